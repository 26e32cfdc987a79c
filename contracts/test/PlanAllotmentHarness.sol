// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PlanAllotment } from "../rounds/PlanAllotment.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {PlanAllotment}, callable
/// @notice For the tests of that library alone.
contract PlanAllotmentHarness is DirtyMemory {
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
}
