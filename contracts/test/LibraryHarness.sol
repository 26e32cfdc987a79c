// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { AskQueue } from "../libraries/AskQueue.sol";
import { Auction } from "../libraries/Auction.sol";
import { CreditDraw } from "../rounds/CreditDraw.sol";
import { FirstFit } from "../libraries/FirstFit.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { MergeSort } from "../libraries/MergeSort.sol";
import { Money } from "../libraries/Money.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { LaxityLevels } from "../rounds/LaxityLevels.sol";
import { PlanAllotment } from "../rounds/PlanAllotment.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { PileState } from "../types/PileState.sol";
import { PlainTwins } from "./PlainTwins.sol";

/// @title The libraries' internal functions, callable, beside their plain twins
/// @notice Memory is dirty before every function that allocates, as it may be in the market; what lies beyond the
/// memory that the function allocated must stay as it was.
contract LibraryHarness {
    /// @dev Words that are made dirty beyond those that a function may allocate.
    uint256 private constant SPARE_WORDS = 512;
    /// @dev Stands next to what is handed to a function.
    uint256 private constant CANARY = 0xc0ffee;
    /// @dev What memory is made dirty with: large, so that it shows where it is taken for 0, and nothing that a library
    /// itself writes.
    uint256 private constant DIRT = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd1d1d;

    /// @notice A function wrote where it had nothing to write.
    error MemoryViolated();

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

    /// @notice {MergeSort.sort}.
    function sort(uint256[] memory list) external pure returns (uint256[] memory sorted) {
        list = _copyWithCanary(list);
        uint256 end = _dirtyFreeMemory(list.length);
        sorted = MergeSort.sort(list);
        _requireUntouchedFrom(_freeMemory(), end);
        _requireCanary(list);
    }

    /// @notice {PlainTwins.sort}.
    function plainSort(uint256[] memory list) external pure returns (uint256[] memory) {
        return PlainTwins.sort(list);
    }

    /// @notice {FirstFit}: builds, then for each limit finds and, where told so, removes what it found.
    function firstFit(
        uint256[] memory list,
        uint256 shift,
        uint256 mask,
        uint256[] calldata limits,
        bool[] calldata removes
    ) external pure returns (uint256[] memory found, uint256[] memory tree) {
        list = _copyWithCanary(list);
        found = new uint256[](limits.length);
        uint256 end = _dirtyFreeMemory(4 * list.length);
        tree = FirstFit.build(list, shift, mask);
        for (uint256 i; i < limits.length; ++i) {
            found[i] = FirstFit.find(tree, limits[i]);
            if (removes[i] && found[i] != FirstFit.NONE) FirstFit.remove(tree, found[i]);
        }
        _requireUntouchedFrom(_freeMemory(), end);
        _requireCanary(list);
        tree[0] = 0;
    }

    /// @notice What {firstFit} does, by walking.
    function plainFirstFit(
        uint256[] memory list,
        uint256 shift,
        uint256 mask,
        uint256[] calldata limits,
        bool[] calldata removes
    ) external pure returns (uint256[] memory found, uint256[] memory tree) {
        uint256[] memory values = PlainTwins.fieldOf(list, shift, mask);
        found = new uint256[](limits.length);
        for (uint256 i; i < limits.length; ++i) {
            found[i] = PlainTwins.find(values, limits[i]);
            if (removes[i] && found[i] != PlainTwins.NONE) values[found[i]] = type(uint256).max;
        }
        tree = PlainTwins.minima(values);
    }

    /// @notice {FirstFit.build} with some values removed in an order that no search would take.
    function treeWithout(
        uint256[] memory list,
        uint256[] calldata removed
    ) external pure returns (uint256[] memory tree) {
        tree = FirstFit.build(list, 0, type(uint256).max);
        for (uint256 i; i < removed.length; ++i) FirstFit.remove(tree, removed[i]);
        tree[0] = 0;
    }

    /// @notice What {treeWithout} returns, built anew.
    function plainTreeWithout(
        uint256[] memory list,
        uint256[] calldata removed
    ) external pure returns (uint256[] memory) {
        for (uint256 i; i < removed.length; ++i) list[removed[i]] = type(uint256).max;
        return PlainTwins.minima(list);
    }

    /// @notice {AskQueue}: for each limit finds and, where told so, removes what it found.
    /// @return found the indices
    /// @return usesTree whether the prices needed a tree
    function askQueue(
        uint256[] memory asks,
        uint256[] calldata limits,
        bool[] calldata removes
    ) external pure returns (uint256[] memory found, bool usesTree) {
        found = new uint256[](limits.length);
        uint256 end = _dirtyFreeMemory(4 * asks.length);
        AskQueue.Queue memory queue = AskQueue.open(asks);
        usesTree = queue.tree.length != 0;
        for (uint256 i; i < limits.length; ++i) {
            found[i] = AskQueue.find(queue, limits[i]);
            if (removes[i] && found[i] != FirstFit.NONE) AskQueue.remove(queue, found[i]);
        }
        _requireUntouchedFrom(_freeMemory(), end);
    }

    /// @notice {Ranking.rank}.
    function rank(
        uint256[] memory entries,
        uint256 waits,
        uint256 priceWeight,
        uint256 timeWeight
    ) external pure returns (uint256[] memory ranked) {
        uint256 end = _dirtyFreeMemory(2 * entries.length);
        ranked = Ranking.rank(entries, waits, priceWeight, timeWeight);
        _requireUntouchedFrom(_freeMemory(), end);
    }

    /// @notice {PlanAllotment.sorted}.
    function sortedTranches(uint256[] memory list) external pure returns (uint256[] memory result) {
        list = _copyWithCanary(list);
        // The table of places, zeroed when it is allocated, and the result.
        uint256 end = _dirtyFreeMemory(130 + list.length);
        result = PlanAllotment.sorted(list);
        _requireUntouchedFrom(_freeMemory(), end);
        _requireCanary(list);
    }

    /// @notice {PlanAllotment.skip}, then {PlanAllotment.serve}.
    function serveTranches(
        uint256[] memory list,
        uint256 offset,
        uint256 leastKey,
        uint256 totalWh
    ) external pure returns (uint256[] memory served, uint256 unusedWh) {
        served = _copyWithCanary(list);
        unusedWh = PlanAllotment.serve(served, PlanAllotment.skip(served, 0, offset), offset, leastKey, totalWh);
        _requireCanary(served);
    }

    /// @notice {LaxityLevels.skip}, then {LaxityLevels.serve}.
    function serveLevelTranches(
        uint256[] memory list,
        uint256 offset,
        uint256 leastKey,
        uint256 level
    ) external pure returns (uint256[] memory served, uint256 totalWh) {
        list = _copyWithCanary(list);
        uint256[] memory levels = _copyWithCanary(LaxityLevels.listed(list));
        totalWh = LaxityLevels.serve(levels, LaxityLevels.skip(levels, 0, offset), offset, leastKey, level);
        served = LaxityLevels.tranchesOf(levels);
        _requireCanary(levels);
        _requireCanary(list);
    }

    /// @notice {PlanAllotment.serveDue}.
    function serveDueTranches(
        uint256[] memory list,
        uint256 offset,
        uint256 leastKey,
        uint256 totalWh
    ) external pure returns (uint256[] memory served, uint256 unusedWh) {
        served = _copyWithCanary(list);
        unusedWh = PlanAllotment.serveDue(served, offset, leastKey, totalWh);
        _requireCanary(served);
    }

    /// @notice {CreditDraw.weight}.
    function creditWeight(uint256 difference) external pure returns (uint256) {
        return CreditDraw.weight(difference);
    }

    /// @notice {CreditDraw.draw}.
    function creditDraw(uint256[] calldata credits, uint256 seed) external pure returns (uint256) {
        return CreditDraw.draw(credits, seed);
    }

    /// @notice {Ranking.timeRank}.
    function timeRank(uint256 waits, uint256 waitedFrames) external pure returns (uint256) {
        return Ranking.timeRank(waits, waitedFrames);
    }

    /// @notice {Ranking.popcount128} of each word.
    function popcounts(uint256[] memory values) external pure returns (uint256[] memory) {
        for (uint256 i; i < values.length; ++i) values[i] = Ranking.popcount128(values[i]);
        return values;
    }

    /// @notice {PlainTwins.popcount} of each word.
    function plainPopcounts(uint256[] memory values) external pure returns (uint256[] memory) {
        for (uint256 i; i < values.length; ++i) values[i] = PlainTwins.popcount(values[i]);
        return values;
    }

    /// @notice {UnsafeList}: pushes `pushed` onto a list with just enough room, sets one word, reads it, sets the length.
    function words(
        uint256[] calldata pushed,
        uint256 index,
        uint256 word,
        uint256 length
    ) external pure returns (uint256[] memory list, uint256 before, uint256 afterwards) {
        uint256 end = _dirtyFreeMemory(pushed.length);
        list = UnsafeList.reserve(pushed.length);
        for (uint256 i; i < pushed.length; ++i) UnsafeList.push(list, pushed[i]);
        before = UnsafeList.get(list, index);
        UnsafeList.set(list, index, word);
        afterwards = UnsafeList.get(list, index);
        UnsafeList.setLength(list, length);
        _requireUntouchedFrom(_freeMemory(), end);
    }

    /// @notice What {words} does, with Solidity's own arrays.
    function plainWords(
        uint256[] calldata pushed,
        uint256 index,
        uint256 word,
        uint256 length
    ) external pure returns (uint256[] memory list, uint256 before, uint256 afterwards) {
        uint256[] memory all = pushed;
        before = all[index];
        all[index] = word;
        afterwards = all[index];
        list = new uint256[](length);
        for (uint256 i; i < length; ++i) list[i] = all[i];
    }

    /// @notice {Money.amountDown} and {Money.amountUp}.
    function amounts(uint256 price, uint256 energyWh) external pure returns (uint256 down, uint256 up) {
        return (Money.amountDown(price, energyWh), Money.amountUp(price, energyWh));
    }

    /// @notice {Fluctuation.powerW}.
    function powerW(int256 energyWh, uint256 frameSeconds) external pure returns (int256) {
        return Fluctuation.powerW(energyWh, frameSeconds);
    }

    /// @notice {Fluctuation.chargingRoomWh}.
    function chargingRoomWh(int256 limitW, int256 baseLoadW, uint256 frameSeconds) external pure returns (uint256) {
        return Fluctuation.chargingRoomWh(limitW, baseLoadW, frameSeconds);
    }

    /// @notice {Fluctuation.stepW}.
    function stepW(int256 loadW, int256 previousW) external pure returns (uint256) {
        return Fluctuation.stepW(loadW, previousW);
    }

    /// @dev A copy with a canary right behind it.
    function _copyWithCanary(uint256[] memory list) private pure returns (uint256[] memory copy) {
        copy = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) copy[i] = list[i];
        uint256[] memory canary = new uint256[](1);
        canary[0] = CANARY;
    }

    /// @dev Whether the canary behind a copy is still there, length and all.
    function _requireCanary(uint256[] memory copy) private pure {
        uint256 length;
        uint256 word;
        assembly ("memory-safe") {
            let canary := add(add(copy, 0x20), shl(5, mload(copy)))
            length := mload(canary)
            word := mload(add(canary, 0x20))
        }
        if (length != 1 || word != CANARY) revert MemoryViolated();
    }

    /// @dev Fills memory that nobody has allocated: what a function may allocate, and more.
    function _dirtyFreeMemory(uint256 wordCount) private pure returns (uint256 end) {
        wordCount += SPARE_WORDS;
        assembly ("memory-safe") {
            let at := mload(0x40)
            end := add(at, shl(5, wordCount))
            for {} lt(at, end) {
                at := add(at, 0x20)
            } {
                mstore(at, DIRT)
            }
        }
    }

    /// @dev Reverts unless the dirt from `at` to `end` is all there.
    function _requireUntouchedFrom(uint256 place, uint256 end) private pure {
        bool touched = place > end;
        assembly ("memory-safe") {
            for {} lt(place, end) {
                place := add(place, 0x20)
            } {
                touched := or(touched, iszero(eq(mload(place), DIRT)))
            }
        }
        if (touched) revert MemoryViolated();
    }

    /// @dev The free-memory pointer.
    function _freeMemory() private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }
}
