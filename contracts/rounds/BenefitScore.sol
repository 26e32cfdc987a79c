// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../interfaces/IBenefitRounds.sol";
import { FlexibleOrder } from "../types/FlexibleOrder.sol";
import { PlanLib } from "../types/Plan.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";
import { RoundTerms } from "../types/RoundTerms.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { LaxityLevels } from "./LaxityLevels.sol";
import { PlanAllotment } from "./PlanAllotment.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title Benefit of a plan [T 5.2-5.3, 6.2-6.4]
/// @notice Allots a plan's totals over the frozen book and scores the outcome; scores the fallback the same way. Pure:
/// everything is in the frozen book, whose words are the terms, a publication for each frame of the horizon, then the
/// flexible orders, bids first, each side in order of priority.
library BenefitScore {
    /// @notice A frozen book opened for one evaluation, which uses it up.
    /// @param terms the round's constants
    /// @param publications words of the publications by offset
    /// @param bids {PlanAllotment} of the flexible bids, or their {LaxityLevels}
    /// @param asks {PlanAllotment} of the flexible asks, or their {LaxityLevels}
    /// @param bidsFrom index of the first bid that may still move
    /// @param asksFrom index of the first ask that may still move
    struct Book {
        RoundTerms terms;
        uint256[] publications;
        uint256[] bids;
        uint256[] asks;
        uint256 bidsFrom;
        uint256 asksFrom;
    }

    /// @notice Score of a plan: less unserved energy first, then smaller squared steps.
    /// @param unservedWh energy that bids ending within the horizon could be served and are not, Wh
    /// @param squaredStepsW2 sum of squared steps of the load, W^2 [T 4, 6.6]
    struct Score {
        uint256 unservedWh;
        uint256 squaredStepsW2;
    }

    /// @dev The loads up to a frame of the horizon, as the score counts them: with what orders to come are expected to bring.
    struct Loads {
        bool previousKnown;
        int256 previousW;
        uint256 squaredStepsW2;
    }

    uint256 private constant BENEFIT_SCALE = 1e18;
    uint256 private constant BPS = 10_000;
    uint256 private constant WH_PER_KWH = 1000;

    /// @notice Opens a frozen book with its orders as plans are allotted: earliest last frame first, then priority; by
    /// laxity as {LaxityLevels} list them.
    function openForPlan(uint256[] calldata frozen) internal pure returns (Book memory book) {
        book = _open(frozen, false);
        if (book.terms.isByLaxity()) {
            book.bids = LaxityLevels.listed(book.bids);
            book.asks = LaxityLevels.listed(book.asks);
        } else {
            book.bids = PlanAllotment.sorted(book.bids);
            book.asks = PlanAllotment.sorted(book.asks);
        }
    }

    /// @notice Opens a frozen book with its bids as the fallback would fill them: by priority, each from when it is
    /// due.
    function openForFallback(uint256[] calldata frozen) internal pure returns (Book memory book) {
        return _open(frozen, true);
    }

    /// @notice Allots and scores a plan, or reverts with the reason why it cannot be carried out.
    /// @param book opened by {openForPlan}; used up
    /// @param plan six bytes for each frame of the horizon
    function scorePlan(Book memory book, bytes calldata plan) internal pure returns (Score memory score) {
        uint256 horizon = book.terms.horizon();
        Loads memory loads = _loadsBefore(book.terms);
        uint256 budgetTickWh = book.terms.exportBudget() * WH_PER_KWH;
        uint256 exportTickWh;
        for (uint256 offset; offset < horizon; ++offset) {
            (uint256 drawWh, uint256 dischargeWh) = _allot(book, offset, plan);
            int256 loadW = _advance(book, loads, offset, drawWh, dischargeWh);
            if (drawWh | dischargeWh != 0) _requireCapacity(book, offset, loadW);
            if (dischargeWh != 0) {
                exportTickWh += _publication(book, offset).exportTicks() * dischargeWh;
                if (exportTickWh > budgetTickWh)
                    revert IBenefitRounds.PlanExportsUnfunded(offset, exportTickWh, budgetTickWh);
            }
        }
        _closePlan(book);
        return Score(_unservedWh(book), loads.squaredStepsW2);
    }

    /// @notice Scores the fallback over the horizon.
    /// @param book opened by {openForFallback}; used up
    function scoreFallback(Book memory book) internal pure returns (Score memory score) {
        uint256 horizon = book.terms.horizon();
        Loads memory loads = _loadsBefore(book.terms);
        for (uint256 offset; offset < horizon; ++offset) {
            _advance(book, loads, offset, _fallbackDraw(book, offset), 0);
        }
        return Score(_unservedWh(book), loads.squaredStepsW2);
    }

    /// @notice Carries out the first frame of a plan that was scored.
    /// @param book opened by {openForPlan}; used up
    function startPlan(Book memory book, bytes calldata plan) internal pure {
        _allot(book, 0, plan);
        _closePlan(book);
    }

    /// @notice Carries out the first frame of the fallback.
    /// @param book opened by {openForFallback}; used up
    function startFallback(Book memory book) internal pure {
        _fallbackDraw(book, 0);
    }

    /// @notice The benefit that is shown: `1e18 / (1 + squaredStepsW2)`.
    function benefit(uint256 squaredStepsW2) internal pure returns (uint256 lambda) {
        return BENEFIT_SCALE / (1 + squaredStepsW2);
    }

    /// @notice Whether `a` is strictly better than `b`.
    function isBetter(Score memory a, Score memory b) internal pure returns (bool) {
        return a.unservedWh != b.unservedWh ? a.unservedWh < b.unservedWh : a.squaredStepsW2 < b.squaredStepsW2;
    }

    /// @notice P(offset) with these flexible totals, W.
    function totalLoadW(
        RoundTerms terms,
        PublishedFrame published,
        uint256 offset,
        uint256 drawWh,
        uint256 dischargeWh
    ) internal pure returns (int256) {
        if (offset == 0) drawWh += terms.matchedWh();
        // Energies of a frame, times at most 20 000.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 scaledWh = int256(terms.chargeBps() * drawWh) - int256(terms.dischargeBps() * dischargeWh);
        return published.baseLoadW() + Fluctuation.powerW(scaledWh, terms.frameSeconds() * BPS);
    }

    /// @notice Energy that the capacity leaves to flexible bids in a frame of the horizon, with this much discharged,
    /// Wh.
    function drawingRoomWh(
        RoundTerms terms,
        PublishedFrame published,
        uint256 offset,
        uint256 dischargedWh
    ) internal pure returns (uint256 roomWh) {
        // In Wh as the load counts them: drawn energy weighs v, discharged energy varpi.
        roomWh = Fluctuation.chargingRoomWh(int256(terms.limitW()), published.baseLoadW(), terms.frameSeconds() * BPS);
        if (roomWh == 0) return 0;
        roomWh = (roomWh + terms.dischargeBps() * dischargedWh) / terms.chargeBps();
        if (offset != 0) return roomWh;
        uint256 matchedWh = terms.matchedWh();
        return roomWh > matchedWh ? roomWh - matchedWh : 0;
    }

    /// @dev Opens a frozen book; for the fallback, orders may move from when they are due.
    function _open(uint256[] calldata frozen, bool whenDue) private pure returns (Book memory book) {
        RoundTerms terms = RoundTerms.wrap(frozen[0]);
        uint256 ordersFrom = 1 + terms.horizon();
        uint256 maxWaitFrames = terms.maxWaitFrames();
        uint256 length = frozen.length;
        book.terms = terms;
        book.publications = UnsafeList.reserve(ordersFrom - 1);
        for (uint256 i = 1; i < ordersFrom; ++i) UnsafeList.push(book.publications, frozen[i]);
        book.bids = UnsafeList.reserve(length - ordersFrom);
        book.asks = UnsafeList.reserve(length - ordersFrom);
        for (uint256 i = ordersFrom; i < length; ++i) {
            FlexibleOrder order = FlexibleOrder.wrap(frozen[i]);
            uint256 from;
            if (whenDue && order.waitedFrames() < maxWaitFrames) {
                from = maxWaitFrames - order.waitedFrames();
                if (from > order.lastOffset()) from = order.lastOffset();
            }
            UnsafeList.push(order.isCharge() ? book.bids : book.asks, PlanAllotment.tranche(order, i, from));
        }
    }

    function _loadsBefore(RoundTerms terms) private pure returns (Loads memory) {
        return Loads(terms.isPreviousKnown(), terms.previousW(), 0);
    }

    /// @notice Adds the step into the frame at `offset`; a step with an unpublished end does not count.
    /// @return loadW P(offset) without what is expected of orders to come, W
    function _advance(
        Book memory book,
        Loads memory loads,
        uint256 offset,
        uint256 drawWh,
        uint256 dischargeWh
    ) private pure returns (int256 loadW) {
        PublishedFrame published = _publication(book, offset);
        bool known = PublishedFrame.unwrap(published) != 0;
        loadW = totalLoadW(book.terms, published, offset, drawWh, dischargeWh);
        int256 countedW = loadW + published.expectedLoadW();
        if (known && loads.previousKnown) {
            uint256 step = Fluctuation.stepW(countedW, loads.previousW);
            loads.squaredStepsW2 += step * step;
        }
        (loads.previousKnown, loads.previousW) = (known, countedW);
    }

    /// @dev Refuses a load beyond capacity that the plan made worse.
    function _requireCapacity(Book memory book, uint256 offset, int256 loadW) private pure {
        uint256 limitW = book.terms.limitW();
        uint256 magnitude = Fluctuation.stepW(loadW, 0);
        if (magnitude <= limitW) return;
        if (magnitude > Fluctuation.stepW(totalLoadW(book.terms, _publication(book, offset), offset, 0, 0), 0)) {
            revert IBenefitRounds.PlanOverCapacity(offset, loadW, limitW);
        }
    }

    /// @dev Allots one frame's figures to the orders whose limits the frame's tariffs respect.
    function _allot(
        Book memory book,
        uint256 offset,
        bytes calldata plan
    ) private pure returns (uint256 drawWh, uint256 dischargeWh) {
        (drawWh, dischargeWh) = PlanLib.figures(plan, offset);
        if (drawWh != 0) drawWh = _allotDraw(book, offset, drawWh);
        if (dischargeWh != 0) dischargeWh = _allotDischarge(book, offset, dischargeWh);
    }

    /// @dev Makes a book opened by {openForPlan} a list of tranches again.
    function _closePlan(Book memory book) private pure {
        if (!book.terms.isByLaxity()) return;
        book.bids = LaxityLevels.tranchesOf(book.bids);
        book.asks = LaxityLevels.tranchesOf(book.asks);
    }

    /// @dev Allots one frame's total, or level, of bids.
    function _allotDraw(Book memory book, uint256 offset, uint256 figure) private pure returns (uint256 drawWh) {
        PublishedFrame published = _publication(book, offset);
        bool known = PublishedFrame.unwrap(published) != 0;
        uint256 key = known ? PlanAllotment.drawKey(published.importTicks()) : PlanAllotment.NOTHING;
        if (book.terms.isByLaxity()) {
            book.bidsFrom = LaxityLevels.skip(book.bids, book.bidsFrom, offset);
            return LaxityLevels.serve(book.bids, book.bidsFrom, offset, key, figure);
        }
        book.bidsFrom = PlanAllotment.skip(book.bids, book.bidsFrom, offset);
        uint256 unusedWh = PlanAllotment.serve(book.bids, book.bidsFrom, offset, key, figure);
        if (unusedWh != 0) revert IBenefitRounds.PlanNotAllottable(offset, true, figure, figure - unusedWh);
        return figure;
    }

    /// @dev Allots one frame's total, or level, of asks.
    function _allotDischarge(Book memory book, uint256 offset, uint256 figure) private pure returns (uint256) {
        PublishedFrame published = _publication(book, offset);
        bool known = PublishedFrame.unwrap(published) != 0;
        uint256 key = known ? PlanAllotment.dischargeKey(published.exportTicks()) : PlanAllotment.NOTHING;
        if (book.terms.isByLaxity()) {
            book.asksFrom = LaxityLevels.skip(book.asks, book.asksFrom, offset);
            return LaxityLevels.serve(book.asks, book.asksFrom, offset, key, figure);
        }
        book.asksFrom = PlanAllotment.skip(book.asks, book.asksFrom, offset);
        uint256 unusedWh = PlanAllotment.serve(book.asks, book.asksFrom, offset, key, figure);
        if (unusedWh != 0) revert IBenefitRounds.PlanNotAllottable(offset, false, figure, figure - unusedWh);
        return figure;
    }

    /// @dev Energy that the fallback draws for icebergs in a frame of the horizon (section 3, step 3).
    function _fallbackDraw(Book memory book, uint256 offset) private pure returns (uint256 drawnWh) {
        PublishedFrame published = _publication(book, offset);
        if (PublishedFrame.unwrap(published) == 0) return 0;
        uint256 roomWh = drawingRoomWh(book.terms, published, offset, 0);
        return
            roomWh - PlanAllotment.serveDue(book.bids, offset, PlanAllotment.drawKey(published.importTicks()), roomWh);
    }

    /// @dev Energy that bids ending within the horizon have left; by laxity, also energy that bids can no longer get
    /// after it.
    function _unservedWh(Book memory book) private pure returns (uint256 unservedWh) {
        uint256 horizon = book.terms.horizon();
        bool byLaxity = book.terms.isByLaxity();
        uint256 length = book.bids.length;
        for (uint256 i; i < length; ++i) {
            uint256 bid = UnsafeList.get(book.bids, i);
            uint256 last = PlanAllotment.lastOffset(bid);
            uint256 leftWh = PlanAllotment.leftWh(bid);
            if (last < horizon) {
                unservedWh += leftWh;
            } else if (byLaxity) {
                uint256 laterWh = (last + 1 - horizon) * PlanAllotment.peakWh(bid);
                if (leftWh > laterWh) unservedWh += leftWh - laterWh;
            }
        }
    }

    function _publication(Book memory book, uint256 offset) private pure returns (PublishedFrame) {
        return PublishedFrame.wrap(UnsafeList.get(book.publications, offset));
    }
}
