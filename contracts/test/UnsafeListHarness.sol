// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { UnsafeList } from "../libraries/UnsafeList.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {UnsafeList}, callable, beside their plain twins
/// @notice For the tests of that library alone.
contract UnsafeListHarness is DirtyMemory {
    /// @notice {UnsafeList}: pushes `pushed` onto a list with just enough room, sets one word, reads it, sets the
    /// length.
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

    /// @notice {words}, with Solidity's own arrays.
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
}
