// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Posting } from "../types/Posting.sol";

/// @title Settling frames: the market's side
/// @notice What a settlement means for the accounts is worked out by the market's {IDelivery}; the market makes sure that
/// it is about the fills that it decided, once, and that no money is made or lost.
interface ISettlement {
    /// @notice A frame was settled.
    /// @param gridBalance the grid operator's account afterwards, money units
    /// @param postings what it means for each pile
    event FrameSettled(uint256 indexed frame, uint256 gridBalance, Posting[] postings);
    /// @notice A pile's debt grew, shrank or is paid.
    /// @param debt what it owes afterwards, money units
    event DebtChanged(uint256 indexed pile, uint256 debt);

    /// @notice Only the market's delivery contract settles frames.
    error NotDelivery(address caller);
    /// @notice The frame was never cleared, had no fills, or is settled.
    error NothingToSettle(uint256 frame);
    /// @notice What was handed in is not what the frame's clearing decided.
    error WrongFills(uint256 frame);
    /// @notice A pile in debt places no orders and withdraws only what it has beyond its debt.
    /// @param debt what it owes, money units
    error PileInDebt(uint256 pile, uint256 debt);

    /// @notice Settles a frame. The market's delivery contract only.
    /// @param frame the frame
    /// @param digest hash of the frame's publication and fills
    /// @param released what the fills set aside, money units
    /// @param postings one for each pile with fills; what they leave of `released` is the grid's
    function post(uint256 frame, bytes32 digest, uint256 released, Posting[] calldata postings) external;

    /// @notice {IAccounts.freeBalanceOf} by the number of the pile.
    function freeBalanceOfPile(uint256 pile) external view returns (uint256);

    /// @notice What a pile owes the grid operator, money units.
    function debtOf(uint256 pile) external view returns (uint256);
}
