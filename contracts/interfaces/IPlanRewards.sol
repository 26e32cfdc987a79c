// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IMarket } from "./IMarket.sol";

/// @title Proposers of plans, and their rewards
/// @notice Rewards are paid in a market's token, out of a pot that anybody may fund.
interface IPlanRewards {
    /// @notice The grid operator set the reward of each won frame from a frame on, smallest token units.
    event RewardSet(address indexed market, uint256 tokenAmount, uint256 fromFrame);
    /// @notice Somebody paid into the pot of a market's rewards.
    event RewardFunded(address indexed market, address indexed from, uint256 tokenAmount);
    /// @notice A reward was drawn among the proposers of the best plan.
    event RewardDrawn(address indexed market, uint256 indexed frame, address indexed proposer, uint256 tokenAmount);
    /// @notice A proposer was paid.
    event RewardClaimed(IERC20 indexed token, address indexed proposer, address to, uint256 tokenAmount);

    /// @notice Not a registered proposer of the market.
    error NotProposer(address account);
    /// @notice The proposer's credit, that of the pile registered under its address, is below the market's minimum;
    /// 1/100 point.
    error ProposerCreditTooLow(address account, uint256 credit, uint256 minCredit);
    /// @notice Only the market's grid operator does this.
    error NotGridOperator(address account);
    /// @notice A reward is at most 2^112 - 1 smallest token units.
    error RewardOutOfRange(uint256 tokenAmount, uint256 highest);
    /// @notice No round of this market awaits a draw: no plan won since the last one, none is rewarded, or a plan of a
    /// later round was revealed.
    error NothingToDraw(uint256 frame);
    /// @notice The seed is not known before this block.
    error DrawTooEarly(uint256 fromBlock);
    /// @notice Nothing was paid in, or there is nothing to pay out.
    error NothingPaid();

    /// @notice Sets the reward of each frame of a market that is won in a round that opens from now on. The market's
    /// grid operator only.
    /// @param tokenAmount smallest token units; 0 for no rewards
    function setReward(IMarket market, uint256 tokenAmount) external;

    /// @notice Pays into the pot from which a market's rewards come. Anyone, for good: nobody can take it out again.
    /// @param tokenAmount smallest units of the market's token; the amount that arrives counts
    function fundReward(IMarket market, uint256 tokenAmount) external;

    /// @notice Draws the reward of the latest finalised round among the proposers of its best plan: the full reward, or
    /// the rest of the pot. Anyone, once, from the second block after the last reveal on and before a plan of a later
    /// round is revealed. An undrawn reward stays in the pot.
    function drawReward(IMarket market) external;

    /// @notice Pays the caller its drawn rewards in a token.
    /// @param to receiver of the tokens
    function claimReward(IERC20 token, address to) external;

    /// @notice Reward of each won frame of a market and balance of its pot, smallest token units.
    function rewardOf(IMarket market) external view returns (uint256 perFrame, uint256 pot);

    /// @notice Rewards that a proposer may claim, smallest token units.
    function claimableOf(IERC20 token, address proposer) external view returns (uint256 tokenAmount);
}
