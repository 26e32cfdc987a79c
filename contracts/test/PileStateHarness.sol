// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState, PileStateLib } from "../types/PileState.sol";

/// @title Slots of piles, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract PileStateHarness {
    /// @notice Fields of a {PileState}.
    struct PileFields {
        uint256 balance;
        uint256 priceTicks;
        uint256 remainingWh;
        uint256 peakWh;
        uint256 firstFrame;
        uint256 expiryFrame;
        bool charge;
        bool iceberg;
        bool suspended;
        uint256 sequence;
        uint256 nonce;
        uint256 credit;
        uint256 creditWh;
        bool payout;
    }

    /// @notice Every reader of {PileStateLib}.
    function readPileState(PileState s) external pure returns (PileFields memory f) {
        f.balance = s.balance();
        f.priceTicks = s.priceTicks();
        f.remainingWh = s.remainingWh();
        f.peakWh = s.peakWh();
        f.firstFrame = s.firstFrame();
        f.expiryFrame = s.expiryFrame();
        f.charge = s.isCharge();
        f.iceberg = s.isIceberg();
        f.suspended = s.isSuspended();
        f.sequence = s.sequence();
        f.nonce = s.nonce();
        f.credit = s.credit();
        f.creditWh = s.creditWh();
        f.payout = s.hasPayout();
    }

    /// @notice {PileStateLib.registered}.
    function registeredPile(uint256 credit, uint256 creditWh) external pure returns (PileState) {
        return PileStateLib.registered(credit, creditWh);
    }

    /// @notice {PileStateLib.withOrder} and {PileStateLib.withTranches}; what lasts of `f` but its balance is ignored.
    function withOrder(PileState s, PileFields calldata f) external pure returns (PileState) {
        return
            s
                .withBalance(f.balance)
                .withOrder(
                    f.priceTicks,
                    f.remainingWh,
                    f.firstFrame,
                    f.expiryFrame - f.firstFrame,
                    f.charge,
                    f.sequence
                )
                .withTranches(f.peakWh, f.iceberg);
    }

    /// @notice {PileStateLib.withoutOrder}.
    function withoutOrder(PileState s) external pure returns (PileState) {
        return s.withoutOrder();
    }

    /// @notice {PileStateLib.withBalance}.
    function withBalance(PileState s, uint256 balance) external pure returns (PileState) {
        return s.withBalance(balance);
    }

    /// @notice {PileStateLib.withFill}.
    function withFill(PileState s, uint256 filledWh, uint256 freed) external pure returns (PileState) {
        return s.withFill(filledWh, freed);
    }

    /// @notice {PileStateLib.withSuspended}.
    function withSuspended(PileState s, bool suspended) external pure returns (PileState) {
        return s.withSuspended(suspended);
    }

    /// @notice {PileStateLib.withPayout}.
    function withPayout(PileState s, bool named) external pure returns (PileState) {
        return s.withPayout(named);
    }

    /// @notice {PileStateLib.withNonceUsed}.
    function withNonceUsed(PileState s) external pure returns (PileState) {
        return s.withNonceUsed();
    }

    /// @notice {PileStateLib.less}.
    function less(PileState s, uint256 amount) external pure returns (PileState) {
        return s.less(amount);
    }

    /// @notice {PileStateLib.withDelivery}.
    function withDelivery(PileState s, uint256 agreedWh, uint256 creditedWh) external pure returns (PileState) {
        return s.withDelivery(agreedWh, creditedWh);
    }

    /// @notice {PileStateLib.withNextNonce}.
    function withNextNonce(PileState s) external pure returns (PileState) {
        return s.withNextNonce();
    }

    /// @notice {PileStateLib.displayedWh} and {PileStateLib.takesPart}.
    function partIn(
        PileState s,
        uint256 frame
    ) external pure returns (uint256 displayedWh, bool takes, uint256 waited, bool last) {
        displayedWh = s.displayedWh();
        (takes, waited, last) = s.takesPart(frame);
    }
}
