// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The market's running totals, in one word.
///
/// ```
///  bits      field        meaning
///  0..31     lastFrame    last frame that was cleared; 0 = none yet
///  32..71    lastLoadW    its recorded P_total, W, signed
///  72        lastKnown    1 = its base load had been published
///  73..152   pflW         power fluctuation level so far, W [T 4.4]
///  153..216  gridBalance  what the grid operator may withdraw, money units
///  217       roundOpen    1 = a benefit round may still fill orders of the last frame
///  218..249  openFrames   frames with fills that are not wholly settled
/// ```
type MarketTotals is uint256;

using MarketTotalsLib for MarketTotals global;

/// @title Reading and writing the fields of a {MarketTotals}
/// @notice The market's running totals.
library MarketTotalsLib {
    uint256 private constant FRAME_PART = (1 << 153) - 1;
    uint256 private constant GRID_BALANCE = uint256(type(uint64).max) << 153;
    uint256 private constant ROUND_OPEN_BIT = 1 << 217;
    uint256 private constant OPEN_FRAMES_SHIFT = 218;
    uint256 private constant OPEN_FRAMES = uint256(type(uint32).max) << OPEN_FRAMES_SHIFT;

    /// @notice Last frame that was cleared; 0 = none yet.
    function lastFrame(MarketTotals c) internal pure returns (uint256) {
        return MarketTotals.unwrap(c) & type(uint32).max;
    }

    /// @notice P_total of the last cleared frame, W.
    function lastLoadW(MarketTotals c) internal pure returns (int256) {
        return int40(uint40(MarketTotals.unwrap(c) >> 32));
    }

    /// @notice Whether the base load of the last cleared frame had been published.
    function lastKnown(MarketTotals c) internal pure returns (bool) {
        return (MarketTotals.unwrap(c) >> 72) & 1 != 0;
    }

    /// @notice Power fluctuation level so far, W.
    function pflW(MarketTotals c) internal pure returns (uint256) {
        return (MarketTotals.unwrap(c) >> 73) & type(uint80).max;
    }

    /// @notice Balance that the grid operator may withdraw, money units.
    function gridBalance(MarketTotals c) internal pure returns (uint256) {
        return (MarketTotals.unwrap(c) >> 153) & type(uint64).max;
    }

    /// @notice Whether a benefit round of the last cleared frame may still fill orders.
    function isRoundOpen(MarketTotals c) internal pure returns (bool) {
        return MarketTotals.unwrap(c) & ROUND_OPEN_BIT != 0;
    }

    /// @notice Frames with fills that are not wholly settled.
    function openFrames(MarketTotals c) internal pure returns (uint256) {
        return (MarketTotals.unwrap(c) & OPEN_FRAMES) >> OPEN_FRAMES_SHIFT;
    }

    /// @notice The totals with one more unsettled frame.
    function withOneMoreOpen(MarketTotals c) internal pure returns (MarketTotals) {
        unchecked {
            return MarketTotals.wrap(MarketTotals.unwrap(c) + (1 << OPEN_FRAMES_SHIFT));
        }
    }

    /// @notice The totals with one unsettled frame less; there is at least one.
    function withOneLessOpen(MarketTotals c) internal pure returns (MarketTotals) {
        unchecked {
            return MarketTotals.wrap(MarketTotals.unwrap(c) - (1 << OPEN_FRAMES_SHIFT));
        }
    }

    /// @notice The totals with a benefit round open or over.
    function withRoundOpen(MarketTotals c, bool roundOpen) internal pure returns (MarketTotals) {
        uint256 word = MarketTotals.unwrap(c);
        return MarketTotals.wrap(roundOpen ? word | ROUND_OPEN_BIT : word & ~ROUND_OPEN_BIT);
    }

    /// @notice The totals after a clearing; no round is open.
    function withFrame(
        MarketTotals c,
        uint256 frame,
        int256 loadW,
        bool known,
        uint256 pflW_
    ) internal pure returns (MarketTotals) {
        uint256 word = MarketTotals.unwrap(c) & (GRID_BALANCE | OPEN_FRAMES);
        // A load is at most 40 bits with its sign, the low ones of its word; they are kept as they are.
        // forge-lint: disable-next-line(unsafe-typecast)
        word |= frame | (uint256(uint40(int40(loadW))) << 32) | (pflW_ << 73);
        return MarketTotals.wrap(known ? word | (1 << 72) : word);
    }

    /// @notice The totals with another grid balance.
    function withGridBalance(MarketTotals c, uint256 balance) internal pure returns (MarketTotals) {
        return MarketTotals.wrap((MarketTotals.unwrap(c) & ~GRID_BALANCE) | (balance << 153));
    }
}
