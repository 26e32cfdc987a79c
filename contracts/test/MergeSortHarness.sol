// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MergeSort } from "../libraries/MergeSort.sol";
import { PlainTwins } from "./PlainTwins.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {MergeSort}, callable, beside their plain twins
/// @notice For the tests of that library alone.
contract MergeSortHarness is DirtyMemory {
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
}
