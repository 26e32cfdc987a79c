// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { CreditDraw } from "../rounds/CreditDraw.sol";

/// @title The internal functions of {CreditDraw}, callable
/// @notice For the tests of that library alone.
contract CreditDrawHarness {
    /// @notice {CreditDraw.weight}.
    function creditWeight(uint256 difference) external pure returns (uint256) {
        return CreditDraw.weight(difference);
    }

    /// @notice {CreditDraw.draw}.
    function creditDraw(uint256[] calldata credits, uint256 seed) external pure returns (uint256) {
        return CreditDraw.draw(credits, seed);
    }
}
