// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fluctuation } from "../libraries/Fluctuation.sol";
import { Charge } from "./types/Charge.sol";
import { ChargingOrder } from "./types/ChargingOrder.sol";

/// @title Whether a schedule keeps what its EVs asked for, and what load it makes
/// @notice Plain and slow, and knows nothing of genes: what it says of a schedule holds however that was found.
library ScheduleCheck {
    /// @notice A charge is not within its EV's stay.
    error ChargeOutsideStay(uint256 order, uint256 firstFrame, uint256 endFrame);
    /// @notice A charge moves more in a frame than its pile can.
    error ChargeAboveRating(uint256 order, uint256 frameWh, uint256 maxFrameWh);
    /// @notice A charge does not move what was asked for.
    error ChargeIncomplete(uint256 order, uint256 movedWh, uint256 energyWh);

    /// @notice Refuses a charge that its order does not allow.
    /// @param index of the order, for the error
    function requireFeasible(uint256 index, ChargingOrder order, Charge charge) internal pure {
        uint256 endFrame = charge.endFrame();
        if (charge.firstFrame() < order.firstFrame() || endFrame > order.lastFrame() + 1) {
            revert ChargeOutsideStay(index, charge.firstFrame(), endFrame);
        }
        uint256 mostWh = charge.frameWh() > charge.restWh() ? charge.frameWh() : charge.restWh();
        if (mostWh > order.maxFrameWh()) revert ChargeAboveRating(index, mostWh, order.maxFrameWh());
        uint256 movedWh = charge.fullFrames() * charge.frameWh() + charge.restWh();
        if (movedWh != order.energyWh()) revert ChargeIncomplete(index, movedWh, order.energyWh());
    }

    /// @notice Adds a charge to a load profile, W.
    /// @param loadsW one load per frame
    /// @param wattsPerWh power that moves 1 Wh in a frame, W
    function addTo(uint256[] memory loadsW, Charge charge, uint256 wattsPerWh) internal pure {
        uint256 frame = charge.firstFrame();
        uint256 restFrame = frame + charge.fullFrames();
        for (; frame < restFrame; ++frame) loadsW[frame] += charge.frameWh() * wattsPerWh;
        if (charge.restWh() != 0) loadsW[restFrame] += charge.restWh() * wattsPerWh;
    }

    /// @notice Sum of the absolute steps of a load [T 4.4], and of what exceeds the limit, W.
    /// @param beforeW load of the frame before the first
    function measure(
        uint256[] memory loadsW,
        uint256 beforeW,
        uint256 limitW
    ) internal pure returns (uint256 pflW, uint256 overloadW) {
        for (uint256 frame; frame < loadsW.length; ++frame) {
            uint256 loadW = loadsW[frame];
            // Loads are below the bound of their lanes, far from a sign.
            // forge-lint: disable-next-line(unsafe-typecast)
            pflW += Fluctuation.stepW(int256(loadW), int256(beforeW));
            if (loadW > limitW) overloadW += loadW - limitW;
            beforeW = loadW;
        }
    }
}
