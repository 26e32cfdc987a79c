// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Money } from "../libraries/Money.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { Fill } from "../types/Fill.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { McAfeeMechanism } from "./McAfeeMechanism.sol";

/// @title Vickrey: prices that a side's own orders do not make
/// @notice Buyers pay the first price that would have been served without them, sellers get the first that would have
/// been asked; the operator's matching fund pays the difference, and where it does not reach the last pair steps out.
contract VickreyMechanism is McAfeeMechanism {
    using EfficientMatch for Auction.Book;

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        EfficientMatch.Extent memory e = book.measure();
        if (e.energyWh == 0) return;
        unchecked {
            uint256 paid = book.askAt(e.asks - 1).priceTicks();
            uint256 got = book.bidAt(e.bids - 1).priceTicks();
            if (e.bids < book.bids.length) {
                uint256 price = book.bidAt(e.bids).priceTicks();
                if (price > paid) paid = price;
            }
            if (e.asks < book.asks.length) {
                uint256 price = book.askAt(e.asks).priceTicks();
                if (price < got) got = price;
            }
            uint256 subsidy = (got - paid) * terms.rules.tickSize();
            if (_deficit(book, e, subsidy) > terms.fund) _reduce(book, e, terms.rules.tickSize(), fills);
            else book.trade(e.bids, e.asks, EfficientMatch.Prices(paid * terms.rules.tickSize(), 0, subsidy), fills);
        }
    }

    /// @dev Excess of the sellers' receipts over the buyers' payments, trade by trade as the market counts it, money
    /// units.
    function _deficit(
        Auction.Book memory book,
        EfficientMatch.Extent memory e,
        uint256 subsidy
    ) private pure returns (uint256 sum) {
        if (subsidy == 0) return 0;
        uint256[] memory bids = _copy(book.bids);
        uint256[] memory asks = _copy(book.asks);
        uint256[] memory trial = UnsafeList.reserve(e.bids + e.asks);
        book.trade(e.bids, e.asks, EfficientMatch.Prices(0, 0, 0), trial);
        (book.bids, book.asks) = (bids, asks);
        for (uint256 i; i < trial.length; ++i) {
            sum += Money.amountDown(subsidy, Fill.wrap(UnsafeList.get(trial, i)).energyWh());
        }
    }

    /// @dev A list with the same words.
    function _copy(uint256[] memory list) private pure returns (uint256[] memory copy) {
        uint256 length = list.length;
        copy = UnsafeList.reserve(length);
        assembly ("memory-safe") {
            mcopy(copy, list, shl(5, add(length, 1)))
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure override returns (bytes32) {
        return "vickrey";
    }
}
