// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IRoundExecution } from "../interfaces/IRoundExecution.sol";
import { Money } from "../libraries/Money.sol";
import { Refusals } from "./Refusals.sol";
import { OrderBook } from "./OrderBook.sol";
import { PileState } from "../types/PileState.sol";

/// @title Booking fills
/// @notice The only way in which a fill changes a pile's slot, whether a mechanism proposed it or a round decided it.
abstract contract FillBooking is OrderBook {
    /// @notice Takes a fill out of an order, and its dues out of the order's lock. Reverts where the order is of the
    /// other side, has less left, or has another limit. The rest of the lock's part that falls away is freed.
    /// @param s the pile's slot
    /// @param charge whether the fill charges the pile
    /// @param energyWh quantity, Wh
    /// @param price all that a buyer pays but wheeling, all that a seller gets, money units per kWh
    /// @param spent dues of a buyer's fill, money units; a seller's bond is taken instead
    function _filled(
        PileState s,
        uint256 pile,
        bool charge,
        uint256 energyWh,
        uint256 price,
        uint256 spent
    ) internal view returns (PileState) {
        unchecked {
            uint256 remainingWh = s.remainingWh();
            uint256 lockPrice = s.priceTicks() * TICK_SIZE;
            if (
                s.isCharge() != charge ||
                energyWh == 0 ||
                energyWh > remainingWh ||
                (charge ? lockPrice < price : lockPrice > price)
            ) Refusals.raise(IRoundExecution.UnsoundFill.selector, pile);
            if (charge) {
                lockPrice += WHEELING_CAP;
            } else {
                lockPrice = BOND_PRICE;
                if (lockPrice == 0) return s.withFill(energyWh, 0);
                spent = Money.amountDown(lockPrice, energyWh);
            }
            uint256 falls = Money.amountUp(lockPrice, remainingWh) - Money.amountUp(lockPrice, remainingWh - energyWh);
            return s.withFill(energyWh, falls - spent);
        }
    }
}
