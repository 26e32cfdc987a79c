// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../../libraries/Auction.sol";
import { UnsafeList } from "../../libraries/UnsafeList.sol";
import { BookEntry } from "../../types/BookEntry.sol";
import { EfficientMatch } from "./EfficientMatch.sol";
import { Mechanism } from "./Mechanism.sol";

/// @title One price for all, the long side shared in proportion
/// @notice Orders are dropped from the extremes until every bid that is left can trade with every ask that is left.
abstract contract ProportionalMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    /// @notice The price of all trades, money units per kWh.
    /// @param bid the lowest bid that takes part, money units per kWh
    /// @param ask the highest ask that takes part, at most the bid
    /// @param supplyWh energy of the asks that take part
    /// @param demandWh energy of the bids that take part
    function _price(
        uint256 bid,
        uint256 ask,
        uint256 supplyWh,
        uint256 demandWh
    ) internal pure virtual returns (uint256);

    /// @dev Puts the book in the order of this rule.
    function _rank(Auction.Book memory book, Terms calldata terms) internal pure override {
        terms;
        _rankWhole(book);
    }

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        EfficientMatch.Extent memory e = book.measure();
        if (e.energyWh == 0) return;
        (uint256 bids, uint256 asks) = _drop(book, e);
        uint256 supplyWh = _sum(book.asks, asks);
        uint256 demandWh = _sum(book.bids, bids);
        uint256 tickSize = terms.rules.tickSize();
        unchecked {
            uint256 bid = book.bidAt(bids - 1).priceTicks() * tickSize;
            uint256 ask = book.askAt(asks - 1).priceTicks() * tickSize;
            _trade(
                book,
                _share(book.bids, bids, demandWh, supplyWh),
                _share(book.asks, asks, supplyWh, demandWh),
                EfficientMatch.Prices(_price(bid, ask, supplyWh, demandWh), 0, 0),
                fills
            );
        }
    }

    /// @notice Joins what bids buy and what asks sell, both by priority.
    /// @param bought energy of each bid that takes part, Wh
    /// @param sold energy of each ask that takes part, Wh, together as much
    function _trade(
        Auction.Book memory book,
        uint256[] memory bought,
        uint256[] memory sold,
        EfficientMatch.Prices memory prices,
        uint256[] memory fills
    ) private pure {
        unchecked {
            uint256 j;
            for (uint256 i; i < bought.length; ++i) {
                uint256 left = UnsafeList.get(bought, i);
                while (left != 0) {
                    uint256 energyWh = UnsafeList.get(sold, j);
                    if (energyWh == 0) {
                        ++j;
                        continue;
                    }
                    if (energyWh > left) energyWh = left;
                    left -= energyWh;
                    UnsafeList.set(sold, j, UnsafeList.get(sold, j) - energyWh);
                    EfficientMatch.exchange(book.bidAt(i), book.askAt(j), energyWh, prices, fills);
                    book.take(i, j, energyWh);
                }
            }
        }
    }

    /// @dev How many bids and asks are left when those at the extremes that an efficient match does not fill are
    /// dropped, until the lowest bid meets the highest ask; both where it fills neither.
    function _drop(
        Auction.Book memory book,
        EfficientMatch.Extent memory e
    ) private pure returns (uint256 bids, uint256 asks) {
        bids = book.bids.length;
        asks = book.asks.length;
        unchecked {
            while (book.bidAt(bids - 1).priceTicks() < book.askAt(asks - 1).priceTicks()) {
                bool bidBeyond = bids > e.bids;
                if (asks > e.asks) --asks;
                if (bidBeyond) --bids;
            }
        }
    }

    /// @dev Energy that the first `count` entries have left together, Wh.
    function _sum(uint256[] memory entries, uint256 count) private pure returns (uint256 sum) {
        unchecked {
            for (uint256 i; i < count; ++i) sum += BookEntry.wrap(UnsafeList.get(entries, i)).leftWh();
        }
    }

    /// @notice Energy that each of a side's entries trades: all, or of the long side in proportion, rounded down, and
    /// the remainder by priority.
    /// @param ownWh energy of the entries together
    /// @param otherWh energy of the other side's entries together
    function _share(
        uint256[] memory entries,
        uint256 count,
        uint256 ownWh,
        uint256 otherWh
    ) private pure returns (uint256[] memory shares) {
        shares = UnsafeList.reserve(count);
        unchecked {
            uint256 rest = ownWh < otherWh ? ownWh : otherWh;
            for (uint256 i; i < count; ++i) {
                uint256 share = BookEntry.wrap(UnsafeList.get(entries, i)).leftWh();
                if (otherWh < ownWh) share = (share * otherWh) / ownWh;
                rest -= share;
                UnsafeList.push(shares, share);
            }
            for (uint256 i; rest != 0; ++i) {
                uint256 share = UnsafeList.get(shares, i);
                uint256 more = BookEntry.wrap(UnsafeList.get(entries, i)).leftWh() - share;
                if (more > rest) more = rest;
                rest -= more;
                UnsafeList.set(shares, i, share + more);
            }
        }
    }
}
