// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketLens } from "../interfaces/IMarketLens.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { Money } from "../libraries/Money.sol";
import { MergeSort } from "../libraries/MergeSort.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { MatchingRulesLib } from "../types/MatchingRules.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FrameRecord } from "../types/FrameRecord.sol";
import { PileState } from "../types/PileState.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title A market as people read it
/// @notice Holds nothing and may be deployed again by anybody who wants other views.
contract MarketLens is IMarketLens {
    uint256 private constant BPS = 10_000;
    uint256 private constant PILE_BITS = 16;
    uint256 private constant PRIORITY_SHIFT = 224;
    uint256 private constant SECONDS_PER_HOUR = 3600;

    /// @inheritdoc IMarketLens
    function upcomingFrame(IMarket market) external view returns (uint256 frame) {
        frame = block.timestamp / market.parameters().frameSeconds + 1;
        if (market.marketTotals().lastFrame() == frame) ++frame;
    }

    /// @inheritdoc IMarketLens
    function nextFirstFrame(IMarket market) external view returns (uint256 frame) {
        IMarketParameters.Parameters memory p = market.parameters();
        return (block.timestamp + p.auctionSeconds) / p.frameSeconds + 1;
    }

    /// @inheritdoc IMarketLens
    function liveStates(IMarket market) external view returns (uint256[] memory piles, PileState[] memory states) {
        return _liveStates(market, market.parameters());
    }

    /// @inheritdoc IMarketLens
    function marginOf(IMarket market, uint256 pile, uint256 frame) external view returns (uint256 margin) {
        return _margin(market, market.parameters(), pile, market.publication(frame));
    }

    /// @inheritdoc IMarketLens
    function book(IMarket market, uint256 frame) external view returns (Line[] memory bids, Line[] memory asks) {
        IMarketParameters.Parameters memory p = market.parameters();
        uint256[] memory orders = _collect(market, p, frame);
        if (orders.length == 0) return (bids, asks);
        IMechanism.Terms memory terms = _terms(market, p, frame);
        // A mechanism tells the order of priority where a round follows.
        terms.roundFollows = true;
        (, uint256[] memory ranked) = IMechanism(p.mechanism).propose(terms, orders);
        bids = _lines(market, p, orders, ranked, true, frame);
        asks = _lines(market, p, orders, ranked, false, frame);
    }

    /// @inheritdoc IMarketLens
    function preview(IMarket market, uint256 frame) external view returns (Fill[] memory fills, int256 loadW) {
        return _preview(market, market.parameters(), frame);
    }

    /// @inheritdoc IMarketLens
    function explain(
        IMarket market,
        address account,
        uint256 frame
    ) external view returns (Verdict verdict, uint256 filledWh) {
        IMarketParameters.Parameters memory p = market.parameters();
        uint256 pile = market.pileOf(account);
        PileState s = market.pileState(pile);
        if (pile == 0 || !_isLive(s, market.marketTotals(), p)) return (Verdict.NoOrder, 0);
        if (s.isSuspended()) return (Verdict.Suspended, 0);
        if (s.firstFrame() > frame) return (Verdict.NotYet, 0);
        if (s.expiryFrame() < frame) return (Verdict.Expired, 0);
        if (!_hasMargin(market, p, pile, s, market.publication(frame))) return (Verdict.MarginMissing, 0);

        (Fill[] memory fills, ) = _preview(market, p, frame);
        for (uint256 i; i < fills.length; ++i) {
            if (fills[i].sell() != pile && fills[i].buy() != pile) continue;
            filledWh += fills[i].energyWh();
        }
        if (filledWh == s.displayedWh()) return (Verdict.Filled, filledWh);
        if (filledWh != 0) return (Verdict.PartlyFilled, filledWh);
        return (s.isCharge() ? _whyUnfilledBid(market, p, s, frame) : _whyUnfilled(market, p, s, frame), 0);
    }

    /// @inheritdoc IMarketLens
    function history(
        IMarket market,
        uint256 firstFrame,
        uint256 count
    ) external view returns (FrameView[] memory frames) {
        uint256 tickSize = market.parameters().tickSize;
        frames = new FrameView[](count);
        for (uint256 i; i < count; ++i) {
            uint256 frame = firstFrame + i;
            PublishedFrame p = market.publication(frame);
            FrameRecord r = market.frameRecord(frame);
            bool cleared = FrameRecord.unwrap(r) != 0;
            frames[i] = FrameView({
                frame: frame,
                published: PublishedFrame.unwrap(p) != 0,
                baseLoadW: p.baseLoadW(),
                importPricePerKwh: p.importTicks() * tickSize,
                exportPricePerKwh: p.exportTicks() * tickSize,
                wheelingPricePerKwh: p.wheelingTicks() * tickSize,
                cleared: cleared,
                loadW: cleared ? r.loadW() : p.baseLoadW(),
                unsettled: r.isOpen()
            });
        }
    }

    /// @dev Slots of the piles with live orders.
    function _liveStates(
        IMarket market,
        IMarketParameters.Parameters memory p
    ) private view returns (uint256[] memory piles, PileState[] memory states) {
        uint256 count = market.pileCount();
        MarketTotals c = market.marketTotals();
        piles = UnsafeList.reserve(count);
        uint256[] memory words = UnsafeList.reserve(count);
        for (uint256 pile = 1; pile <= count; ++pile) {
            PileState s = market.pileState(pile);
            if (!_isLive(s, c, p)) continue;
            UnsafeList.push(piles, pile);
            UnsafeList.push(words, PileState.unwrap(s));
        }
        assembly ("memory-safe") {
            states := words
        }
    }

    /// @dev Whether a slot holds an order that can still be filled.
    function _isLive(PileState s, MarketTotals c, IMarketParameters.Parameters memory p) private view returns (bool) {
        uint256 expiryFrame = s.expiryFrame();
        if (s.remainingWh() == 0 || block.timestamp >= expiryFrame * p.frameSeconds) return false;
        return c.lastFrame() < expiryFrame || c.isRoundOpen();
    }

    /// @dev Whether a pile has enough free to take part.
    function _hasMargin(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 pile,
        PileState s,
        PublishedFrame published
    ) private view returns (bool) {
        uint256 parts = p.rounds == address(0) ? 1 : 2;
        return s.balance() >= parts * _margin(market, p, pile, published);
    }

    /// @dev M(t) of a pile.
    function _margin(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 pile,
        PublishedFrame published
    ) private view returns (uint256) {
        if (p.readingSeconds == 0) return 0;
        uint256 reachWh = (uint256(market.pileRecord(pile).ratedW) * p.frameSeconds) / SECONDS_PER_HOUR;
        if (reachWh > type(uint24).max) reachWh = type(uint24).max;
        uint256 ticks = published.importTicks();
        if (p.breach == IMarketParameters.Breach.Defaulter) ticks += ticks - published.exportTicks();
        uint256 wheelingPricePerKwh = published.wheelingTicks() * p.tickSize;
        return Money.amountUp(ticks * p.tickSize, reachWh) + Money.amountUp(wheelingPricePerKwh, reachWh);
    }

    /// @dev Slots of the orders that would take part in a frame, tagged with their piles, as the market would collect
    /// them.
    function _collect(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 frame
    ) private view returns (uint256[] memory orders) {
        (uint256[] memory piles, PileState[] memory states) = _liveStates(market, p);
        PublishedFrame published = market.publication(frame);
        orders = UnsafeList.reserve(piles.length);
        for (uint256 i; i < piles.length; ++i) {
            (bool takesPart, , ) = states[i].takesPart(frame);
            if (takesPart && _hasMargin(market, p, piles[i], states[i], published)) {
                UnsafeList.push(orders, PileState.unwrap(states[i].taggedWith(piles[i])));
            }
        }
    }

    /// @dev The market's terms for its mechanism, beside the orders.
    function _terms(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 frame
    ) private view returns (IMechanism.Terms memory terms) {
        PublishedFrame published = market.publication(frame);
        terms.market = address(market);
        terms.delivery = p.delivery;
        terms.frame = frame;
        terms.published = published;
        terms.roomWh = _roomWh(p, published);
        terms.roundFollows = _leavesToRound(market, p, frame);
        (terms.previousKnown, terms.previousLoadW) = _loadBefore(market, frame);
        terms.fund = market.matchingFund();
        terms.rules = MatchingRulesLib
            .pack(p.tickSize, p.maxWaitFrames, p.icebergThresholdWh, p.priceWeight, p.timeWeight, p.thetaBps)
            .withCongestion(p.congestionFromW, p.congestionPricePerKwhPerKw, p.chargeEfficiencyBps, p.frameSeconds);
    }

    /// @dev P(t-1): recorded, or the base load of an uncleared frame; unknown where that was not published.
    function _loadBefore(IMarket market, uint256 frame) private view returns (bool known, int256 loadW) {
        MarketTotals c = market.marketTotals();
        if (c.lastFrame() == 0)
            return (_isKnown(market.publication(frame - 1)), market.publication(frame - 1).baseLoadW());
        if (c.lastFrame() == frame - 1) return (c.lastKnown(), c.lastLoadW());
        PublishedFrame published = market.publication(frame - 1);
        return (_isKnown(published), published.baseLoadW());
    }

    /// @dev The decision that clearing would make.
    function _preview(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 frame
    ) private view returns (Fill[] memory fills, int256 loadW) {
        uint256[] memory orders = _collect(market, p, frame);
        uint256[] memory list;
        if (orders.length != 0) (list, ) = IMechanism(p.mechanism).propose(_terms(market, p, frame), orders);
        uint256 gridWh;
        for (uint256 i; i < list.length; ++i) {
            Fill fill = Fill.wrap(list[i]);
            if (fill.sell() == FillLib.GRID) gridWh += fill.energyWh();
        }
        // Energies of a frame, times at most 20 000.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 scaledWh = int256(uint256(p.chargeEfficiencyBps) * gridWh);
        loadW = market.publication(frame).baseLoadW() + Fluctuation.powerW(scaledWh, uint256(p.frameSeconds) * BPS);
        assembly ("memory-safe") {
            fills := list
        }
    }

    /// @dev One side as lines, in order of priority.
    function _lines(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256[] memory orders,
        uint256[] memory ranked,
        bool bids,
        uint256 frame
    ) private view returns (Line[] memory lines) {
        (uint256[] memory priceRanks, uint256 waits, uint256 count) = _ranks(orders, market.pileCount(), bids, frame);
        lines = new Line[](count);
        uint256 next;
        for (uint256 i; i < ranked.length; ++i) {
            uint256 pile = ranked[i] & type(uint16).max;
            PileState s = market.pileState(pile);
            if (s.isCharge() != bids) continue;
            Line memory line = _line(market, pile, s, frame);
            line.price = s.priceTicks() * p.tickSize;
            line.priceRank = priceRanks[pile];
            line.timeRank = Ranking.timeRank(waits, line.waitedFrames);
            line.priority = ranked[i] >> PRIORITY_SHIFT;
            lines[next++] = line;
        }
    }

    /// @dev An order as a line, but for its price and ranks.
    function _line(IMarket market, uint256 pile, PileState s, uint256 frame) private view returns (Line memory line) {
        line.account = market.pileRecord(pile).account;
        line.pile = pile;
        line.displayedWh = s.displayedWh();
        line.hiddenWh = s.remainingWh() - s.displayedWh();
        line.iceberg = s.isIceberg();
        line.firstFrame = s.firstFrame();
        line.expiryFrame = s.expiryFrame();
        line.waitedFrames = frame - s.firstFrame();
    }

    /// @dev The reason why a bid finds neither a pile nor the grid.
    function _whyUnfilledBid(
        IMarket market,
        IMarketParameters.Parameters memory p,
        PileState s,
        uint256 frame
    ) private view returns (Verdict) {
        PublishedFrame published = market.publication(frame);
        if (PublishedFrame.unwrap(published) == 0) return Verdict.Unpublished;
        if (s.priceTicks() >= published.importTicks()) {
            if (s.isIceberg() && _leavesToRound(market, p, frame)) return Verdict.LeftToRound;
            (, uint256 waited, bool last) = s.takesPart(frame);
            return s.isIceberg() && waited < p.maxWaitFrames && !last ? Verdict.IcebergWaits : Verdict.CapacityFull;
        }
        Verdict verdict = _whyUnfilled(market, p, s, frame);
        return verdict == Verdict.BehindOthers ? verdict : Verdict.LimitBelowTariff;
    }

    /// @dev The reason why an order finds no pile to trade with.
    function _whyUnfilled(
        IMarket market,
        IMarketParameters.Parameters memory p,
        PileState s,
        uint256 frame
    ) private view returns (Verdict) {
        uint256[] memory orders = _collect(market, p, frame);
        bool any;
        for (uint256 i; i < orders.length; ++i) {
            PileState other = PileState.wrap(orders[i]);
            if (other.isCharge() == s.isCharge()) continue;
            any = true;
            uint256 price = other.priceTicks();
            if (s.isCharge() ? s.priceTicks() >= price : s.priceTicks() <= price) return Verdict.BehindOthers;
        }
        return any ? Verdict.PriceDoesNotCross : Verdict.NoCounterparty;
    }

    /// @dev Whether icebergs are left to a round: one is open over the frame, or a clearing would still have time for
    /// one.
    function _leavesToRound(
        IMarket market,
        IMarketParameters.Parameters memory p,
        uint256 frame
    ) private view returns (bool) {
        if (p.rounds == address(0)) return false;
        MarketTotals c = market.marketTotals();
        if (c.isRoundOpen() && c.lastFrame() == frame) return true;
        uint256 wholeRoundSeconds = 2 * uint256(p.roundSeconds) + p.finaliseSeconds;
        return block.timestamp + wholeRoundSeconds <= frame * p.frameSeconds;
    }

    /// @dev Dense rank of each order's price on its side, by pile; the side's waits, bit by bit; its number of orders.
    function _ranks(
        uint256[] memory orders,
        uint256 pileCount,
        bool bids,
        uint256 frame
    ) private pure returns (uint256[] memory ranks, uint256 waits, uint256 count) {
        ranks = new uint256[](pileCount + 1);
        uint256[] memory sorted = UnsafeList.reserve(orders.length);
        for (uint256 i; i < orders.length; ++i) {
            PileState s = PileState.wrap(orders[i]);
            if (s.isCharge() != bids) continue;
            waits |= 1 << (frame - s.firstFrame());
            uint256 price = s.priceTicks();
            // Best first: the highest of the bids, the lowest of the asks.
            if (bids) price = type(uint24).max - price;
            UnsafeList.push(sorted, (price << PILE_BITS) | s.balance());
        }
        count = sorted.length;
        sorted = MergeSort.sort(sorted);
        uint256 rank;
        uint256 last = type(uint256).max;
        for (uint256 i; i < sorted.length; ++i) {
            uint256 price = sorted[i] >> PILE_BITS;
            if (price != last) ++rank;
            last = price;
            ranks[sorted[i] & type(uint16).max] = rank;
        }
    }

    /// @dev Whether a frame was published.
    function _isKnown(PublishedFrame published) private pure returns (bool) {
        return PublishedFrame.unwrap(published) != 0;
    }

    /// @dev Energy that the grid may deliver within capacity; 0 where nothing is published.
    function _roomWh(IMarketParameters.Parameters memory p, PublishedFrame published) private pure returns (uint256) {
        if (PublishedFrame.unwrap(published) == 0) return 0;
        int256 limitW = int256(uint256(p.capacityW) - p.lossAllowanceW);
        uint256 scaledSeconds = uint256(p.frameSeconds) * BPS;
        return Fluctuation.chargingRoomWh(limitW, published.baseLoadW(), scaledSeconds) / p.chargeEfficiencyBps;
    }
}
