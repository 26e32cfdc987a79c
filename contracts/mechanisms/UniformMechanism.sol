// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title Uniform price: the double auction with one price for all
/// @notice Moves what an efficient match moves, all at one price between the last orders that it fills and the first
/// that it does not wholly fill: nobody whom the price would serve is left out.
contract UniformMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    uint256 private constant BPS = 10_000;

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        EfficientMatch.Extent memory e = book.measure();
        if (e.energyWh == 0) return;
        unchecked {
            uint256 low = book.askAt(e.asks - 1).priceTicks();
            uint256 high = book.bidAt(e.bids - 1).priceTicks();
            if (e.nextBid < book.bids.length) {
                uint256 next = book.bidAt(e.nextBid).priceTicks();
                if (next > low) low = next;
            }
            if (e.nextAsk < book.asks.length) {
                uint256 next = book.askAt(e.nextAsk).priceTicks();
                if (next < high) high = next;
            }
            uint256 price =
                low * terms.rules.tickSize() + (terms.rules.thetaBps() * (high - low) * terms.rules.tickSize()) / BPS;
            book.trade(e.bids, e.asks, EfficientMatch.Prices(price, 0, 0), fills);
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "uniform";
    }
}
