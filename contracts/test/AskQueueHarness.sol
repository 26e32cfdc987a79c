// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { AskQueue } from "../libraries/AskQueue.sol";
import { FirstFit } from "../libraries/FirstFit.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {AskQueue}, callable
/// @notice For the tests of that library alone.
contract AskQueueHarness is DirtyMemory {
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
}
