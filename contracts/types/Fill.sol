// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One trade [T 4.8] or one fill from the grid, in one word, as clearing emits and hashes it.
///
/// ```
///  bits      field     meaning
///  0..15     sell      pile that discharges; 0 = the main grid
///  16..31    buy       pile that charges
///  32..55    energyWh  quantity
///  56..119   price     money units per kWh; what passes from buyer to seller
///  120..183  premium   what the buyer pays the grid operator beyond it, money units per kWh
///  184..255  subsidy   what the seller gets out of the operator's matching fund beyond it, money units per kWh
/// ```
///
/// Premium and subsidy are 0 but for trades of mechanisms in which buyers pay other than what sellers get; a fill from
/// the grid has a premium where its price rises with the load.
type Fill is uint256;

using FillLib for Fill global;

/// @title Reading and writing the fields of a {Fill}
/// @notice A trade or a fill from the grid.
library FillLib {
    /// @dev Stands for the main grid where a pile would stand; no pile has this index.
    uint256 internal constant GRID = 0;

    uint256 private constant PREMIUM_SHIFT = 120;
    uint256 private constant SUBSIDY_SHIFT = 184;

    /// @notice Packs a fill; all values fit by construction.
    function pack(uint256 sell_, uint256 buy_, uint256 energyWh_, uint256 price_) internal pure returns (Fill) {
        return Fill.wrap(sell_ | (buy_ << 16) | (energyWh_ << 32) | (price_ << 56));
    }

    /// @notice The fill with its premium and its subsidy.
    function withGap(Fill f, uint256 premium_, uint256 subsidy_) internal pure returns (Fill) {
        return Fill.wrap(Fill.unwrap(f) | (premium_ << PREMIUM_SHIFT) | (subsidy_ << SUBSIDY_SHIFT));
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

    /// @notice Premium that the buyer pays the grid operator beyond the price, money units per kWh.
    function premium(Fill f) internal pure returns (uint256) {
        return (Fill.unwrap(f) >> PREMIUM_SHIFT) & type(uint64).max;
    }

    /// @notice Subsidy that the seller gets out of the matching fund beyond the price, money units per kWh.
    function subsidy(Fill f) internal pure returns (uint256) {
        return Fill.unwrap(f) >> SUBSIDY_SHIFT;
    }

    /// @notice Premium with the subsidy above it, so that a fill with a subsidy has more than any premium can be.
    function gap(Fill f) internal pure returns (uint256) {
        return Fill.unwrap(f) >> PREMIUM_SHIFT;
    }

    /// @notice Whether the price is all that is paid.
    function isPlain(Fill f) internal pure returns (bool) {
        return f.gap() == 0;
    }
}
