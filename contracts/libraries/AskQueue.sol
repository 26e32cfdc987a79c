// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookEntry, BookEntryLib } from "../types/BookEntry.sol";
import { FirstFit } from "./FirstFit.sol";
import { UnsafeList } from "./UnsafeList.sol";

/// @title The first ask, in order of priority, that a bid can afford
/// @notice Where prices rise along the order of priority, as in most books, the first ask left is the cheapest one and
/// a cursor finds it. Where waiting orders have mixed the prices, a tree of minima does.
library AskQueue {
    /// @notice The asks that are left.
    /// @param asks entries in order of priority
    /// @param tree tree of their prices; empty where prices rise along the order
    /// @param cursor first ask that is left, where prices rise along the order
    struct Queue {
        uint256[] asks;
        uint256[] tree;
        uint256 cursor;
    }

    /// @notice The queue over ranked asks.
    /// @param asks at least one entry, in order of priority
    function open(uint256[] memory asks) internal pure returns (Queue memory queue) {
        queue.asks = asks;
        uint256 last;
        uint256 length = asks.length;
        unchecked {
            for (uint256 i; i < length; ++i) {
                uint256 price = BookEntry.wrap(UnsafeList.get(asks, i)).priceTicks();
                if (price < last) {
                    queue.tree = FirstFit.build(asks, BookEntryLib.PRICE_SHIFT, BookEntryLib.PRICE_MASK);
                    break;
                }
                last = price;
            }
        }
    }

    /// @notice Index of the first ask left whose price is at most `limit`, or {FirstFit.NONE}.
    function find(Queue memory queue, uint256 limit) internal pure returns (uint256 index) {
        if (queue.tree.length != 0) return FirstFit.find(queue.tree, limit);
        index = queue.cursor;
        if (index == queue.asks.length || BookEntry.wrap(UnsafeList.get(queue.asks, index)).priceTicks() > limit) {
            index = FirstFit.NONE;
        }
    }

    /// @notice Takes out the ask at an index that {find} has just returned.
    function remove(Queue memory queue, uint256 index) internal pure {
        if (queue.tree.length != 0) {
            FirstFit.remove(queue.tree, index);
        } else {
            unchecked {
                queue.cursor = index + 1;
            }
        }
    }
}
