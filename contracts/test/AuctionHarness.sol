// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { PileState } from "../types/PileState.sol";

/// @title The internal functions of {Auction}, callable
/// @notice For the tests of that library alone.
contract AuctionHarness {
    /// @notice {Auction.prune}, of a book of orders that all take part; their piles count from 1.
    function prune(
        PileState[] calldata orders,
        uint256 frame,
        uint256 importTicks,
        uint256 maxWaitFrames,
        bool icebergsWait
    ) external pure returns (Auction.Book memory book) {
        book = Auction.open(frame, importTicks, maxWaitFrames, icebergsWait, orders.length);
        for (uint256 i; i < orders.length; ++i)
            Auction.add(book, orders[i].taggedWith(i + 1), frame - orders[i].firstFrame());
        Auction.prune(book);
    }
}
