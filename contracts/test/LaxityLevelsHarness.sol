// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { LaxityLevels } from "../rounds/LaxityLevels.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {LaxityLevels}, callable
/// @notice For the tests of that library alone.
contract LaxityLevelsHarness is DirtyMemory {
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
}
