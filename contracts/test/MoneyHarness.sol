// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Money } from "../libraries/Money.sol";

/// @title The internal functions of {Money}, callable
/// @notice For the tests of that library alone.
contract MoneyHarness {
    /// @notice {Money.amountDown} and {Money.amountUp}.
    function amounts(uint256 price, uint256 energyWh) external pure returns (uint256 down, uint256 up) {
        return (Money.amountDown(price, energyWh), Money.amountUp(price, energyWh));
    }
}
