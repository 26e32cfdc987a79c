// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { Auction } from "../libraries/Auction.sol";
import { CreditRanking } from "./CreditRanking.sol";
import { MergeSort } from "../libraries/MergeSort.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { Meters } from "./Meters.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { PileState } from "../types/PileState.sol";

/// @title Books in order of credit
/// @notice For markets that rank by credit [D Table 1]. Lives in Delivery, which stores the attributes.
abstract contract CreditOrder is Meters {
    /// @inheritdoc IDelivery
    function rankByCredit(
        IMarket market,
        Auction.Book calldata book,
        uint256 icebergThresholdWh
    ) external view returns (uint256[] memory bids, uint256[] memory asks) {
        Auction.Book memory kept = book;
        uint256[] memory bidPriorities = _priorities(market, kept.bids, icebergThresholdWh);
        uint256[] memory askPriorities = _priorities(market, kept.asks, icebergThresholdWh);
        Auction.keepAll(kept);
        bids = _ordered(kept.bids, bidPriorities);
        asks = _ordered(kept.asks, askPriorities);
    }

    /// @dev Priorities of one side as it was collected: slots with piles' numbers in place of balances.
    function _priorities(
        IMarket market,
        uint256[] memory orders,
        uint256 icebergThresholdWh
    ) private view returns (uint256[] memory sums) {
        sums = new uint256[](orders.length);
        for (uint256 i; i < orders.length; ++i) {
            PileState order = PileState.wrap(orders[i]);
            uint256 attributes = _attributesOf(address(market), order.balance() % PILE_LIMIT);
            sums[i] = CreditRanking.withoutPrice(order, attributes, icebergThresholdWh);
        }
        CreditRanking.prioritise(orders, sums);
    }

    /// @dev Entries in order of their priorities, ties by placement.
    function _ordered(uint256[] memory entries, uint256[] memory priorities) private pure returns (uint256[] memory) {
        for (uint256 i; i < entries.length; ++i) {
            BookEntry entry = BookEntry.wrap(UnsafeList.get(entries, i));
            UnsafeList.set(entries, i, BookEntry.unwrap(entry.withPriority(UnsafeList.get(priorities, i))));
        }
        return MergeSort.sort(entries);
    }
}
