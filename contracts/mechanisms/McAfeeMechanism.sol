// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title Trade reduction [McAfee 1992]
/// @notice A price that no trading order names, or the last pair steps out: nobody gains by misreporting a price where
/// an order is one unit, and the operator never pays.
contract McAfeeMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    /// @dev Puts the book in the order of this rule.
    function _rank(Auction.Book memory book, Terms calldata terms) internal pure override {
        terms;
        _rankWhole(book);
    }

    /// @dev Matches a ranked book by this rule.
    function _match(
        Auction.Book memory book,
        Terms calldata terms,
        uint256[] memory fills
    ) internal pure virtual override {
        EfficientMatch.Extent memory e = book.measure();
        if (e.energyWh != 0) _reduce(book, e, terms.rules.tickSize(), fills);
    }

    /// @dev All of the efficient match at the mean of the first orders beyond it, or all but its last orders at their
    /// prices.
    function _reduce(
        Auction.Book memory book,
        EfficientMatch.Extent memory e,
        uint256 tickSize,
        uint256[] memory fills
    ) internal pure {
        unchecked {
            uint256 low = book.askAt(e.asks - 1).priceTicks() * tickSize;
            uint256 high = book.bidAt(e.bids - 1).priceTicks() * tickSize;
            if (e.bids < book.bids.length && e.asks < book.asks.length) {
                uint256 mean = ((book.bidAt(e.bids).priceTicks() + book.askAt(e.asks).priceTicks()) * tickSize) / 2;
                if (mean >= low && mean <= high) {
                    book.trade(e.bids, e.asks, EfficientMatch.Prices(mean, 0, 0), fills);
                    return;
                }
            }
            book.trade(e.bids - 1, e.asks - 1, EfficientMatch.Prices(low, high - low, 0), fills);
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure virtual returns (bytes32) {
        return "mcafee";
    }
}
