// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { PileState } from "../types/PileState.sol";
import { Auction } from "./Auction.sol";
import { MergeSort } from "./MergeSort.sol";
import { Words } from "./Words.sol";

/// @title A book in order of credit
/// @notice Puts the priorities of [D Table 1] where [T 4.14]'s would be, for markets that rank by credit.
library RankedByCredit {
    /// @notice Turns a collected book into a ranked one. Nothing is dropped from it before: an order's priority depends on
    /// the prices of all orders of its side.
    function rank(
        Auction.Book memory book,
        IDelivery delivery,
        IMarket market,
        uint256 icebergThresholdWh
    ) internal view {
        uint256[] memory bids = _priorities(book.bids, delivery, market, icebergThresholdWh);
        uint256[] memory asks = _priorities(book.asks, delivery, market, icebergThresholdWh);
        Auction.keepAll(book);
        book.bids = _ordered(book.bids, bids);
        book.asks = _ordered(book.asks, asks);
    }

    /// @dev Priorities of one side as it was collected.
    function _priorities(
        uint256[] memory orders,
        IDelivery delivery,
        IMarket market,
        uint256 icebergThresholdWh
    ) private view returns (uint256[] memory) {
        PileState[] memory states;
        assembly ("memory-safe") {
            states := orders
        }
        return delivery.creditPriorities(market, states, icebergThresholdWh);
    }

    /// @dev Entries in order of their priorities, ties in that of placement.
    function _ordered(uint256[] memory entries, uint256[] memory priorities) private pure returns (uint256[] memory) {
        unchecked {
            for (uint256 i; i < entries.length; ++i) {
                BookEntry entry = BookEntry.wrap(Words.at(entries, i));
                Words.set(entries, i, BookEntry.unwrap(entry.withPriority(priorities[i])));
            }
        }
        return MergeSort.sort(entries);
    }
}
