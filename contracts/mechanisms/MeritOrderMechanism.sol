// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title Merit order
/// @notice Bids in order of their time, each from the cheapest ask that is left, at what that ask asks.
contract MeritOrderMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    /// @dev Puts the book in the order of this rule.
    function _rank(Auction.Book memory book, Terms calldata terms) internal pure override {
        terms;
        Auction.prune(book);
        book.bids = Ranking.rank(book.bids, book.bidWaits, 0, 1);
        book.asks = Ranking.rank(book.asks, book.askWaits, PRICE_FIRST, 1);
    }

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        EfficientMatch.Prices memory prices;
        uint256 j;
        unchecked {
            for (uint256 i; i < book.bids.length && j < book.asks.length; ++i) {
                BookEntry bid = book.bidAt(i);
                while (bid.leftWh() != 0 && j < book.asks.length) {
                    BookEntry ask = book.askAt(j);
                    if (ask.priceTicks() > bid.priceTicks()) break;
                    uint256 energyWh = bid.leftWh() < ask.leftWh() ? bid.leftWh() : ask.leftWh();
                    prices.price = ask.priceTicks() * terms.rules.tickSize();
                    EfficientMatch.exchange(bid, ask, energyWh, prices, fills);
                    book.take(i, j, energyWh);
                    bid = bid.withFill(energyWh);
                    if (ask.leftWh() == energyWh) ++j;
                }
            }
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "meritOrder";
    }
}
