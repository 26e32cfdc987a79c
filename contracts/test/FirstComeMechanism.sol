// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { EfficientMatch } from "../mechanisms/lib/EfficientMatch.sol";
import { Mechanism } from "../mechanisms/lib/Mechanism.sol";

/// @title First come, first served
/// @notice Both sides in order of their waits; neighbours trade at the seller's price while they cross.
contract FirstComeMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    function _rank(Auction.Book memory book, Terms calldata) internal pure override {
        Auction.prune(book);
        book.bids = Ranking.rank(book.bids, book.bidWaits, 0, 1);
        book.asks = Ranking.rank(book.asks, book.askWaits, 0, 1);
    }

    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        uint256 pairs = book.bids.length < book.asks.length ? book.bids.length : book.asks.length;
        EfficientMatch.Prices memory prices;
        for (uint256 i; i < pairs; ++i) {
            uint256 asked = book.askAt(i).priceTicks();
            if (asked > book.bidAt(i).priceTicks()) break;
            uint256 energyWh = book.bidAt(i).leftWh();
            if (energyWh > book.askAt(i).leftWh()) energyWh = book.askAt(i).leftWh();
            prices.price = asked * terms.rules.tickSize();
            EfficientMatch.exchange(book.bidAt(i), book.askAt(i), energyWh, prices, fills);
            book.take(i, i, energyWh);
        }
    }

    /// @notice Name of the rule.
    function name() external pure returns (bytes32) {
        return "firstCome";
    }
}
