// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Posting } from "../types/Posting.sol";

/// @title Settling frames: the market's side
/// @notice The market's {IDelivery} works out a settlement's effect on the accounts. The market makes sure that each of
/// its fills is settled once, that no other is, and that no money is made or lost.
interface ISettlement {
    /// @notice A frame was settled, wholly or in part.
    /// @param gridBalance the grid operator's account afterwards, money units
    /// @param rest digest of the fills that wait for readings; 0 where the frame is settled
    /// @param postings effect on each pile whose account or credit changes
    event FrameSettled(uint256 indexed frame, uint256 gridBalance, bytes32 rest, Posting[] postings);

    /// @notice Only the market's delivery contract settles frames.
    error NotDelivery(address caller);
    /// @notice The frame was never cleared, had no fills, or is settled.
    error NothingToSettle(uint256 frame);
    /// @notice The fills handed in are not those that the frame's clearing decided, or not those that are left.
    error WrongFills(uint256 frame);

    /// @notice Settles a frame, or a part of it. The market's delivery contract only.
    /// @param frame the frame
    /// @param digest hash of the frame's publication and fills, or of those that are left
    /// @param rest the same of those that are left now; 0 where none are
    /// @param released money that the settled fills had set aside, money units
    /// @param postings one for each pile whose account or credit changes; the part of `released` they leave is the
    /// grid's
    function bookSettlement(
        uint256 frame,
        bytes32 digest,
        bytes32 rest,
        uint256 released,
        Posting[] calldata postings
    ) external;
}
