// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { FirstFit } from "../libraries/FirstFit.sol";
import { PlainTwins } from "./PlainTwins.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {FirstFit}, callable, beside their plain twins
/// @notice For the tests of that library alone.
contract FirstFitHarness is DirtyMemory {
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

    /// @notice {firstFit}, by walking.
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

    /// @notice {treeWithout}, built anew.
    function plainTreeWithout(
        uint256[] memory list,
        uint256[] calldata removed
    ) external pure returns (uint256[] memory) {
        for (uint256 i; i < removed.length; ++i) list[removed[i]] = type(uint256).max;
        return PlainTwins.minima(list);
    }
}
