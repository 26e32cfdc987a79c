// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../../contracts/libraries/Auction.sol";
import { EfficientMatch } from "../../contracts/mechanisms/lib/EfficientMatch.sol";
import { Mechanism } from "../../contracts/mechanisms/lib/Mechanism.sol";

/// @title Posted price
/// @notice All trade at nine tenths of the grid's tariff, whoever takes that: nobody's order makes the price.
contract PostedPrice is Mechanism {
    using EfficientMatch for Auction.Book;

    /// @dev Bids come with falling and asks with rising limits, so whoever takes the price stands in front.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        uint256 price = (terms.published.importTicks() * terms.rules.tickSize() * 9) / 10;
        uint256 bids;
        uint256 asks;
        while (bids < book.bids.length && book.bidAt(bids).priceTicks() * terms.rules.tickSize() >= price) ++bids;
        while (asks < book.asks.length && book.askAt(asks).priceTicks() * terms.rules.tickSize() <= price) ++asks;
        book.trade(bids, asks, EfficientMatch.Prices({ price: price, premium: 0, subsidy: 0 }), fills);
    }

    /// @notice Name of the rule.
    function name() external pure returns (bytes32) {
        return "postedPrice";
    }
}
