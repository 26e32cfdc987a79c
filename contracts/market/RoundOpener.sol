// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../interfaces/IBenefitRounds.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { OrderBook } from "./OrderBook.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { FlexibleOrder, FlexibleOrderLib } from "../types/FlexibleOrder.sol";
import { PileState } from "../types/PileState.sol";

/// @title Opening benefit rounds
/// @notice After a match, hands what plans may move to the contract that runs the rounds.
abstract contract RoundOpener is OrderBook {
    /// @dev Whether a round that opens now can run its course before the frame begins.
    function _hasTimeForRound(uint256 frame) internal view returns (bool) {
        unchecked {
            return ROUNDS != address(0) && block.timestamp + WHOLE_ROUND_SECONDS <= frame * FRAME_SECONDS;
        }
    }

    /// @notice Opens a round over the flexible orders.
    /// @param matchedWh what the match drew from the grid
    /// @param previousKnown whether the step from the frame before counts
    /// @param previousW load of the frame before
    /// @param bids the match's bids by priority, written back
    /// @param asks the match's asks by priority, written back
    /// @return whether there was anything flexible
    function _openRound(
        uint256 frame,
        uint256 matchedWh,
        bool previousKnown,
        int256 previousW,
        uint256[] memory bids,
        uint256[] memory asks
    ) internal returns (bool) {
        uint256[] memory orders;
        unchecked {
            orders = UnsafeList.reserve(bids.length + asks.length);
            for (uint256 i; i < bids.length; ++i) _freeze(orders, UnsafeList.get(bids, i), frame);
            for (uint256 i; i < asks.length; ++i) _freeze(orders, UnsafeList.get(asks, i), frame);
        }
        if (orders.length == 0) return false;
        IBenefitRounds(ROUNDS).open(frame, matchedWh, previousKnown, previousW, orders);
        return true;
    }

    /// @dev Appends an order if it is flexible: an iceberg bid or an ask with energy left.
    function _freeze(uint256[] memory orders, uint256 word, uint256 frame) private view {
        BookEntry entry = BookEntry.wrap(word);
        PileState s = _stateOf(entry.pile());
        if (s.remainingWh() == 0 || (s.isCharge() && !s.isIceberg())) return;
        UnsafeList.push(orders, FlexibleOrder.unwrap(FlexibleOrderLib.freeze(s, entry.pile(), entry.leftWh(), frame)));
    }
}
