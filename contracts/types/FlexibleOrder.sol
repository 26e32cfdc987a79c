// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState } from "./PileState.sol";

/// @notice Rest of a flexible order after the match, in one word of a round's frozen book.
///
/// ```
///  bits      field        meaning
///  0..15     pile         index of the pile
///  16..39    remainingWh  R: what is left to trade
///  40..59    leftWh       D(0): what it still displays in the round's frame
///  60..79    peakWh       what it displays at most in a later frame
///  80..103   priceTicks   limit price / tickSize
///  104..110  lastOffset   frames from the round's frame to the order's last frame
///  111..117  waited       frames waited in the round's frame
///  118       charge       1 = bid
/// ```
type FlexibleOrder is uint256;

using FlexibleOrderLib for FlexibleOrder global;

/// @title Reading and writing the fields of a {FlexibleOrder}
/// @notice An order that plans may move.
library FlexibleOrderLib {
    uint256 private constant REMAINING_SHIFT = 16;
    uint256 private constant LEFT_SHIFT = 40;
    uint256 private constant PEAK_SHIFT = 60;
    uint256 private constant PRICE_SHIFT = 80;
    uint256 private constant LAST_SHIFT = 104;
    uint256 private constant WAITED_SHIFT = 111;
    uint256 private constant CHARGE_BIT = 1 << 118;

    /// @notice Rest of a pile's order after the match of `frame`, in which it took part.
    /// @param leftWh_ energy that it still displays in that frame
    function freeze(PileState s, uint256 pile_, uint256 leftWh_, uint256 frame) internal pure returns (FlexibleOrder) {
        unchecked {
            uint256 word = pile_ | (s.remainingWh() << REMAINING_SHIFT) | (leftWh_ << LEFT_SHIFT);
            word |= (s.peakWh() << PEAK_SHIFT) | (s.priceTicks() << PRICE_SHIFT);
            word |= ((s.expiryFrame() - frame) << LAST_SHIFT) | ((frame - s.firstFrame()) << WAITED_SHIFT);
            return FlexibleOrder.wrap(s.isCharge() ? word | CHARGE_BIT : word);
        }
    }

    /// @notice Index of the pile.
    function pile(FlexibleOrder o) internal pure returns (uint256) {
        return FlexibleOrder.unwrap(o) & type(uint16).max;
    }

    /// @notice Energy left to trade, Wh.
    function remainingWh(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> REMAINING_SHIFT) & type(uint24).max;
    }

    /// @notice Energy still displayed in the round's frame, Wh.
    function leftWh(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> LEFT_SHIFT) & ((1 << 20) - 1);
    }

    /// @notice Most energy displayed in a later frame, Wh.
    function peakWh(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> PEAK_SHIFT) & ((1 << 20) - 1);
    }

    /// @notice Limit price, ticks.
    function priceTicks(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> PRICE_SHIFT) & type(uint24).max;
    }

    /// @notice S: most energy that it can be served, its tranche now and its peak in every later frame, Wh.
    function servableWh(FlexibleOrder o) internal pure returns (uint256) {
        unchecked {
            uint256 mostWh = o.leftWh() + o.peakWh() * o.lastOffset();
            uint256 remaining = o.remainingWh();
            return mostWh < remaining ? mostWh : remaining;
        }
    }

    /// @notice Frames from the round's frame to the order's last frame.
    function lastOffset(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> LAST_SHIFT) & 0x7f;
    }

    /// @notice Frames that the order has waited in the round's frame.
    function waitedFrames(FlexibleOrder o) internal pure returns (uint256) {
        return (FlexibleOrder.unwrap(o) >> WAITED_SHIFT) & 0x7f;
    }

    /// @notice Whether the order is a bid.
    function isCharge(FlexibleOrder o) internal pure returns (bool) {
        return FlexibleOrder.unwrap(o) & CHARGE_BIT != 0;
    }
}
