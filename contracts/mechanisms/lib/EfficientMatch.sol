// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../../libraries/Auction.sol";
import { UnsafeList } from "../../libraries/UnsafeList.sol";
import { BookEntry } from "../../types/BookEntry.sol";
import { Fill, FillLib } from "../../types/Fill.sol";

/// @title The match that moves the most that is worth moving
/// @notice Dearest bid with cheapest ask, order by order, as long as they cross.
library EfficientMatch {
    /// @notice How far the match goes.
    /// @param bids how many bids it fills, the last of them perhaps in part
    /// @param asks how many asks
    /// @param nextBid place of the first bid that it does not wholly fill
    /// @param nextAsk the same of the asks
    /// @param energyWh what it moves, Wh
    struct Extent {
        uint256 bids;
        uint256 asks;
        uint256 nextBid;
        uint256 nextAsk;
        uint256 energyWh;
    }

    /// @notice Prices of each trade, money units per kWh.
    /// @param price from buyer to seller
    /// @param premium from the buyer to the grid operator
    /// @param subsidy from the operator's matching fund to the seller
    struct Prices {
        uint256 price;
        uint256 premium;
        uint256 subsidy;
    }

    /// @notice How far the efficient match of a book goes.
    /// @param book ranked by price
    function measure(Auction.Book memory book) internal pure returns (Extent memory e) {
        uint256 bidCount = book.bids.length;
        uint256 askCount = book.asks.length;
        uint256 bidLeft = bidCount == 0 ? 0 : bidAt(book, 0).leftWh();
        uint256 askLeft = askCount == 0 ? 0 : askAt(book, 0).leftWh();
        unchecked {
            while (e.nextBid < bidCount && e.nextAsk < askCount) {
                if (bidAt(book, e.nextBid).priceTicks() < askAt(book, e.nextAsk).priceTicks()) break;
                e.bids = e.nextBid + 1;
                e.asks = e.nextAsk + 1;
                uint256 energyWh = bidLeft < askLeft ? bidLeft : askLeft;
                e.energyWh += energyWh;
                bidLeft -= energyWh;
                askLeft -= energyWh;
                if (bidLeft == 0 && ++e.nextBid < bidCount) bidLeft = bidAt(book, e.nextBid).leftWh();
                if (askLeft == 0 && ++e.nextAsk < askCount) askLeft = askAt(book, e.nextAsk).leftWh();
            }
        }
    }

    /// @notice Trades the first bids with the first asks in their order, all at the same prices, until one side has
    /// nothing left.
    /// @param bids how many bids take part
    /// @param asks how many asks take part
    /// @param fills gets the trades
    function trade(
        Auction.Book memory book,
        uint256 bids,
        uint256 asks,
        Prices memory prices,
        uint256[] memory fills
    ) internal pure {
        unchecked {
            uint256 j;
            for (uint256 i; i < bids; ++i) {
                BookEntry bid = bidAt(book, i);
                uint256 left = bid.leftWh();
                uint256 bought;
                while (left != 0 && j < asks) {
                    BookEntry ask = askAt(book, j);
                    uint256 energyWh = ask.leftWh();
                    bool whole = energyWh <= left;
                    if (!whole) energyWh = left;
                    left -= energyWh;
                    bought += energyWh;
                    exchange(bid, ask, energyWh, prices, fills);
                    UnsafeList.set(book.asks, j, BookEntry.unwrap(ask.withFill(energyWh)));
                    if (whole) ++j;
                }
                UnsafeList.set(book.bids, i, BookEntry.unwrap(bid.withFill(bought)));
            }
        }
    }

    /// @notice Appends a trade.
    function exchange(
        BookEntry bid,
        BookEntry ask,
        uint256 energyWh,
        Prices memory prices,
        uint256[] memory fills
    ) internal pure {
        Fill fill = FillLib.pack(ask.pile(), bid.pile(), energyWh, prices.price).withGap(
            prices.premium,
            prices.subsidy
        );
        UnsafeList.push(fills, Fill.unwrap(fill));
    }

    /// @notice Takes what was traded off the orders at two places.
    function take(Auction.Book memory book, uint256 bid, uint256 ask, uint256 energyWh) internal pure {
        UnsafeList.set(book.bids, bid, BookEntry.unwrap(bidAt(book, bid).withFill(energyWh)));
        UnsafeList.set(book.asks, ask, BookEntry.unwrap(askAt(book, ask).withFill(energyWh)));
    }

    /// @notice The bid at a place.
    function bidAt(Auction.Book memory book, uint256 place) internal pure returns (BookEntry) {
        return BookEntry.wrap(UnsafeList.get(book.bids, place));
    }

    /// @notice The ask at a place.
    function askAt(Auction.Book memory book, uint256 place) internal pure returns (BookEntry) {
        return BookEntry.wrap(UnsafeList.get(book.asks, place));
    }
}
