// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookEntry } from "../types/BookEntry.sol";
import { MergeSort } from "./MergeSort.sol";
import { UnsafeList } from "./UnsafeList.sol";

/// @title Priority of the orders of one side [T 4.14]
/// @notice `f = priceWeight * Rank(price) + timeWeight * Rank(time)`, dense ranks, 1 = best price and 1 = longest wait;
/// the lowest f comes first, ties go to the earlier placement.
library Ranking {
    /// @notice Sorts `entries` by priority.
    /// @param entries entries as {BookEntryLib.pack} makes them: they sort by price, best first
    /// @param waits bit w is set where an order of this side has waited w frames, dropped orders included
    /// @param priceWeight weight of the price rank
    /// @param timeWeight weight of the time rank
    /// @return ranked the entries in order of priority, each carrying its f
    function rank(
        uint256[] memory entries,
        uint256 waits,
        uint256 priceWeight,
        uint256 timeWeight
    ) internal pure returns (uint256[] memory ranked) {
        ranked = MergeSort.sort(entries);
        uint256 length = ranked.length;
        uint256 priceTerm;
        uint256 timeTerm;
        uint256 lastPrice = type(uint256).max;
        uint256 lastWaited = type(uint256).max;
        uint256 lastWord;
        bool inOrder = true;
        unchecked {
            for (uint256 i; i < length; ++i) {
                BookEntry entry = BookEntry.wrap(UnsafeList.get(ranked, i));
                uint256 price = entry.priceTicks();
                if (price != lastPrice) {
                    lastPrice = price;
                    priceTerm += priceWeight;
                }
                uint256 waited = entry.waitedFrames();
                if (waited != lastWaited) {
                    lastWaited = waited;
                    timeTerm = timeWeight * timeRank(waits, waited);
                }
                uint256 word = BookEntry.unwrap(entry.withPriority(priceTerm + timeTerm));
                UnsafeList.set(ranked, i, word);
                if (word < lastWord) inOrder = false;
                lastWord = word;
            }
        }
        if (!inOrder) ranked = MergeSort.sort(ranked);
    }

    /// @notice Dense rank of a wait: one more than the number of distinct longer waits.
    /// @param waits bit w is set where some order has waited w frames; w is below 128
    function timeRank(uint256 waits, uint256 waitedFrames) internal pure returns (uint256) {
        unchecked {
            return 1 + popcount128(waits >> (waitedFrames + 1));
        }
    }

    /// @notice Number of set bits of a word below 2^128.
    function popcount128(uint256 x) internal pure returns (uint256) {
        unchecked {
            if (x == 0) return 0;
            x -= (x >> 1) & 0x55555555555555555555555555555555;
            x = (x & 0x33333333333333333333333333333333) + ((x >> 2) & 0x33333333333333333333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            return ((x * 0x01010101010101010101010101010101) >> 120) & 0xff;
        }
    }
}
