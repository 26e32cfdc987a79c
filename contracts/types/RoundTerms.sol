// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Inputs of a round's score beside publications and orders, in the first word of its frozen book.
///
/// ```
///  bits      field          meaning
///  0..31     frame          the round's frame
///  32..71    previousW      load of the frame before, W, signed
///  72        previousKnown  1 = the step from it counts
///  73..104   matchedWh      drawn from the grid by the match, Wh
///  105..136  limitW         capacity less the loss allowance, W
///  137..153  frameSeconds   length of a frame, s
///  154..159  horizon        H, frames
///  160..174  chargeBps      v, 1/10 000
///  175..189  dischargeBps   varpi, 1/10 000
///  190..205  maxWaitFrames  WT_max
///  206       byLaxity       1 = a plan's figures are levels of laxity, not totals
///  207..255  exportBudget   B: what exports may cost, ticks of money units; see {MAX_BUDGET}
/// ```
type RoundTerms is uint256;

using RoundTermsLib for RoundTerms global;

/// @title Reading and writing the fields of {RoundTerms}
/// @notice The constants of a round.
library RoundTermsLib {
    /// @dev Largest export budget; plans cannot spend more, whatever the operator's account holds.
    uint256 internal constant MAX_BUDGET = (1 << 49) - 1;

    /// @notice Packs the terms but for the export budget; all values fit by the bounds of the market's parameters.
    function pack(
        uint256 frame_,
        int256 previousW_,
        bool previousKnown,
        uint256 matchedWh_,
        uint256 limitW_,
        uint256 frameSeconds_,
        uint256 horizon_,
        uint256 chargeBps_,
        uint256 dischargeBps_,
        uint256 maxWaitFrames_,
        bool byLaxity
    ) internal pure returns (RoundTerms) {
        // A load is at most 40 bits with its sign; they are kept as they are.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 word = frame_ | (uint256(uint40(int40(previousW_))) << 32) | (matchedWh_ << 73) | (limitW_ << 105);
        word |= (frameSeconds_ << 137) | (horizon_ << 154) | (chargeBps_ << 160) | (dischargeBps_ << 175);
        word |= (maxWaitFrames_ << 190);
        if (byLaxity) word |= 1 << 206;
        return RoundTerms.wrap(previousKnown ? word | (1 << 72) : word);
    }

    /// @notice The same terms with the export budget, in ticks; it must not be set yet.
    function withExportBudget(RoundTerms t, uint256 ticks) internal pure returns (RoundTerms) {
        return RoundTerms.wrap(RoundTerms.unwrap(t) | (ticks << 207));
    }

    /// @notice The round's frame.
    function frame(RoundTerms t) internal pure returns (uint256) {
        return RoundTerms.unwrap(t) & type(uint32).max;
    }

    /// @notice Load of the frame before, W.
    function previousW(RoundTerms t) internal pure returns (int256) {
        return int40(uint40(RoundTerms.unwrap(t) >> 32));
    }

    /// @notice Whether the step from the frame before counts.
    function isPreviousKnown(RoundTerms t) internal pure returns (bool) {
        return (RoundTerms.unwrap(t) >> 72) & 1 != 0;
    }

    /// @notice Energy that the match drew from the grid, Wh.
    function matchedWh(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 73) & type(uint32).max;
    }

    /// @notice Capacity less the loss allowance, W.
    function limitW(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 105) & type(uint32).max;
    }

    /// @notice Length of a frame, s.
    function frameSeconds(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 137) & 0x1ffff;
    }

    /// @notice H: frames that a plan of this round covers.
    function horizon(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 154) & 0x3f;
    }

    /// @notice v, 1/10 000 [T 6.1].
    function chargeBps(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 160) & 0x7fff;
    }

    /// @notice varpi, 1/10 000 [T 6.1].
    function dischargeBps(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 175) & 0x7fff;
    }

    /// @notice WT_max: frames after which the fallback fills a waiting iceberg.
    function maxWaitFrames(RoundTerms t) internal pure returns (uint256) {
        return (RoundTerms.unwrap(t) >> 190) & type(uint16).max;
    }

    /// @notice B: most that the exports of a plan may cost, in units of tickSize money units.
    function exportBudget(RoundTerms t) internal pure returns (uint256) {
        return RoundTerms.unwrap(t) >> 207;
    }

    /// @notice Whether a plan's figures are levels of laxity, instead of totals that go to the earliest last frame first.
    function isByLaxity(RoundTerms t) internal pure returns (bool) {
        return (RoundTerms.unwrap(t) >> 206) & 1 != 0;
    }
}
