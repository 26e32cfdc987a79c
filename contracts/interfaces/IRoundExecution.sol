// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Executing the decision of a benefit round
/// @notice The one thing that the rounds' contract may do to a market.
interface IRoundExecution {
    /// @notice Flexible orders were filled from and to the grid after their frame's match.
    /// @param loadW recorded P_total, in place of the match's, W
    /// @param pflW power fluctuation level so far, in place of the match's, W
    /// @param fills the fills as {Fill}s, which follow those of the frame's {FrameCleared}
    event FlexibleFilled(uint256 indexed frame, int256 loadW, uint256 pflW, uint256[] fills);

    /// @notice Only the contract that runs this market's rounds may call this.
    error NotRounds(address account);
    /// @notice No round of this frame awaits execution, or the frame has begun.
    error NoOpenRound(uint256 frame);
    /// @notice A fill goes beyond its order, its pile's margin or its limit. With the largest number as `pile`: all
    /// fills together cost more than the grid operator's account can pay.
    error UnsoundFill(uint256 pile);

    /// @notice Fills flexible orders from and to the grid and ends the frame's round.
    /// @param frame the frame, in its window
    /// @param loadW the frame's load in place of the match's, W
    /// @param pflW the PFL in place of the match's, W
    /// @param fills {Fill}s from the grid, then to it
    function fillFlexibleOrders(uint256 frame, int256 loadW, uint256 pflW, uint256[] calldata fills) external;
}
