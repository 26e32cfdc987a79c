// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { PricesTold } from "./PricesTold.sol";

/// @title Clearings and executed rounds as their events tell them
/// @notice Every fill is held against the orders as they stood: who takes part, limits, displayed quantities, the
/// feeder's capacity (INV-2 to INV-5), and the time (INV-7).
abstract contract FramesTold is PricesTold {
    /// @dev A frame's fills while they are checked.
    struct Tally {
        uint256 frame;
        uint256 importPricePerKwh;
        uint256 exportPricePerKwh;
        uint256 wheelingPricePerKwh;
        uint256[] leftWh;
        uint256[] filledWh;
        uint256[] spent;
        uint256 trades;
        uint256 drawnWh;
        uint256 dischargedWh;
        uint256 exported;
        uint256 setAside;
    }

    /// @dev A frame was cleared.
    function _cleared(
        uint256 frame,
        int256 loadW,
        uint256 pflW,
        uint256[] memory fills,
        bool opensRound,
        address actor
    ) internal {
        uint256 begins = frame * _rules.frameSeconds;
        _hold(!_frames[frame].cleared, "INV-7 a frame was cleared twice");
        _hold(
            block.timestamp < begins && block.timestamp + _rules.auctionSeconds >= begins,
            "INV-7 a frame was cleared outside its window"
        );
        Tally memory t = _tally(frame);
        _prune(t);
        for (uint256 i; i < fills.length; ++i) _matchFill(t, Fill.wrap(fills[i]));
        _holdPrices(frame, fills, loadW);
        _apply(t, true);

        PublishedFrame published = publicationOf[frame];
        bool known = PublishedFrame.unwrap(published) != 0;
        _hold(known || t.drawnWh == 0, "INV-5 the grid filled an order of an unpublished frame");
        _hold(loadW == _loadW(published, t.drawnWh, 0), "INV-5 the recorded load is not that of the fills");
        _hold(t.drawnWh == 0 || loadW <= int256(_rules.limitW), "INV-5 grid fills lift the load above the capacity");

        _keepCleared(t, loadW, fills);
        (lastFrame, _lastLoadW, _lastKnown, _pflW, roundOpen) = (frame, loadW, known, pflW, opensRound);
        _explain(actor, fills.length != 0 || opensRound ? _rules.keeperReward : 0);
    }

    function _keepCleared(Tally memory t, int256 loadW, uint256[] memory fills) private {
        Frame storage f = _frames[t.frame];
        f.cleared = true;
        (f.loadW, f.matchLoadW, f.drawnWh, f.matched) = (loadW, loadW, t.drawnWh, fills.length);
        f.allMatched = fills.length;
        _keepFills(f, t.frame, t.setAside, true, fills);
        f.matchDigest = f.digest;
        ++_counters.clearings;
        if (t.trades != 0) ++_counters.clearingsWithTrades;
        if (pileCount == _rules.pileCap) ++_counters.clearingsFull;
        _counters.trades += t.trades;
        _counters.gridFills += fills.length - t.trades;
    }

    /// @dev A round's flexible orders were filled.
    function _flexibleFilled(uint256 frame, int256 loadW, uint256 pflW, uint256[] memory fills) internal {
        _hold(roundOpen && frame == lastFrame, "INV-7 a round was executed that was not open");
        _hold(block.timestamp < frame * _rules.frameSeconds, "INV-7 a round was executed after its frame began");
        Tally memory t = _tally(frame);
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) t.leftWh[pile] = _leftWh[frame][pile];
        for (uint256 i; i < fills.length; ++i) _flexibleFill(t, Fill.wrap(fills[i]));
        _apply(t, false);
        _hold(t.exported <= gridBalance, "INV-1 exports were paid beyond the operator's account");
        gridBalance -= t.exported;

        Frame storage f = _frames[frame];
        _hold(
            loadW == _loadW(publicationOf[frame], f.drawnWh + t.drawnWh, t.dischargedWh),
            "INV-5 the recorded load is not that of the fills"
        );
        _hold(
            loadW <= int256(_rules.limitW) || loadW <= f.matchLoadW,
            "INV-5 a round lifts the load above the capacity"
        );
        f.loadW = loadW;
        if (fills.length != 0 && f.matched != 0) ++_counters.framesOfBoth;
        _keepFills(f, frame, t.setAside, false, fills);
        _keeperDue = _rules.keeperReward;
        (_lastLoadW, _lastKnown, _pflW, roundOpen) = (loadW, true, pflW, false);
        _counters.gridFills += fills.length;
        if (t.dischargedWh != 0) ++_counters.exportFills;
    }

    /// @dev `base + (v drawn - w discharged) 3600 / F`, away from zero, W.
    function _loadW(PublishedFrame published, uint256 drawnWh, uint256 dischargedWh) private view returns (int256) {
        int256 net = int256(_rules.chargeBps * drawnWh) - int256(_rules.dischargeBps * dischargedWh);
        uint256 magnitude = uint256(net < 0 ? -net : net) * 3600;
        uint256 scale = _rules.frameSeconds * 10_000;
        int256 power = int256((magnitude + scale - 1) / scale);
        return published.baseLoadW() + (net < 0 ? -power : power);
    }

    function _tally(uint256 frame) private view returns (Tally memory t) {
        PublishedFrame published = publicationOf[frame];
        t.frame = frame;
        t.importPricePerKwh = published.importTicks() * _rules.tickSize;
        t.exportPricePerKwh = published.exportTicks() * _rules.tickSize;
        t.wheelingPricePerKwh = published.wheelingTicks() * _rules.tickSize;
        t.leftWh = new uint256[](pileCount + 1);
        t.filledWh = new uint256[](pileCount + 1);
        t.spent = new uint256[](pileCount + 1);
    }

    /// @dev Takes dead and suspended orders out of the book and notes what the others display.
    function _prune(Tally memory t) private {
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            uint256 bit = 1 << (pile - 1);
            if (_live & bit == 0) continue;
            PileState s = stateOf[pile];
            uint256 last = s.expiryFrame();
            if (s.remainingWh() == 0 || last < t.frame) {
                _live &= ~bit;
            } else if (s.isSuspended()) {
                _live &= ~bit;
                stateOf[pile] = _freed(s);
                ++_counters.suspendedLeft;
            } else if (s.firstFrame() <= t.frame) {
                uint256 peakWh = s.peakWh();
                // The match and, where there are rounds, an execution may take a margin each.
                uint256 margin = marginOf(pile, t.frame) << (_rules.withRounds ? 1 : 0);
                if (s.balance() >= margin) {
                    t.leftWh[pile] = s.remainingWh() < peakWh ? s.remainingWh() : peakWh;
                    _displayed[t.frame][pile] = true;
                }
                if (last == t.frame) _live &= ~bit;
            }
        }
    }

    function _matchFill(Tally memory t, Fill fill) private {
        (uint256 seller, uint256 buyer, uint256 energyWh) = (fill.sell(), fill.buy(), fill.energyWh());
        uint256 price = fill.price();
        _hold(energyWh != 0 && buyer != 0, "INV-2 a fill without energy or without a buyer");
        _takeBid(t, buyer, energyWh, price, fill.premium() + (seller == 0 ? 0 : t.wheelingPricePerKwh));
        _hold(
            price + fill.premium() <= stateOf[buyer].priceTicks() * _rules.tickSize,
            "INV-3 a fill above a bid's limit, its premium with it"
        );
        if (seller == 0) {
            _hold(price == t.importPricePerKwh, "INV-3 a grid fill at another price than the tariff");
            t.drawnWh += energyWh;
        } else {
            _takeAsk(t, seller, energyWh, price);
            ++t.trades;
        }
    }

    function _flexibleFill(Tally memory t, Fill fill) private {
        (uint256 seller, uint256 buyer, uint256 energyWh) = (fill.sell(), fill.buy(), fill.energyWh());
        uint256 price = fill.price();
        _hold(energyWh != 0 && (seller == 0) != (buyer == 0), "INV-2 a round's fill is not with the grid");
        if (seller == 0) {
            _hold(price == t.importPricePerKwh, "INV-3 a grid fill at another price than the tariff");
            _takeBid(t, buyer, energyWh, price, 0);
            t.drawnWh += energyWh;
        } else {
            _hold(price == t.exportPricePerKwh, "INV-3 an export fill at another price than the tariff");
            _takeAsk(t, seller, energyWh, price);
            uint256 amount = _amount(price, energyWh);
            t.dischargedWh += energyWh;
            t.exported += amount;
            t.setAside += amount;
        }
    }

    function _takeBid(Tally memory t, uint256 pile, uint256 energyWh, uint256 price, uint256 beside) private {
        PileState s = stateOf[pile];
        _hold(s.isCharge(), "INV-2 an ask bought");
        _hold(price <= s.priceTicks() * _rules.tickSize, "INV-3 a fill above a bid's limit");
        _take(t, pile, energyWh, _amount(price, energyWh) + _amount(beside, energyWh));
    }

    function _takeAsk(Tally memory t, uint256 pile, uint256 energyWh, uint256 price) private {
        PileState s = stateOf[pile];
        _hold(!s.isCharge(), "INV-2 a bid sold");
        _hold(price >= s.priceTicks() * _rules.tickSize, "INV-3 a fill below an ask's limit");
        _take(t, pile, energyWh, _amount(_rules.bondPricePerKwh, energyWh));
    }

    /// @dev An order that does not take part displays nothing.
    function _take(Tally memory t, uint256 pile, uint256 energyWh, uint256 spent) private {
        if (pile > pileCount || energyWh > t.leftWh[pile]) return violate("INV-4 a fill beyond what an order displays");
        t.leftWh[pile] -= energyWh;
        t.filledWh[pile] += energyWh;
        t.spent[pile] += spent;
        t.setAside += spent;
    }

    /// @dev Takes what was filled out of the orders and their locks.
    function _apply(Tally memory t, bool matching) private {
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            if (matching || t.filledWh[pile] != 0) _leftWh[t.frame][pile] = t.leftWh[pile];
            uint256 filledWh = t.filledWh[pile];
            if (filledWh == 0) continue;
            PileState s = stateOf[pile];
            uint256 remainingWh = s.remainingWh();
            uint256 freed = _lock(s, remainingWh) - _lock(s, remainingWh - filledWh);
            if (freed < t.spent[pile]) return violate("INV-3 fills cost an order more than it had locked");
            freed -= t.spent[pile];
            uint256 margin = marginOf(pile, t.frame);
            if (s.balance() < margin) return violate("INV-18 a pile was filled that does not have its margin");
            s = s.withBalance(s.balance() - margin);
            t.setAside += margin;
            stateOf[pile] = PileState.wrap(PileState.unwrap(s) + freed - (filledWh << REMAINING_SHIFT));
            if (matching && remainingWh == filledWh) _live &= ~(1 << (pile - 1));
        }
    }

    /// @dev Adds fills and what they set aside to a frame.
    function _keepFills(
        Frame storage f,
        uint256 frame,
        uint256 setAside,
        bool matching,
        uint256[] memory fills
    ) private {
        if (fills.length == 0) return;
        if (f.fills.length == 0) {
            unsettled.push(frame);
            ++_openFrames;
        }
        uint256 first = PublishedFrame.unwrap(publicationOf[frame]);
        uint256 level = matching ? OF_MATCH : OF_ROUND;
        if (f.digest != 0) (first, level) = (f.digest, OF_ROUND_AFTER_MATCH);
        for (uint256 i; i < fills.length; ++i) {
            f.fills.push(fills[i]);
            f.all.push(fills[i]);
        }
        f.setAside += setAside;
        inDelivery += setAside;
        f.digest = uint256(keccak256(abi.encodePacked(_header(level, frame, fills.length), first, fills))) & KEPT;
    }
}
