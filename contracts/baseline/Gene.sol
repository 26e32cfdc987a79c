// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Charge, ChargeLib } from "./types/Charge.sol";
import { ChargingOrder } from "./types/ChargingOrder.sol";

/// @title A gene: start, duration and with it power of one EV's charging [T Table 3-A]
/// @notice One byte: the high 3 bits choose one of eight durations, the low 5 bits one of 32 starts. Every byte is a
/// charge that is feasible for its EV, so that no chromosome ever needs repair:
///
/// - the duration lies `choice / 7` of the way from the shortest that the pile's rating allows to the whole stay;
/// - the power is the least, in whole Wh a frame, that moves the energy in that time; the last frame moves the rest;
/// - the start lies `choice / 32` of the way from the earliest to one past the latest from which it still ends in time.
library Gene {
    /// @notice Bits of a gene that choose the start.
    uint256 internal constant START_BITS = 5;
    /// @notice Highest choice of duration.
    uint256 internal constant LONGEST = 7;

    /// @notice The charge that a gene stands for, with the frames from which it may start.
    /// @param gene the byte
    /// @return charge what the EV does
    /// @return starts number of frames from which a charge of this duration can start
    function decode(ChargingOrder order, uint256 gene) internal pure returns (Charge charge, uint256 starts) {
        unchecked {
            uint256 energyWh = order.energyWh();
            uint256 maxFrameWh = order.maxFrameWh();
            uint256 stay = order.lastFrame() + 1 - order.firstFrame();
            uint256 shortest = (energyWh + maxFrameWh - 1) / maxFrameWh;
            uint256 duration = shortest + ((stay - shortest) * (gene >> START_BITS)) / LONGEST;
            uint256 frameWh = (energyWh + duration - 1) / duration;
            uint256 fullFrames = energyWh / frameWh;
            uint256 restWh = energyWh - fullFrames * frameWh;
            starts = stay + 1 - fullFrames - (restWh == 0 ? 0 : 1);
            uint256 later = ((gene & ((1 << START_BITS) - 1)) * starts) >> START_BITS;
            charge = ChargeLib.pack(order.firstFrame() + later, fullFrames, frameWh, restWh);
        }
    }
}
