// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One trade [T 4.8] or one fill from the grid, in one word, as clearing emits and hashes it.
///
/// ```
///  bits      field     meaning
///  0..15     sell      pile that discharges; 0 = the main grid
///  16..31    buy       pile that charges
///  32..55    energyWh  quantity
///  56..119   price     money units per kWh
/// ```
type Fill is uint256;

using FillLib for Fill global;

/// @title Reading and writing the fields of a {Fill}
/// @notice A trade or a fill from the grid.
library FillLib {
    /// @dev Stands for the main grid where a pile would stand; no pile has this index.
    uint256 internal constant GRID = 0;

    /// @notice Packs a fill; all values fit by construction.
    function pack(uint256 sell_, uint256 buy_, uint256 energyWh_, uint256 price_) internal pure returns (Fill) {
        return Fill.wrap(sell_ | (buy_ << 16) | (energyWh_ << 32) | (price_ << 56));
    }

    /// @notice The fill at a place of a list that is known to reach so far.
    function get(Fill[] calldata fills, uint256 index) internal pure returns (Fill f) {
        assembly ("memory-safe") {
            f := calldataload(add(fills.offset, shl(5, index)))
        }
    }

    /// @notice Index of the seller; {GRID} for a fill from the grid.
    function sell(Fill f) internal pure returns (uint256) {
        return Fill.unwrap(f) & type(uint16).max;
    }

    /// @notice Index of the buyer.
    function buy(Fill f) internal pure returns (uint256) {
        return (Fill.unwrap(f) >> 16) & type(uint16).max;
    }

    /// @notice Quantity, Wh.
    function energyWh(Fill f) internal pure returns (uint256) {
        return (Fill.unwrap(f) >> 32) & type(uint24).max;
    }

    /// @notice Price, money units per kWh.
    function price(Fill f) internal pure returns (uint256) {
        return (Fill.unwrap(f) >> 56) & type(uint64).max;
    }
}
