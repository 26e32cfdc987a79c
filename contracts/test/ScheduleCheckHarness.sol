// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ScheduleCheck } from "../baseline/ScheduleCheck.sol";
import { Charge } from "../baseline/types/Charge.sol";
import { ChargingOrder } from "../baseline/types/ChargingOrder.sol";

/// @title ScheduleCheck, callable
/// @notice For tests.
contract ScheduleCheckHarness {
    /// @notice Refuses a charge that its order does not allow.
    function requireFeasible(uint256 index, ChargingOrder order, Charge charge) external pure {
        ScheduleCheck.requireFeasible(index, order, charge);
    }

    /// @notice A load with a charge on top.
    function addTo(
        uint256[] memory loadsW,
        Charge charge,
        uint256 wattsPerWh
    ) external pure returns (uint256[] memory) {
        ScheduleCheck.addTo(loadsW, charge, wattsPerWh);
        return loadsW;
    }

    /// @notice Steps and overload of a load.
    function measure(
        uint256[] memory loadsW,
        uint256 beforeW,
        uint256 limitW
    ) external pure returns (uint256 pflW, uint256 overloadW) {
        return ScheduleCheck.measure(loadsW, beforeW, limitW);
    }
}
