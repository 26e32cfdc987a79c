// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState } from "../types/PileState.sol";
import { MergeSort } from "../libraries/MergeSort.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title Priority by credit [D Table 1]
/// @notice The weighted sum `0.6 c + 0.8 q + 0.5 r + 0.4 l + 0.5 p + 0.6 s + 0.6 n` of attributes from 0 to 1 000, the
/// highest first.
library CreditRanking {
    uint256 internal constant MAX_ATTRIBUTE = 1000;

    /// @dev [D Table 1], times ten.
    uint256 private constant CAPACITY_WEIGHT = 6;
    uint256 private constant CREDIT_WEIGHT = 8;
    uint256 private constant RENEWABLE_WEIGHT = 5;
    uint256 private constant POSITION_WEIGHT = 4;
    uint256 private constant PRICE_WEIGHT = 5;
    uint256 private constant VOLUME_WEIGHT = 6;
    uint256 private constant STABILITY_WEIGHT = 6;
    /// @dev The weighted sum of full attributes.
    uint256 private constant MAX_SUM = 40 * MAX_ATTRIBUTE;
    /// @dev Hundredths of a point in one step of the attribute q.
    uint256 private constant CREDIT_STEP = 10;

    /// @notice Part of an order's weighted sum that does not depend on its price, times ten.
    /// @param attributes c, r, l and n, 10 bits each, c lowest
    /// @param icebergThresholdWh energy at which s is full
    function withoutPrice(
        PileState order,
        uint256 attributes,
        uint256 icebergThresholdWh
    ) internal pure returns (uint256 sum) {
        uint256 volume = MAX_ATTRIBUTE;
        uint256 remainingWh = order.remainingWh();
        unchecked {
            if (remainingWh < icebergThresholdWh) volume = (remainingWh * MAX_ATTRIBUTE) / icebergThresholdWh;
            sum = CREDIT_WEIGHT * (order.credit() / CREDIT_STEP) + VOLUME_WEIGHT * volume;
            sum += CAPACITY_WEIGHT * (attributes & 0x3ff) + RENEWABLE_WEIGHT * ((attributes >> 10) & 0x3ff);
            sum += POSITION_WEIGHT * ((attributes >> 20) & 0x3ff) + STABILITY_WEIGHT * ((attributes >> 30) & 0x3ff);
        }
    }

    /// @notice Priorities of one side's orders; the lowest comes first.
    /// @param orders their slots
    /// @param sums {withoutPrice} of each; overwritten with the priorities
    function prioritise(uint256[] memory orders, uint256[] memory sums) internal pure {
        uint256 count = orders.length;
        uint256[] memory byPrice = UnsafeList.reserve(count);
        unchecked {
            for (uint256 i; i < count; ++i) {
                PileState order = PileState.wrap(UnsafeList.get(orders, i));
                uint256 price = order.priceTicks();
                // Best first: the lowest of the asks, the highest of the bids.
                if (order.isCharge()) price = type(uint24).max - price;
                UnsafeList.push(byPrice, (price << 32) | i);
            }
            byPrice = MergeSort.sort(byPrice);
            uint256 prices;
            for (uint256 i; i < count; ++i) if (_isFirstOfPrice(byPrice, i)) ++prices;
            uint256 step = prices == 0 ? 0 : MAX_ATTRIBUTE / prices;
            uint256 attribute = MAX_ATTRIBUTE;
            for (uint256 i; i < count; ++i) {
                if (i != 0 && _isFirstOfPrice(byPrice, i)) attribute -= step;
                uint256 index = UnsafeList.get(byPrice, i) & type(uint32).max;
                UnsafeList.set(sums, index, MAX_SUM - UnsafeList.get(sums, index) - PRICE_WEIGHT * attribute);
            }
        }
    }

    /// @dev Whether the order before one has another price.
    function _isFirstOfPrice(uint256[] memory byPrice, uint256 i) private pure returns (bool) {
        unchecked {
            return i == 0 || UnsafeList.get(byPrice, i) >> 32 != UnsafeList.get(byPrice, i - 1) >> 32;
        }
    }
}
