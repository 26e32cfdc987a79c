// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ISettlement } from "../interfaces/ISettlement.sol";
import { Refusals } from "./Refusals.sol";
import { MarketBase } from "./MarketBase.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { FrameRecord } from "../types/FrameRecord.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";
import { Posting } from "../types/Posting.sol";

/// @title Settling frames: the market's side
/// @notice Closes a frame's record, wholly or in part, and books the delivery contract's postings, one slot for each
/// pile.
abstract contract Settlement is MarketBase, ISettlement {
    /// @inheritdoc ISettlement
    function bookSettlement(
        uint256 frame,
        bytes32 digest,
        bytes32 rest,
        uint256 released,
        Posting[] calldata postings
    ) external {
        if (msg.sender != DELIVERY) Refusals.raise(NotDelivery.selector, msg.sender);
        _closeRecord(frame, digest, rest);
        MarketTotals c = _marketTotals;
        // The part of the fills' set-aside that piles do not get is the grid's: no money is made or lost.
        uint256 grid = c.gridBalance() + released;
        for (uint256 i; i < postings.length; ++i) {
            Posting posting = postings[i];
            uint256 pile = posting.pile();
            PileState s = _states[pile];
            uint256 balance = s.balance() + posting.money();
            // Only a token that takes balances back lets claims outgrow the field; the rest must not spill into the
            // order.
            if (balance > PileStateLib.MAX_BALANCE) balance = PileStateLib.MAX_BALANCE;
            grid -= balance - s.balance();
            _setState(pile, s.withBalance(balance).withDelivery(posting.agreedWh(), posting.creditedWh()));
        }
        c = c.withGridBalance(grid);
        _marketTotals = rest == 0 ? c.withOneLessOpen() : c;
        emit FrameSettled(frame, grid, rest, postings);
    }

    /// @dev Sets a frame's record to its rest if `digest` is the recorded one; reverts otherwise.
    function _closeRecord(uint256 frame, bytes32 digest, bytes32 rest) private {
        uint256 slot = frame % REMEMBERED_FRAMES;
        FrameRecord record = _records[slot];
        bool inSlot = record.frame() == frame;
        if (!inSlot) record = _unsettledRecords[frame];
        if (!record.isOpen()) Refusals.raise(NothingToSettle.selector, frame);
        if (!record.matches(digest)) Refusals.raise(WrongFills.selector, frame);
        record = record.withDigest(rest);
        if (inSlot) _records[slot] = record;
        else _unsettledRecords[frame] = rest == 0 ? FrameRecord.wrap(0) : record;
    }
}
