// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fluctuation } from "../libraries/Fluctuation.sol";

/// @title The internal functions of {Fluctuation}, callable
/// @notice For the tests of that library alone.
contract FluctuationHarness {
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
}
