// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookEntry, BookEntryLib } from "../types/BookEntry.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { PileState } from "../types/PileState.sol";
import { AskQueue } from "./AskQueue.sol";
import { FirstFit } from "./FirstFit.sol";
import { Ranking } from "./Ranking.sol";
import { UnsafeList } from "./UnsafeList.sol";

/// @title One frame's auction in memory [T Tables 4-A, 4-B]
/// @notice Collects the live orders, drops those that cannot trade, ranks and matches the rest, and fills from the grid
/// where allowed. Reads and writes no storage: mechanisms are made of these parts.
library Auction {
    /// @notice The rules that an auction needs.
    /// @param priceWeight weight of the price rank
    /// @param timeWeight weight of the time rank
    /// @param tickSize money units per kWh of one tick
    struct Rules {
        uint256 priceWeight;
        uint256 timeWeight;
        uint256 tickSize;
    }

    /// @notice The book of one frame.
    /// @param bids slots of the bids, tagged with their piles; entries after {prune}
    /// @param asks the same of the asks
    /// @param bidWaits bit w set where a bid has waited w frames
    /// @param askWaits bit w set where an ask has waited w frames
    /// @param bestBid highest bid, ticks; 0 without bids
    /// @param bestAsk lowest ask, ticks; the largest word without asks
    /// @param lowestGridBid lowest bid that may be filled from the grid, ticks; the largest word without one
    /// @param frame the frame
    /// @param importTicks tariff r(t); the largest word where the grid fills nothing
    /// @param maxWaitFrames frames after which a waiting iceberg is filled from the grid
    /// @param icebergsWait whether icebergs are left to a benefit round
    struct Book {
        uint256[] bids;
        uint256[] asks;
        uint256 bidWaits;
        uint256 askWaits;
        uint256 bestBid;
        uint256 bestAsk;
        uint256 lowestGridBid;
        uint256 frame;
        uint256 importTicks;
        uint256 maxWaitFrames;
        bool icebergsWait;
    }

    /// @notice An empty book.
    /// @param icebergsWait whether icebergs are left to a benefit round
    /// @param capacity most orders that either side may get
    function open(
        uint256 frame,
        uint256 importTicks,
        uint256 maxWaitFrames,
        bool icebergsWait,
        uint256 capacity
    ) internal pure returns (Book memory) {
        return
            Book({
                bids: UnsafeList.reserve(capacity),
                asks: UnsafeList.reserve(capacity),
                bidWaits: 0,
                askWaits: 0,
                bestBid: 0,
                bestAsk: type(uint256).max,
                lowestGridBid: type(uint256).max,
                frame: frame,
                importTicks: importTicks,
                maxWaitFrames: maxWaitFrames,
                icebergsWait: icebergsWait
            });
    }

    /// @notice Adds an order that takes part.
    /// @param s its slot, {PileStateLib.taggedWith} its pile
    /// @param waited frames that it has waited
    function add(Book memory book, PileState s, uint256 waited) internal pure {
        uint256 price = s.priceTicks();
        if (s.isCharge()) {
            if (price > book.bestBid) book.bestBid = price;
            if (price >= book.importTicks && price < book.lowestGridBid && _isGridEligible(book, s, waited)) {
                book.lowestGridBid = price;
            }
            book.bidWaits |= 1 << waited;
            UnsafeList.push(book.bids, PileState.unwrap(s));
        } else {
            if (price < book.bestAsk) book.bestAsk = price;
            book.askWaits |= 1 << waited;
            UnsafeList.push(book.asks, PileState.unwrap(s));
        }
    }

    /// @notice Drops the orders that cannot be filled: bids below both the best ask and every bid that the grid may
    /// fill, asks above the best bid. The rest becomes entries. It is a prefix of each side in price, so price ranks
    /// are unchanged; time ranks still count the dropped orders. If a round may follow, nothing is dropped: the round
    /// needs every order.
    function prune(Book memory book) internal pure {
        uint256 lowestBid = book.bestAsk < book.lowestGridBid ? book.bestAsk : book.lowestGridBid;
        if (book.bestBid < lowestBid) lowestBid = type(uint256).max;
        _keep(book, book.icebergsWait ? 0 : lowestBid, book.icebergsWait ? type(uint256).max : book.bestBid);
    }

    /// @notice Turns every order into an entry: {prune} for callers who want to see the whole book.
    function keepAll(Book memory book) internal pure {
        _keep(book, 0, type(uint256).max);
    }

    /// @dev Turns the bids from `low` and the asks up to `high` into entries and drops the others.
    function _keep(Book memory book, uint256 low, uint256 high) private pure {
        _keepBids(book, low);
        _keepAsks(book, high);
    }

    /// @dev Turns the bids at `low` and above into entries and drops the others.
    function _keepBids(Book memory book, uint256 low) private pure {
        uint256[] memory list = book.bids;
        uint256 length = low == type(uint256).max ? 0 : list.length;
        uint256 kept;
        unchecked {
            for (uint256 i; i < length; ++i) {
                PileState s = PileState.wrap(UnsafeList.get(list, i));
                uint256 price = s.priceTicks();
                if (price < low) continue;
                uint256 waited = book.frame - s.firstFrame();
                bool gridEligible = price >= book.importTicks && _isGridEligible(book, s, waited);
                UnsafeList.set(list, kept, BookEntry.unwrap(BookEntryLib.pack(s, waited, true, gridEligible)));
                ++kept;
            }
        }
        UnsafeList.setLength(list, kept);
    }

    /// @dev Turns the asks up to `high` into entries and drops the others.
    function _keepAsks(Book memory book, uint256 high) private pure {
        uint256[] memory list = book.asks;
        uint256 length = high < book.bestAsk ? 0 : list.length;
        uint256 kept;
        unchecked {
            for (uint256 i; i < length; ++i) {
                PileState s = PileState.wrap(UnsafeList.get(list, i));
                if (s.priceTicks() > high) continue;
                uint256 waited = book.frame - s.firstFrame();
                UnsafeList.set(list, kept, BookEntry.unwrap(BookEntryLib.pack(s, waited, false, false)));
                ++kept;
            }
        }
        UnsafeList.setLength(list, kept);
    }

    /// @dev Shortage rule: a normal bid at once, an iceberg after its wait or in its last frame.
    function _isGridEligible(Book memory book, PileState s, uint256 waited) private pure returns (bool) {
        if (!s.isIceberg()) return true;
        return !book.icebergsWait && (waited >= book.maxWaitFrames || s.expiryFrame() == book.frame);
    }

    /// @notice Puts both sides in order of priority.
    function rank(Book memory book, Rules memory rules) internal pure {
        book.bids = Ranking.rank(book.bids, book.bidWaits, rules.priceWeight, rules.timeWeight);
        book.asks = Ranking.rank(book.asks, book.askWaits, rules.priceWeight, rules.timeWeight);
    }

    /// @notice For each bid in order of f, for each ask in order of f: trades the smaller quantity at the midpoint.
    /// @param book ranked; its entries carry afterwards what is left of them
    /// @param fills list with room for `bids + asks` words; gets the trades in their order
    function matchAtMidpoint(Book memory book, uint256 tickSize, uint256[] memory fills) internal pure {
        uint256[] memory bids = book.bids;
        uint256 length = bids.length;
        if (length == 0 || book.asks.length == 0) return;
        AskQueue.Queue memory queue = AskQueue.open(book.asks);
        unchecked {
            for (uint256 i; i < length; ++i) {
                BookEntry bid = BookEntry.wrap(UnsafeList.get(bids, i));
                uint256 j = AskQueue.find(queue, bid.priceTicks());
                if (j == FirstFit.NONE) continue;
                bid = _matchBid(queue, tickSize, fills, bid, j);
                UnsafeList.set(bids, i, BookEntry.unwrap(bid));
            }
        }
    }

    /// @dev Trades a bid with the ask `j` and those after it that it can afford. Returns the bid with its fills.
    function _matchBid(
        AskQueue.Queue memory queue,
        uint256 tickSize,
        uint256[] memory fills,
        BookEntry bid,
        uint256 j
    ) private pure returns (BookEntry) {
        unchecked {
            uint256[] memory asks = queue.asks;
            uint256 limit = bid.priceTicks();
            uint256 left = bid.leftWh();
            uint256 bought;
            while (true) {
                BookEntry ask = BookEntry.wrap(UnsafeList.get(asks, j));
                uint256 energyWh = ask.leftWh();
                if (energyWh > left) energyWh = left;
                else AskQueue.remove(queue, j);
                left -= energyWh;
                bought += energyWh;

                uint256 price = ((limit + ask.priceTicks()) * tickSize) >> 1;
                UnsafeList.set(asks, j, BookEntry.unwrap(ask.withFill(energyWh)));
                UnsafeList.push(fills, Fill.unwrap(FillLib.pack(ask.pile(), bid.pile(), energyWh, price)));

                if (left == 0) break;
                j = AskQueue.find(queue, limit);
                if (j == FirstFit.NONE) break;
            }
            return bid.withFill(bought);
        }
    }

    /// @notice Shortage: in order of priority, each bid that may draws as much as still fits under capacity.
    /// @param book ranked; its entries carry afterwards what is left of them
    /// @param fills list with room for a word for each bid; gets the fills from the grid in their order
    /// @param roomWh what the grid may still deliver within the transformer's capacity, Wh
    function fillFromGrid(Book memory book, uint256 tickSize, uint256[] memory fills, uint256 roomWh) internal pure {
        if (roomWh == 0 || book.lowestGridBid == type(uint256).max) return;
        uint256[] memory bids = book.bids;
        uint256 price = book.importTicks * tickSize;
        unchecked {
            for (uint256 i; i < bids.length; ++i) {
                BookEntry bid = BookEntry.wrap(UnsafeList.get(bids, i));
                uint256 energyWh = bid.leftWh();
                if (energyWh == 0 || !bid.isGridEligible()) continue;
                if (energyWh > roomWh) energyWh = roomWh;
                if (energyWh == 0) break;
                roomWh -= energyWh;
                UnsafeList.set(bids, i, BookEntry.unwrap(bid.withFill(energyWh)));
                UnsafeList.push(fills, Fill.unwrap(FillLib.pack(FillLib.GRID, bid.pile(), energyWh, price)));
            }
        }
    }
}
