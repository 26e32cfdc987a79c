// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PlanAllotment } from "./PlanAllotment.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title Moving flexible orders up to a level of laxity
/// @notice Smoothed least laxity, SPEC 4. In each frame an order moves the energy `left - peak (frames - level)`, which
/// brings the number of frames that it could do without up to a level; `left` counts as at most `peak frames`. Each
/// order's energy depends on no other order, and every level can be met. A list keeps three words an order, the earliest
/// last frame first:
///
/// ```
///  word  meaning
///  0     (left - peak * ends) * 2^17, signed; `ends` counts the frames from the round's to the last one
///  1     peak, Wh
///  2     its word in {PlanAllotment} before the plan
/// ```
///
/// @dev With the time `t` of a level, in 2^-17 of a frame from the round's on, word 0 plus `peak * t` is the energy that the
/// order is to move, times 2^17: a product and a sum for an order that need not move yet. Tests compare {serve} with plain
/// arithmetic.
library LaxityLevels {
    /// @dev A level is in 2^-17 of a frame.
    uint256 private constant LEVEL_BITS = 17;
    uint256 private constant BELOW_A_WH = (1 << 17) - 1;
    uint256 private constant WORDS = 3;
    uint256 private constant ORDER_SIZE = 0x60;
    uint256 private constant NOW_SHIFT = 44;
    // The frames of a tranche that may move from the round's frame on, in units of a level.
    uint256 private constant ENDS_SHIFT = 54;
    uint256 private constant ENDS_MASK = 0x7f << 17;
    uint256 private constant PRICE_SHIFT = 232;

    /// @notice The list of some tranches that may move from the round's frame on.
    function listed(uint256[] memory tranches) internal pure returns (uint256[] memory list) {
        tranches = PlanAllotment.sorted(tranches);
        uint256 length = tranches.length;
        list = UnsafeList.reserve(WORDS * length);
        unchecked {
            for (uint256 i; i < length; ++i) {
                uint256 word = UnsafeList.get(tranches, i);
                UnsafeList.push(list, _late(word));
                UnsafeList.push(list, PlanAllotment.peakWh(word));
                UnsafeList.push(list, word);
            }
        }
    }

    /// @notice The tranches of a list, with the energy that they have left.
    function tranchesOf(uint256[] memory list) internal pure returns (uint256[] memory tranches) {
        uint256 length = list.length / WORDS;
        tranches = UnsafeList.reserve(length);
        unchecked {
            for (uint256 i; i < length; ++i) {
                uint256 word = UnsafeList.get(list, WORDS * i + 2);
                uint256 movedWh = (_late(word) - UnsafeList.get(list, WORDS * i)) >> LEVEL_BITS;
                UnsafeList.push(tranches, word - movedWh);
            }
        }
    }

    /// @notice Skips orders at the head of a list that are past their last offset.
    /// @param start the head before, in orders
    /// @return head the head now
    function skip(uint256[] memory list, uint256 start, uint256 offset) internal pure returns (uint256 head) {
        unchecked {
            uint256 length = list.length / WORDS;
            for (head = start; head < length; ++head) {
                if (PlanAllotment.lastOffset(UnsafeList.get(list, WORDS * head + 2)) >= offset) break;
            }
        }
    }

    /// @notice Moves orders up to a level in one frame.
    /// @param list its orders; the energy they move is taken out of them
    /// @param start index of the first order that is not past its last offset, in orders
    /// @param offset frames after the round's
    /// @param leastKey {PlanAllotment} key that an order must reach
    /// @param level in 2^-17 of a frame, at most 24 bits
    /// @return totalWh energy that they move together, Wh
    function serve(
        uint256[] memory list,
        uint256 start,
        uint256 offset,
        uint256 leastKey,
        uint256 level
    ) internal pure returns (uint256 totalWh) {
        if (offset == 0) return _serveFirst(list, leastKey, level);
        assembly ("memory-safe") {
            let time := add(level, shl(LEVEL_BITS, offset))
            // An order that can no longer be served whole is as late as can be, and no later.
            let most := level
            if lt(shl(LEVEL_BITS, 1), most) {
                most := shl(LEVEL_BITS, 1)
            }
            start := add(add(list, 0x20), mul(start, ORDER_SIZE))
            list := add(add(list, 0x20), shl(5, mload(list)))
            // An order that ends before the level does moves all that is left, as far as the peak allows.
            for {} lt(start, list) {
                start := add(start, ORDER_SIZE)
            } {
                let word := mload(add(start, 0x40))
                let ends := and(shr(ENDS_SHIFT, word), ENDS_MASK)
                if gt(ends, time) {
                    break
                }
                if lt(shr(PRICE_SHIFT, word), leastKey) {
                    continue
                }
                let peak := mload(add(start, 0x20))
                let due := add(mload(start), mul(peak, ends))
                peak := shl(LEVEL_BITS, peak)
                if lt(peak, due) {
                    due := peak
                }
                totalWh := add(totalWh, due)
                mstore(start, sub(mload(start), due))
            }
            // No other order is due more than is left.
            for {} lt(start, list) {
                start := add(start, ORDER_SIZE)
            } {
                let late := mload(start)
                let peak := mload(add(start, 0x20))
                let due := add(late, mul(peak, time))
                if sgt(due, BELOW_A_WH) {
                    if lt(shr(PRICE_SHIFT, mload(add(start, 0x40))), leastKey) {
                        continue
                    }
                    peak := mul(peak, most)
                    if lt(peak, due) {
                        due := peak
                    }
                    due := and(due, not(BELOW_A_WH))
                    totalWh := add(totalWh, due)
                    mstore(start, sub(late, due))
                }
            }
            totalWh := shr(LEVEL_BITS, totalWh)
        }
    }

    /// @dev {serve} in the round's frame, where an order moves at most what it still displays.
    function _serveFirst(
        uint256[] memory list,
        uint256 leastKey,
        uint256 level
    ) private pure returns (uint256 totalWh) {
        assembly ("memory-safe") {
            let at := add(list, 0x20)
            for {
                list := add(at, shl(5, mload(list)))
            } lt(at, list) {
                at := add(at, ORDER_SIZE)
            } {
                let due := add(mload(at), mul(mload(add(at, 0x20)), level))
                if sgt(due, BELOW_A_WH) {
                    let word := mload(add(at, 0x40))
                    if lt(shr(PRICE_SHIFT, word), leastKey) {
                        continue
                    }
                    due := shr(LEVEL_BITS, due)
                    let most := and(word, 0xffffff)
                    if lt(most, due) {
                        due := most
                    }
                    most := and(shr(NOW_SHIFT, word), 0xfffff)
                    if lt(most, due) {
                        due := most
                    }
                    totalWh := add(totalWh, due)
                    mstore(at, sub(mload(at), shl(LEVEL_BITS, due)))
                }
            }
        }
    }

    /// @dev Word 0 of an order of which nothing has moved. Two's complement: a lax order can wait for more than is left.
    function _late(uint256 word) private pure returns (uint256) {
        unchecked {
            uint256 ends = PlanAllotment.lastOffset(word) + 1;
            return (PlanAllotment.leftWh(word) - PlanAllotment.peakWh(word) * ends) << LEVEL_BITS;
        }
    }
}
