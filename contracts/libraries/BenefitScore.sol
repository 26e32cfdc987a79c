// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { FlexibleOrder } from "../types/FlexibleOrder.sol";
import { PlanLib } from "../types/Plan.sol";
import { Publication } from "../types/Publication.sol";
import { RoundTerms } from "../types/RoundTerms.sol";
import { Fluctuation } from "./Fluctuation.sol";
import { Words } from "./Words.sol";

/// @title Benefit of a plan [T 5.2-5.3, 6.2-6.4]
/// @notice Allots a plan's totals over the frozen book and scores what comes of it, and does the same for what clearing
/// alone would do. Pure: everything is in the frozen book, whose words are the terms, a publication for each frame of
/// the horizon, then the flexible orders, bids first, each side in order of priority.
library BenefitScore {
    /// @notice A frozen book opened for one evaluation; the order lists are its own and change while it is used.
    /// @param terms the round's constants
    /// @param publications words of the publications by offset
    /// @param bids flexible bids
    /// @param asks flexible asks
    struct Book {
        RoundTerms terms;
        uint256[] publications;
        uint256[] bids;
        uint256[] asks;
    }

    /// @notice What a plan is compared by: less unserved energy first, then smaller squared steps.
    /// @param unservedWh energy of bids ending within the horizon that it leaves unserved, Wh
    /// @param squares sum of squared steps of the load, W^2 [T 4, 6.6]
    struct Score {
        uint256 unservedWh;
        uint256 squares;
    }

    /// @notice A frame's total exceeds what the orders that may move then can take.
    error PlanNotAllottable(uint256 offset, bool charge, uint256 totalWh, uint256 allottedWh);
    /// @notice The plan takes a frame's load beyond capacity and further from zero than without it.
    error PlanOverCapacity(uint256 offset, int256 loadW, uint256 limitW);

    uint256 private constant BENEFIT_SCALE = 1e18;
    uint256 private constant BPS = 10_000;
    /// @dev More than the latest last offset of an order.
    uint256 private constant LAST_OFFSETS = 128;

    /// @notice Opens a frozen book with its orders as plans are allotted: earliest last frame first, then priority.
    function openForPlan(uint256[] calldata frozen) internal pure returns (Book memory book) {
        book = openByPriority(frozen);
        book.bids = _byLastFrame(book.bids);
        book.asks = _byLastFrame(book.asks);
    }

    /// @notice Opens a frozen book with its orders by priority.
    function openByPriority(uint256[] calldata frozen) internal pure returns (Book memory book) {
        book.terms = RoundTerms.wrap(frozen[0]);
        uint256 ordersFrom = 1 + book.terms.horizon();
        uint256 length = frozen.length;
        uint256 asksFrom = ordersFrom;
        while (asksFrom < length && FlexibleOrder.wrap(frozen[asksFrom]).isCharge()) ++asksFrom;
        book.publications = _read(frozen[1:ordersFrom]);
        book.bids = _read(frozen[ordersFrom:asksFrom]);
        book.asks = _read(frozen[asksFrom:]);
    }

    /// @notice Allots and scores a plan, or reverts with why it cannot be carried out.
    /// @param book opened by {openForPlan}; used up
    /// @param plan six bytes for each frame of the horizon
    function scorePlan(Book memory book, bytes calldata plan) internal pure returns (Score memory score) {
        uint256 horizon = book.terms.horizon();
        Loads memory loads = _loadsBefore(book.terms);
        for (uint256 offset; offset < horizon; ++offset) {
            (uint256 drawWh, uint256 dischargeWh) = PlanLib.totals(plan, offset);
            if (drawWh != 0) _allotDraw(book, offset, drawWh);
            if (dischargeWh != 0) _allotDischarge(book, offset, dischargeWh);
            int256 loadW = _advance(book, loads, offset, drawWh, dischargeWh);
            if (drawWh | dischargeWh != 0) _requireCapacity(book, offset, loadW);
        }
        return Score(_unservedWh(book), loads.squares);
    }

    /// @notice Scores what clearing alone would do over the horizon.
    /// @param book opened by {openByPriority}; used up
    function scoreFallback(Book memory book) internal pure returns (Score memory score) {
        uint256 horizon = book.terms.horizon();
        Loads memory loads = _loadsBefore(book.terms);
        for (uint256 offset; offset < horizon; ++offset) {
            _advance(book, loads, offset, _fallbackDraw(book, offset), 0);
        }
        return Score(_unservedWh(book), loads.squares);
    }

    /// @notice Carries out the first frame of a plan that was scored.
    /// @param book opened by {openForPlan}; used up
    /// @return moves what each order moves: the frozen orders that move anything, `remainingWh` being what they move
    function firstFrameOfPlan(Book memory book, bytes calldata plan) internal pure returns (uint256[] memory moves) {
        (uint256 drawWh, uint256 dischargeWh) = PlanLib.totals(plan, 0);
        (uint256[] memory bids, uint256[] memory asks) = (_copy(book.bids), _copy(book.asks));
        if (drawWh != 0) _allotDraw(book, 0, drawWh);
        if (dischargeWh != 0) _allotDischarge(book, 0, dischargeWh);
        moves = Words.reserve(bids.length + asks.length);
        _collectMoves(moves, bids, book.bids);
        _collectMoves(moves, asks, book.asks);
    }

    /// @notice Carries out the first frame of what clearing alone would do.
    /// @param book opened by {openByPriority}; used up
    /// @return moves as of {firstFrameOfPlan}
    function firstFrameOfFallback(Book memory book) internal pure returns (uint256[] memory moves) {
        uint256[] memory bids = _copy(book.bids);
        _fallbackDraw(book, 0);
        moves = Words.reserve(bids.length);
        _collectMoves(moves, bids, book.bids);
    }

    /// @notice The benefit that is shown: `1e18 / (1 + squares)`.
    function benefit(uint256 squares) internal pure returns (uint256 lambda) {
        return BENEFIT_SCALE / (1 + squares);
    }

    /// @notice Whether `a` is strictly better than `b`.
    function isBetter(Score memory a, Score memory b) internal pure returns (bool) {
        return a.unservedWh != b.unservedWh ? a.unservedWh < b.unservedWh : a.squares < b.squares;
    }

    /// @dev The loads up to a frame of the horizon.
    struct Loads {
        bool previousKnown;
        int256 previousW;
        uint256 squares;
    }

    function _loadsBefore(RoundTerms terms) private pure returns (Loads memory) {
        return Loads(terms.isPreviousKnown(), terms.previousW(), 0);
    }

    /// @dev Adds the step into the frame at `offset`; a step with an unpublished end does not count.
    function _advance(
        Book memory book,
        Loads memory loads,
        uint256 offset,
        uint256 drawWh,
        uint256 dischargeWh
    ) private pure returns (int256 loadW) {
        Publication published = Publication.wrap(Words.at(book.publications, offset));
        bool known = Publication.unwrap(published) != 0;
        loadW = totalLoadW(book.terms, published, offset, drawWh, dischargeWh);
        if (known && loads.previousKnown) {
            uint256 step = Fluctuation.stepW(loadW, loads.previousW);
            loads.squares += step * step;
        }
        (loads.previousKnown, loads.previousW) = (known, loadW);
    }

    /// @notice P(offset) with these flexible totals, W.
    function totalLoadW(
        RoundTerms terms,
        Publication published,
        uint256 offset,
        uint256 drawWh,
        uint256 dischargeWh
    ) internal pure returns (int256) {
        if (offset == 0) drawWh += terms.matchedWh();
        int256 scaledWh = int256(terms.chargeBps() * drawWh) - int256(terms.dischargeBps() * dischargeWh);
        return published.baseLoadW() + Fluctuation.powerW(scaledWh, terms.frameSeconds() * BPS);
    }

    /// @dev Refuses a load beyond capacity that the plan made worse.
    function _requireCapacity(Book memory book, uint256 offset, int256 loadW) private pure {
        RoundTerms terms = book.terms;
        uint256 limitW = terms.limitW();
        uint256 magnitude = Fluctuation.stepW(loadW, 0);
        if (magnitude <= limitW) return;
        Publication published = Publication.wrap(Words.at(book.publications, offset));
        if (magnitude > Fluctuation.stepW(totalLoadW(terms, published, offset, 0, 0), 0)) {
            revert PlanOverCapacity(offset, loadW, limitW);
        }
    }

    /// @dev Allots one frame's draw among the bids whose limit is at least the tariff.
    function _allotDraw(Book memory book, uint256 offset, uint256 drawWh) private pure {
        Publication published = Publication.wrap(Words.at(book.publications, offset));
        uint256 lowest = Publication.unwrap(published) == 0 ? type(uint256).max : published.importTicks();
        uint256 leftWh = _allot(book.bids, offset, lowest, type(uint256).max, drawWh);
        if (leftWh != 0) revert PlanNotAllottable(offset, true, drawWh, drawWh - leftWh);
    }

    /// @dev Allots one frame's discharge among the asks whose limit is at most the tariff.
    function _allotDischarge(Book memory book, uint256 offset, uint256 dischargeWh) private pure {
        Publication published = Publication.wrap(Words.at(book.publications, offset));
        uint256 lowest = Publication.unwrap(published) == 0 ? type(uint256).max : 0;
        uint256 leftWh = _allot(book.asks, offset, lowest, published.exportTicks(), dischargeWh);
        if (leftWh != 0) revert PlanNotAllottable(offset, false, dischargeWh, dischargeWh - leftWh);
    }

    /// @dev Allots a total among the orders with limits in a range: earliest last frame first, then priority.
    function _allot(
        uint256[] memory orders,
        uint256 offset,
        uint256 lowest,
        uint256 highest,
        uint256 totalWh
    ) private pure returns (uint256 leftWh) {
        leftWh = totalWh;
        uint256 length = orders.length;
        unchecked {
            for (uint256 i; i < length && leftWh != 0; ++i) {
                FlexibleOrder order = FlexibleOrder.wrap(Words.at(orders, i));
                if (order.lastOffset() < offset) continue;
                uint256 limit = order.priceTicks();
                if (limit < lowest || limit > highest) continue;
                uint256 energyWh = order.displayedWh(offset);
                if (energyWh == 0) continue;
                if (energyWh > leftWh) energyWh = leftWh;
                leftWh -= energyWh;
                Words.set(orders, i, FlexibleOrder.unwrap(order.withMoved(energyWh)));
            }
        }
    }

    /// @dev What clearing alone would draw for icebergs in a frame of the horizon (section 3, step 3).
    function _fallbackDraw(Book memory book, uint256 offset) private pure returns (uint256 drawnWh) {
        Publication published = Publication.wrap(Words.at(book.publications, offset));
        if (Publication.unwrap(published) == 0) return 0;
        RoundTerms terms = book.terms;
        uint256 roomWh = Fluctuation.chargingRoomWh(
            int256(terms.limitW()),
            published.baseLoadW(),
            terms.frameSeconds() * BPS
        ) / terms.chargeBps();
        if (offset == 0) {
            uint256 matchedWh = terms.matchedWh();
            roomWh = roomWh > matchedWh ? roomWh - matchedWh : 0;
        }
        uint256 tariff = published.importTicks();
        uint256 maxWaitFrames = terms.maxWaitFrames();
        uint256[] memory bids = book.bids;
        uint256 length = bids.length;
        unchecked {
            for (uint256 i; i < length && drawnWh < roomWh; ++i) {
                FlexibleOrder bid = FlexibleOrder.wrap(Words.at(bids, i));
                uint256 last = bid.lastOffset();
                if (last < offset || bid.priceTicks() < tariff) continue;
                if (last != offset && bid.waitedFrames() + offset < maxWaitFrames) continue;
                uint256 energyWh = bid.displayedWh(offset);
                if (energyWh == 0) continue;
                if (energyWh > roomWh - drawnWh) energyWh = roomWh - drawnWh;
                drawnWh += energyWh;
                Words.set(bids, i, FlexibleOrder.unwrap(bid.withMoved(energyWh)));
            }
        }
    }

    /// @dev What bids ending within the horizon have left.
    function _unservedWh(Book memory book) private pure returns (uint256 unservedWh) {
        uint256 horizon = book.terms.horizon();
        uint256 length = book.bids.length;
        unchecked {
            for (uint256 i; i < length; ++i) {
                FlexibleOrder bid = FlexibleOrder.wrap(Words.at(book.bids, i));
                if (bid.lastOffset() < horizon) unservedWh += bid.remainingWh();
            }
        }
    }

    /// @dev Appends, for each order that moved, the order with what it moved as its remaining energy.
    function _collectMoves(uint256[] memory moves, uint256[] memory before, uint256[] memory afterwards) private pure {
        unchecked {
            for (uint256 i; i < before.length; ++i) {
                FlexibleOrder order = FlexibleOrder.wrap(Words.at(before, i));
                uint256 leftWh = FlexibleOrder.wrap(Words.at(afterwards, i)).remainingWh();
                if (order.remainingWh() != leftWh) Words.push(moves, FlexibleOrder.unwrap(order.withMoved(leftWh)));
            }
        }
    }

    /// @dev Counting sort by last frame; orders of one last frame keep their order.
    function _byLastFrame(uint256[] memory orders) private pure returns (uint256[] memory sorted) {
        uint256 length = orders.length;
        uint256[] memory from = new uint256[](LAST_OFFSETS + 1);
        sorted = Words.reserve(length);
        Words.setLength(sorted, length);
        unchecked {
            for (uint256 i; i < length; ++i) {
                uint256 last = FlexibleOrder.wrap(Words.at(orders, i)).lastOffset();
                Words.set(from, last + 1, Words.at(from, last + 1) + 1);
            }
            for (uint256 last; last < LAST_OFFSETS; ++last) {
                Words.set(from, last + 1, Words.at(from, last + 1) + Words.at(from, last));
            }
            for (uint256 i; i < length; ++i) {
                uint256 word = Words.at(orders, i);
                uint256 last = FlexibleOrder.wrap(word).lastOffset();
                uint256 place = Words.at(from, last);
                Words.set(from, last, place + 1);
                Words.set(sorted, place, word);
            }
        }
    }

    /// @dev A list of its own from calldata.
    function _read(uint256[] calldata list) private pure returns (uint256[] memory copy) {
        copy = Words.reserve(list.length);
        assembly ("memory-safe") {
            mstore(copy, list.length)
            calldatacopy(add(copy, 0x20), list.offset, shl(5, list.length))
        }
    }

    /// @dev A list of its own.
    function _copy(uint256[] memory list) private pure returns (uint256[] memory copy) {
        copy = Words.reserve(list.length);
        Words.setLength(copy, list.length);
        for (uint256 i; i < list.length; ++i) Words.set(copy, i, Words.at(list, i));
    }
}
