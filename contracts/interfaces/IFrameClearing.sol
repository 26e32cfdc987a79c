// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MarketTotals } from "../types/MarketTotals.sol";
import { Fill } from "../types/Fill.sol";
import { FrameRecord } from "../types/FrameRecord.sol";

/// @title Clearing frames
/// @notice A frame is cleared once, by anyone, in its auction window.
interface IFrameClearing {
    /// @notice A frame was cleared.
    /// @param loadW recorded P_total, W
    /// @param pflW power fluctuation level so far, W [T 4.4]
    /// @param fills the trades, then the fills from the grid, in the order in which the market made them
    event FrameCleared(uint256 indexed frame, int256 loadW, uint256 pflW, Fill[] fills);

    /// @notice The frame's window has not opened yet.
    error FrameWindowNotOpen(uint256 frame, uint256 opensAt);
    /// @notice The frame has begun; an uncleared frame stays uncleared.
    error FrameWindowClosed(uint256 frame, uint256 closedAt);
    /// @notice The frame was cleared already.
    error FrameAlreadyCleared(uint256 frame);

    /// @notice Whoever clears has less gas left than the mechanism is promised: it might decide otherwise with less.
    error TooLittleGas(uint256 gasLeft, uint256 needed);

    /// @notice The mechanism reverted, used up its gas, or returned something else than two lists.
    error MechanismFailed(address mechanism);
    /// @notice The mechanism proposes something that the market does not book.
    /// @param index place of the unsound fill, or of the unsound order in the order of priority; their number where all
    /// of them together are unsound: more than the room under the transformer or the matching fund, or orders are
    /// missing
    error UnsoundProposal(uint256 index);

    /// @notice Clears a frame [T Tables 4-A, 4-B]. Anyone, once, in the frame's window.
    function clear(uint256 frame) external;

    /// @notice Last cleared frame, its load, the PFL so far.
    function marketTotals() external view returns (MarketTotals);

    /// @notice Record of a cleared frame; zero where it was not cleared or is no longer remembered.
    function frameRecord(uint256 frame) external view returns (FrameRecord);
}
