// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Debts } from "./Debts.sol";
import { ISettlement } from "./interfaces/ISettlement.sol";
import { Chronicle } from "./types/Chronicle.sol";
import { FrameRecord } from "./types/FrameRecord.sol";
import { PileState } from "./types/PileState.sol";
import { Posting } from "./types/Posting.sol";

/// @title Settling frames: the market's side
/// @notice Closes a frame's record and books what the delivery contract worked out, one slot for each pile.
abstract contract Settlement is Debts {
    /// @inheritdoc ISettlement
    function post(uint256 frame, bytes32 digest, uint256 released, Posting[] calldata postings) external {
        if (msg.sender != DELIVERY) revert NotDelivery(msg.sender);
        _closeRecord(frame, digest);
        Chronicle c = _chronicle;
        // Whatever the piles do not get of what the fills set aside is the grid's: nothing is made or lost.
        // 64 bits of balance and what a frame set aside, far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 grid = int256(c.gridBalance() + released);
        unchecked {
            // Money fits 128 bits, so no sum of it overflows.
            for (uint256 i; i < postings.length; ++i) {
                Posting posting = postings[i];
                uint256 pile = posting.pile();
                int256 money = posting.money();
                (PileState s, int256 toGrid) = _withMoney(pile, _states[pile], money);
                grid += toGrid - money;
                _states[pile] = s.withDelivery(posting.agreedWh(), posting.creditedWh());
            }
        }
        assert(grid >= 0);
        // Not negative: asserted above.
        // forge-lint: disable-next-line(unsafe-typecast)
        _chronicle = c.withGridBalance(uint256(grid));
        // Not negative: asserted above.
        // forge-lint: disable-next-line(unsafe-typecast)
        emit FrameSettled(frame, uint256(grid), postings);
    }

    /// @dev Marks a frame settled if `digest` is what its clearing decided, or reverts.
    function _closeRecord(uint256 frame, bytes32 digest) private {
        uint256 slot = frame % REMEMBERED_FRAMES;
        FrameRecord record = _records[slot];
        bool inSlot = record.frame() == frame;
        if (!inSlot) record = _unsettledRecords[frame];
        if (!record.isOpen()) revert NothingToSettle(frame);
        if (!record.matches(digest)) revert WrongFills(frame);
        if (inSlot) _records[slot] = record.settled();
        else _unsettledRecords[frame] = FrameRecord.wrap(0);
    }
}
