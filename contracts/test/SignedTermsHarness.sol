// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { SignedTerms } from "../types/SignedTerms.sol";
import { PlainTwins } from "./PlainTwins.sol";

/// @title Terms of signed orders, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract SignedTermsHarness {
    /// @notice Fields of {SignedTerms}.
    struct TermsFields {
        uint256 action;
        bool charge;
        uint256 energyWh;
        uint256 peakWh;
        uint256 expiryFrame;
        uint256 price;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice Every reader of {SignedTermsLib}.
    function readTerms(SignedTerms t) external pure returns (TermsFields memory f) {
        f.action = t.action();
        f.charge = t.isCharge();
        f.energyWh = t.energyWh();
        f.peakWh = t.peakWh();
        f.expiryFrame = t.expiryFrame();
        f.price = t.price();
        f.nonce = t.nonce();
        f.deadline = t.deadline();
    }

    /// @notice {SignedTermsLib.isWellFormed}.
    function isWellFormed(SignedTerms t) external pure returns (bool) {
        return t.isWellFormed();
    }

    /// @notice {SignedTermsLib.structHash} twice, and its plain twin.
    function structHashes(SignedTerms t) external pure returns (bytes32 hash, bytes32 again, bytes32 plain) {
        hash = t.structHash();
        again = t.structHash();
        plain = PlainTwins.structHash(t);
    }
}
