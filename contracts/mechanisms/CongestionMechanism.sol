// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";
import { ISelectiveMechanism } from "../interfaces/ISelectiveMechanism.sol";
import { Auction } from "../libraries/Auction.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { GridSupply } from "./lib/GridSupply.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title Congestion price: the grid as a supplier whose price rises with the load
/// @notice Asks and the grid serve the dearest bids, at each step whichever is cheaper, and all pay one price: that of
/// the dearest source that serves. Whoever insists on a loaded frame pays for it, and whoever can wait does not.
contract CongestionMechanism is Mechanism, ISelectiveMechanism {
    using EfficientMatch for Auction.Book;
    using GridSupply for GridSupply.Curve;

    /// @dev How far sources have served bids, prices in money units per kWh.
    /// @param drawnWh energy drawn from the grid, Wh
    /// @param lastBid limit of the last bid that was served
    /// @param lastAsk limit of the last ask that served; 0 without one
    /// @param bidLeft limit of the first bid that was not wholly served; 0 without one
    /// @param nextAsk place of the cheapest ask that has something left
    struct Walk {
        uint256 drawnWh;
        uint256 lastBid;
        uint256 lastAsk;
        uint256 bidLeft;
        uint256 nextAsk;
    }

    uint256 private constant BPS = 10_000;

    /// @notice Whether everybody would have to pay a premium: plans fill from the grid at its tariff, and where a
    /// defaulter does not pay, what is taken unasked is the cheapest.
    function accepts(IMarketParameters.Parameters calldata parameters) external pure override returns (bytes4 answer) {
        if (parameters.rounds != address(0)) revert UnsuitableMarket("rounds", uint160(parameters.rounds));
        if (parameters.readingSeconds != 0 && parameters.breach != IMarketParameters.Breach.Defaulter) {
            revert UnsuitableMarket("breach", uint256(parameters.breach));
        }
        return IMechanism.accepts.selector;
    }

    /// @dev Trades and fills from the grid, all at once.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        GridSupply.Curve memory supply = GridSupply.open(terms.rules, terms.published, terms.roomWh);
        uint256 bidCount = book.bids.length;
        uint256[] memory drawn = UnsafeList.reserve(bidCount);
        Walk memory walk;
        for (uint256 i; i < bidCount; ++i) UnsafeList.push(drawn, _serve(book, supply, walk, book.bidAt(i), fills));
        uint256 price = _price(book, supply, walk, terms.rules.thetaBps());
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(UnsafeList.get(fills, i));
            fill = FillLib.pack(fill.sell(), fill.buy(), fill.energyWh(), price);
            UnsafeList.set(fills, i, Fill.unwrap(fill));
        }
        if (walk.drawnWh != 0) _pushDrawn(book, supply.tariff, drawn, _premiumAt(supply, price), fills);
        // The grid has filled whom it may.
        book.lowestGridBid = type(uint256).max;
    }

    /// @dev Serves a bid: trades, still without a price, are pushed. Returns its energy from the grid, Wh.
    function _serve(
        Auction.Book memory book,
        GridSupply.Curve memory supply,
        Walk memory walk,
        BookEntry bid,
        uint256[] memory fills
    ) private pure returns (uint256 drawnWh) {
        unchecked {
            uint256 limit = bid.priceTicks() * supply.tickSize;
            uint256 left = bid.leftWh();
            while (left != 0) {
                uint256 askPrice = _nextAskPrice(book, supply, walk);
                bool affordable = askPrice <= limit;
                // Of the grid's energy, what is cheaper than the ask comes first. No order has a limit of 0.
                uint256 reachWh = supply.reachWh(affordable ? askPrice - 1 : limit);
                uint256 energyWh;
                if (affordable && reachWh <= walk.drawnWh) {
                    energyWh = _take(book, walk, bid, left, fills);
                    walk.lastAsk = askPrice;
                } else {
                    if (reachWh <= walk.drawnWh || !bid.isGridEligible()) break;
                    energyWh = reachWh - walk.drawnWh;
                    if (energyWh > left) energyWh = left;
                    walk.drawnWh += energyWh;
                    drawnWh += energyWh;
                }
                left -= energyWh;
                walk.lastBid = limit;
            }
            if (left != 0 && walk.bidLeft == 0) walk.bidLeft = limit;
        }
    }

    /// @dev Trades with the cheapest ask that is left. Returns the energy, Wh.
    function _take(
        Auction.Book memory book,
        Walk memory walk,
        BookEntry bid,
        uint256 left,
        uint256[] memory fills
    ) private pure returns (uint256 energyWh) {
        BookEntry ask = book.askAt(walk.nextAsk);
        energyWh = ask.leftWh();
        if (energyWh > left) {
            energyWh = left;
            UnsafeList.set(book.asks, walk.nextAsk, BookEntry.unwrap(ask.withFill(energyWh)));
        } else {
            ++walk.nextAsk;
        }
        UnsafeList.push(fills, Fill.unwrap(FillLib.pack(ask.pile(), bid.pile(), energyWh, 0)));
    }

    /// @dev The one price: of the dearest source that serves or, where the grid serves nobody, between the last orders.
    function _price(
        Auction.Book memory book,
        GridSupply.Curve memory supply,
        Walk memory walk,
        uint256 thetaBps
    ) private pure returns (uint256) {
        if (walk.drawnWh != 0) {
            uint256 price = supply.priceAt(walk.drawnWh);
            return price > walk.lastAsk ? price : walk.lastAsk;
        }
        uint256 high = walk.lastBid;
        uint256 other = _nextAskPrice(book, supply, walk);
        if (other < high) high = other;
        if (supply.roomWh != 0) {
            other = supply.priceAt(1);
            if (other < high) high = other;
        }
        uint256 low = walk.lastAsk > walk.bidLeft ? walk.lastAsk : walk.bidLeft;
        unchecked {
            return low >= high ? high : low + (thetaBps * (high - low)) / BPS;
        }
    }

    /// @dev Appends the fills from the grid.
    function _pushDrawn(
        Auction.Book memory book,
        uint256 tariff,
        uint256[] memory drawn,
        uint256 premium,
        uint256[] memory fills
    ) private pure {
        for (uint256 i; i < drawn.length; ++i) {
            uint256 energyWh = UnsafeList.get(drawn, i);
            if (energyWh == 0) continue;
            Fill fill = FillLib.pack(FillLib.GRID, book.bidAt(i).pile(), energyWh, tariff);
            UnsafeList.push(fills, Fill.unwrap(fill.withGap(premium, 0)));
        }
    }

    /// @dev Premium of a fill from the grid where all pay a price.
    function _premiumAt(GridSupply.Curve memory supply, uint256 price) private pure returns (uint256 premium) {
        premium = price - supply.tariff;
        if (premium > supply.mostPremium) premium = supply.mostPremium;
    }

    /// @dev Limit of the cheapest ask that is left, money units per kWh; the largest word without one.
    function _nextAskPrice(
        Auction.Book memory book,
        GridSupply.Curve memory supply,
        Walk memory walk
    ) private pure returns (uint256) {
        if (walk.nextAsk == book.asks.length) return type(uint256).max;
        unchecked {
            return book.askAt(walk.nextAsk).priceTicks() * supply.tickSize;
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "congestion";
    }
}
