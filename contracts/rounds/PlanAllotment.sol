// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { FlexibleOrder } from "../types/FlexibleOrder.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title Giving a frame's energy to the tranches of flexible orders
/// @notice A list of orders in the order in which they are served, each in a word of its own making:
///
/// ```
///  bits      field     meaning
///  0..23     leftWh    what the order is left to be served
///  24..43    peakWh    most that it moves in a later frame
///  44..63    nowWh     most that it moves in the round's frame
///  64..70    from      first offset at which it may move
///  71..77    frames    offsets from there on at which it may
///  78..93    index     place in the list that it was made from
///  232..255  priceKey  the higher, the more it accepts: a bid's limit, an ask's limit from the largest tick down
/// ```
///
/// @dev Scoring spends its gas on {serve} and {serveDue}: 25 000 visits for 512 orders over 48 frames. So they are
/// assembly; tests compare them with plain twins.
library PlanAllotment {
    /// @dev A priceKey that no order has; nothing moves in an unpublished frame.
    uint256 internal constant NOTHING = 1 << 24;

    uint256 private constant MAX_TICKS = type(uint24).max;
    uint256 private constant PEAK_SHIFT = 24;
    uint256 private constant NOW_SHIFT = 44;
    uint256 private constant FROM_SHIFT = 64;
    uint256 private constant FRAMES_SHIFT = 71;
    uint256 private constant INDEX_SHIFT = 78;
    uint256 private constant PRICE_SHIFT = 232;

    /// @notice An order ready to be served.
    /// @param index its place in the list that the caller keeps
    /// @param from first offset at which it may move, at most its last
    function tranche(FlexibleOrder order, uint256 index, uint256 from) internal pure returns (uint256 word) {
        unchecked {
            uint256 priceKey = order.isCharge() ? order.priceTicks() : MAX_TICKS - order.priceTicks();
            word = order.servableWh() | (order.peakWh() << PEAK_SHIFT) | (order.leftWh() << NOW_SHIFT);
            word |= (priceKey << PRICE_SHIFT) | (from << FROM_SHIFT);
            word |= ((order.lastOffset() - from + 1) << FRAMES_SHIFT) | (index << INDEX_SHIFT);
        }
    }

    /// @notice The key that a bid must reach to draw at a tariff.
    function drawKey(uint256 importTicks) internal pure returns (uint256) {
        return importTicks;
    }

    /// @notice The key that an ask must reach to discharge at a tariff.
    function dischargeKey(uint256 exportTicks) internal pure returns (uint256) {
        return MAX_TICKS - exportTicks;
    }

    /// @notice Energy that the order has left to be served, Wh.
    function leftWh(uint256 word) internal pure returns (uint256) {
        return word & type(uint24).max;
    }

    /// @notice Most that the order moves in a later frame, Wh.
    function peakWh(uint256 word) internal pure returns (uint256) {
        return (word >> PEAK_SHIFT) & 0xfffff;
    }

    /// @notice Place in the list that the order was made from.
    function indexOf(uint256 word) internal pure returns (uint256) {
        return (word >> INDEX_SHIFT) & type(uint16).max;
    }

    /// @notice Skips orders at the head of a list that move nothing from an offset on: past their last, or with nothing
    /// left.
    /// @param list {sorted} by last offset
    /// @param start the head before
    /// @return head the head now
    function skip(uint256[] memory list, uint256 start, uint256 offset) internal pure returns (uint256 head) {
        unchecked {
            uint256 length = list.length;
            for (head = start; head < length; ++head) {
                uint256 word = UnsafeList.get(list, head);
                if (leftWh(word) != 0 && lastOffset(word) >= offset) break;
            }
        }
    }

    /// @notice Serves one frame: each order in turn takes as much as it may, until the total is used up.
    /// @param list tranches {sorted} by last offset; the energy they take is taken out of them
    /// @param start index of the first order that is not past its last offset
    /// @param offset frames after the round's
    /// @param leastKey key that an order must reach
    /// @param totalWh energy to give
    /// @return unusedWh energy that nobody took, Wh
    function serve(
        uint256[] memory list,
        uint256 start,
        uint256 offset,
        uint256 leastKey,
        uint256 totalWh
    ) internal pure returns (uint256 unusedWh) {
        unusedWh = totalWh;
        assembly ("memory-safe") {
            let mostShift := PEAK_SHIFT
            if iszero(offset) {
                mostShift := NOW_SHIFT
            }
            let end := add(add(list, 0x20), shl(5, mload(list)))
            for {
                let at := add(add(list, 0x20), shl(5, start))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let word := mload(at)
                if lt(shr(PRICE_SHIFT, word), leastKey) {
                    continue
                }
                let energyWh := and(word, 0xffffff)
                let most := and(shr(mostShift, word), 0xfffff)
                if lt(most, energyWh) {
                    energyWh := most
                }
                if lt(unusedWh, energyWh) {
                    mstore(at, sub(word, unusedWh))
                    unusedWh := 0
                    break
                }
                unusedWh := sub(unusedWh, energyWh)
                mstore(at, sub(word, energyWh))
            }
        }
    }

    /// @notice {serve}, but only orders that may move at this offset, in a list of any order.
    function serveDue(
        uint256[] memory list,
        uint256 offset,
        uint256 leastKey,
        uint256 totalWh
    ) internal pure returns (uint256 unusedWh) {
        unusedWh = totalWh;
        assembly ("memory-safe") {
            let mostShift := PEAK_SHIFT
            if iszero(offset) {
                mostShift := NOW_SHIFT
            }
            let at := add(list, 0x20)
            for {
                let end := add(at, shl(5, mload(list)))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let word := mload(at)
                if lt(shr(PRICE_SHIFT, word), leastKey) {
                    continue
                }
                // Before its first offset the difference wraps around, beyond any number of frames.
                if iszero(lt(sub(offset, and(shr(FROM_SHIFT, word), 0x7f)), and(shr(FRAMES_SHIFT, word), 0x7f))) {
                    continue
                }
                let energyWh := and(word, 0xffffff)
                let most := and(shr(mostShift, word), 0xfffff)
                if lt(most, energyWh) {
                    energyWh := most
                }
                if lt(unusedWh, energyWh) {
                    mstore(at, sub(word, unusedWh))
                    unusedWh := 0
                    break
                }
                unusedWh := sub(unusedWh, energyWh)
                mstore(at, sub(word, energyWh))
            }
        }
    }

    /// @notice Counting sort by the last offset at which an order may move; orders of one offset keep their order.
    function sorted(uint256[] memory list) internal pure returns (uint256[] memory result) {
        uint256 length = list.length;
        if (length < 2) return list;
        uint256[] memory place = new uint256[](129);
        result = UnsafeList.reserve(length);
        UnsafeList.setLength(result, length);
        unchecked {
            for (uint256 i; i < length; ++i) {
                uint256 next = lastOffset(UnsafeList.get(list, i)) + 1;
                UnsafeList.set(place, next, UnsafeList.get(place, next) + 1);
            }
            for (uint256 key; key < 128; ++key) {
                UnsafeList.set(place, key + 1, UnsafeList.get(place, key + 1) + UnsafeList.get(place, key));
            }
            for (uint256 i; i < length; ++i) {
                uint256 word = UnsafeList.get(list, i);
                uint256 key = lastOffset(word);
                uint256 to = UnsafeList.get(place, key);
                UnsafeList.set(place, key, to + 1);
                UnsafeList.set(result, to, word);
            }
        }
    }

    /// @notice Last offset at which an order may move.
    function lastOffset(uint256 word) internal pure returns (uint256) {
        unchecked {
            return ((word >> FROM_SHIFT) & 0x7f) + ((word >> FRAMES_SHIFT) & 0x7f) - 1;
        }
    }
}
