// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Amounts of money for amounts of energy
/// @notice Prices are money units per kWh, energies Wh, results money units. Payments are rounded down, to the same
/// figure on both sides; locks are rounded up, so a lock always covers its payment.
/// @dev Unchecked: prices fit 64 bits and energies 24, so products fit 88.
library Money {
    uint256 private constant WH_PER_KWH = 1000;

    /// @notice `floor(price * energyWh / 1000)`: a payment.
    function amountDown(uint256 price, uint256 energyWh) internal pure returns (uint256) {
        unchecked {
            return (price * energyWh) / WH_PER_KWH;
        }
    }

    /// @notice `ceil(price * energyWh / 1000)`: a lock.
    function amountUp(uint256 price, uint256 energyWh) internal pure returns (uint256) {
        unchecked {
            return (price * energyWh + (WH_PER_KWH - 1)) / WH_PER_KWH;
        }
    }
}
