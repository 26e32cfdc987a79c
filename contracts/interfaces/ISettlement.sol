// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Posting } from "../types/Posting.sol";

/// @title Settling frames: the market's side
/// @notice What a settlement means for the accounts is worked out by the market's {IDelivery}; the market makes sure that
/// it is about the fills that it decided, once, and that no money is made or lost.
interface ISettlement {
    /// @notice A frame was settled, wholly or in part.
    /// @param gridBalance the grid operator's account afterwards, money units
    /// @param rest digest of the fills that wait for readings; 0 where the frame is settled
    /// @param postings what it means for each pile whose account or credit changes
    event FrameSettled(uint256 indexed frame, uint256 gridBalance, bytes32 rest, Posting[] postings);

    /// @notice Only the market's delivery contract settles frames.
    error NotDelivery(address caller);
    /// @notice The frame was never cleared, had no fills, or is settled.
    error NothingToSettle(uint256 frame);
    /// @notice What was handed in is not what the frame's clearing decided, or not what is left of it.
    error WrongFills(uint256 frame);

    /// @notice Settles a frame, or a part of it. The market's delivery contract only.
    /// @param frame the frame
    /// @param digest hash of the frame's publication and fills, or of those that are left
    /// @param rest the same of those that are left now; 0 where none are
    /// @param released what the fills set aside that are settled, money units
    /// @param postings one for each pile whose account or credit changes; what they leave of `released` is the grid's
    function bookSettlement(
        uint256 frame,
        bytes32 digest,
        bytes32 rest,
        uint256 released,
        Posting[] calldata postings
    ) external;
}
