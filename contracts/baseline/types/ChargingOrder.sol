// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One EV's charging order, four to a word of calldata.
///
/// ```
///  bits      field        meaning
///  0..23     maxFrameWh   what its pile can move in one frame, Wh
///  24..47    energyWh     to be moved, Wh
///  48..55    lastFrame    last frame in which it can be delivered to
///  56..63    firstFrame   first frame in which it can be delivered to
/// ```
type ChargingOrder is uint64;

using ChargingOrderLib for ChargingOrder global;

/// @title Reading the fields of a {ChargingOrder}
/// @notice Frames count from the first frame of the run.
library ChargingOrderLib {
    /// @notice The order at `index` of a packed list: four to a word, the first one in the highest bits.
    function get(uint256[] memory packed, uint256 index) internal pure returns (ChargingOrder) {
        return ChargingOrder.wrap(uint64(packed[index >> 2] >> (192 - 64 * (index & 3))));
    }

    /// @notice First frame in which it can be delivered to.
    function firstFrame(ChargingOrder o) internal pure returns (uint256) {
        return ChargingOrder.unwrap(o) >> 56;
    }

    /// @notice Last frame in which it can be delivered to.
    function lastFrame(ChargingOrder o) internal pure returns (uint256) {
        return (ChargingOrder.unwrap(o) >> 48) & 0xff;
    }

    /// @notice Energy to be moved, Wh.
    function energyWh(ChargingOrder o) internal pure returns (uint256) {
        return (ChargingOrder.unwrap(o) >> 24) & 0xffffff;
    }

    /// @notice Most energy that its pile can move in one frame, Wh.
    function maxFrameWh(ChargingOrder o) internal pure returns (uint256) {
        return ChargingOrder.unwrap(o) & 0xffffff;
    }
}
