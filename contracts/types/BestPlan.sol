// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The best score of a market's round so far, in one word. Zero, or of another frame: nothing was scored yet.
///
/// ```
///  bits      field           meaning
///  0..31     frame           the round's frame, so that an older round's word is not mistaken for this one's
///  32..71    unservedWh      energy left unserved
///  72..199   squaredStepsW2  squared steps, W^2
///  200..215  tiedProposers   proposers of plans with this score; 0 = it is the fallback's
///  216..255  lastReveal      number of the block with the last reveal
/// ```
type BestPlan is uint256;

using BestPlanLib for BestPlan global;

/// @title Reading and writing the fields of a {BestPlan}
/// @notice The best score of a round.
library BestPlanLib {
    uint256 private constant TIED_PROPOSERS_SHIFT = 200;
    uint256 private constant LAST_REVEAL_SHIFT = 216;

    /// @notice Packs a score; all values fit by construction.
    function pack(
        uint256 frame_,
        uint256 unservedWh_,
        uint256 squaredStepsW2_,
        uint256 tiedProposers_,
        uint256 lastReveal_
    ) internal pure returns (BestPlan) {
        uint256 word = frame_ | (unservedWh_ << 32) | (squaredStepsW2_ << 72);
        return BestPlan.wrap(word | (tiedProposers_ << TIED_PROPOSERS_SHIFT) | (lastReveal_ << LAST_REVEAL_SHIFT));
    }

    /// @notice The round's frame.
    function frame(BestPlan b) internal pure returns (uint256) {
        return BestPlan.unwrap(b) & type(uint32).max;
    }

    /// @notice Energy left unserved, Wh.
    function unservedWh(BestPlan b) internal pure returns (uint256) {
        return (BestPlan.unwrap(b) >> 32) & type(uint40).max;
    }

    /// @notice Squared steps, W^2.
    function squaredStepsW2(BestPlan b) internal pure returns (uint256) {
        return (BestPlan.unwrap(b) >> 72) & type(uint128).max;
    }

    /// @notice Proposers of plans with this score; 0 where the fallback is the best.
    function tiedProposers(BestPlan b) internal pure returns (uint256) {
        return (BestPlan.unwrap(b) >> TIED_PROPOSERS_SHIFT) & type(uint16).max;
    }

    /// @notice Number of the block with the last reveal.
    function lastReveal(BestPlan b) internal pure returns (uint256) {
        return BestPlan.unwrap(b) >> LAST_REVEAL_SHIFT;
    }
}
