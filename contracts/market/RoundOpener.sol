// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../interfaces/IBenefitRounds.sol";
import { FillBooking } from "./FillBooking.sol";
import { MatchingRules } from "../types/MatchingRules.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Opening benefit rounds
/// @notice After a match, hands the orders that plans may move to the contract that runs the rounds.
abstract contract RoundOpener is FillBooking {
    /// @notice A frame that is being cleared, in memory. The mechanism's calldata begins with `selector`: the selector,
    /// the terms, the offset of the list of orders and their number; the orders follow in memory.
    /// @param live the live bits afterwards, word by word
    /// @param slots slot of each pile whose order takes part, as booked so far; 0 of others
    /// @param sureMargin margin that covers every pile's, money units
    /// @param bestBid highest bid, ticks; 0 without bids
    /// @param bestAsk lowest ask, ticks; the largest word without asks
    /// @param selector in the word's last four bytes
    /// @param market this market
    /// @param delivery its delivery contract
    /// @param frame its number
    /// @param published its publication; zero without one
    /// @param roomWh energy that the grid may deliver, Wh
    /// @param roundFollows whether a round may open over the rest after the match
    /// @param previousKnown whether the step from the frame before counts
    /// @param previousW load of the frame before, W
    /// @param fund the operator's matching fund, money units
    /// @param rules the market's parameters for mechanisms
    /// @param ordersOffset where the list of orders begins, bytes from the first term
    /// @param orderCount number of orders that take part
    struct Clearing {
        uint256[] live;
        uint256[] slots;
        uint256 sureMargin;
        uint256 bestBid;
        uint256 bestAsk;
        uint256 selector;
        address market;
        address delivery;
        uint256 frame;
        PublishedFrame published;
        uint256 roomWh;
        bool roundFollows;
        bool previousKnown;
        int256 previousW;
        uint256 fund;
        MatchingRules rules;
        uint256 ordersOffset;
        uint256 orderCount;
    }

    /// @dev Whether a round that opens now can run its course before the frame begins.
    function _hasTimeForRound(uint256 frame) internal view returns (bool) {
        unchecked {
            return ROUNDS != address(0) && block.timestamp + WHOLE_ROUND_SECONDS <= frame * FRAME_SECONDS;
        }
    }

    /// @notice Opens a round over the flexible orders.
    /// @param matchedWh energy that the match drew from the grid, Wh
    /// @param orders the flexible orders by priority, bids first
    function _openRound(Clearing memory f, uint256 matchedWh, uint256[] memory orders) internal {
        IBenefitRounds(ROUNDS).open(f.frame, matchedWh, f.previousKnown, f.previousW, orders);
    }
}
