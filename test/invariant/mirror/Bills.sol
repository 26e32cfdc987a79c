// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { MetersTold } from "./MetersTold.sol";

/// @title Bills of fills, worked out anew
/// @notice SPEC 5 in this campaign's own words, over the energies that a settlement's postings name. Nobody owes more than
/// its fills and its margin set aside (INV-18); surplus that the operator's account cannot pay is claimed (INV-19).
abstract contract Bills is MetersTold {
    /// @dev A settlement, by pile.
    struct Bill {
        uint256 frame;
        uint256 importPricePerKwh;
        uint256 exportPricePerKwh;
        uint256 wheelingPricePerKwh;
        uint256 spread;
        uint256[] fills;
        uint256 matched;
        bool[] known;
        bool[] silent;
        bool[] buys;
        uint256[] parts;
        uint256[] fillsLeft;
        uint256[] consumedWh;
        uint256[] producedWh;
        uint256[] consumedLeftWh;
        uint256[] producedLeftWh;
        uint256[] secured;
        uint256[] earned;
        uint256[] owed;
        uint256[] agreedWh;
        uint256[] creditedWh;
        uint256[] claim;
        uint256[] surplus;
        uint256 released;
        uint256 income;
    }

    /// @dev One trade and what its two sides did, as attributed to it.
    struct Trade {
        uint256 seller;
        uint256 buyer;
        uint256 price;
        uint256 energyWh;
        uint256 consumedWh;
        uint256 producedWh;
        uint256 tradedWh;
    }

    /// @dev A bill of some of a frame's fills, its energies still empty.
    function _open(uint256 frame, uint256[] memory fills, uint256 matched) internal view returns (Bill memory b) {
        PublishedFrame p = publicationOf[frame];
        (b.frame, b.fills, b.matched) = (frame, fills, matched);
        b.importPricePerKwh = p.importTicks() * _rules.tickSize;
        b.exportPricePerKwh = p.exportTicks() * _rules.tickSize;
        b.wheelingPricePerKwh = p.wheelingTicks() * _rules.tickSize;
        if (_rules.defaulterPays && b.importPricePerKwh > b.exportPricePerKwh)
            b.spread = b.importPricePerKwh - b.exportPricePerKwh;
        uint256 size = pileCount + 1;
        (b.known, b.silent, b.buys) = (new bool[](size), new bool[](size), new bool[](size));
        (b.parts, b.fillsLeft) = (new uint256[](size), new uint256[](size));
        (b.consumedWh, b.producedWh) = (new uint256[](size), new uint256[](size));
        (b.consumedLeftWh, b.producedLeftWh) = (new uint256[](size), new uint256[](size));
        (b.secured, b.earned, b.owed) = (new uint256[](size), new uint256[](size), new uint256[](size));
        (b.agreedWh, b.creditedWh, b.claim) = (new uint256[](size), new uint256[](size), new uint256[](size));
        b.surplus = new uint256[](fills.length);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            _enter(b, fill.sell(), i < matched ? 1 : 2);
            _enter(b, fill.buy(), i < matched ? 1 : 2);
            b.buys[fill.buy()] = true;
        }
    }

    /// @dev Energy that a pile moved, as a posting names it.
    function _measure(Bill memory b, uint256 pile, uint256 consumedWh, uint256 producedWh, bool silent) internal pure {
        (b.known[pile], b.silent[pile]) = (true, silent);
        (b.consumedWh[pile], b.producedWh[pile]) = (consumedWh, producedWh);
        (b.consumedLeftWh[pile], b.producedLeftWh[pile]) = (consumedWh, producedWh);
    }

    /// @dev Works everything out; `budget` is what the operator's account can pay before this frame's income.
    function _work(Bill memory b, uint256 budget) internal view {
        for (uint256 i; i < b.fills.length; ++i) _workFill(b, i);
        if (_rules.readingSeconds == 0) return;
        for (uint256 pile = firstPile; pile < b.parts.length; ++pile) {
            if (b.parts[pile] != 0) _workPile(b, pile);
        }
        budget += b.income;
        for (uint256 i; i < b.fills.length; ++i) {
            uint256 paid = b.surplus[i] < budget ? b.surplus[i] : budget;
            budget -= paid;
            uint256 seller = Fill.wrap(b.fills[i]).sell();
            b.earned[seller] += paid;
            b.claim[seller] += b.surplus[i] - paid;
        }
    }

    function _enter(Bill memory b, uint256 pile, uint256 part) private pure {
        if (pile == 0) return;
        b.parts[pile] |= part;
        ++b.fillsLeft[pile];
    }

    /// @dev A pile's margin, and a seller's payment for its consumption.
    function _workPile(Bill memory b, uint256 pile) private view {
        uint256 margin = marginOf(pile, b.frame);
        _returnSetAside(b, pile, b.parts[pile] == 3 ? 2 * margin : margin);
        if (b.buys[pile]) return;
        _owe(b, pile, _amount(b.importPricePerKwh, b.consumedWh[pile]) + _amount(b.spread, b.consumedWh[pile]));
    }

    function _workFill(Bill memory b, uint256 i) private view {
        Fill fill = Fill.wrap(b.fills[i]);
        Trade memory t = Trade(fill.sell(), fill.buy(), fill.price(), fill.energyWh(), 0, 0, 0);
        if (t.buyer != 0) (t.consumedWh, ) = _attribute(b, t.buyer, t.energyWh);
        if (t.seller != 0) (, t.producedWh) = _attribute(b, t.seller, t.energyWh);
        uint256 amount = _amount(t.price, t.energyWh);
        if (t.buyer != 0) _returnSetAside(b, t.buyer, amount);
        if (t.seller != 0) _returnSetAside(b, t.seller, _amount(_rules.bondPricePerKwh, t.energyWh));
        if (t.seller == 0) {
            uint256 off = t.consumedWh > t.energyWh ? t.consumedWh - t.energyWh : t.energyWh - t.consumedWh;
            // A premium is for room, used or not.
            uint256 forRoom = _amount(fill.premium(), t.energyWh);
            _returnSetAside(b, t.buyer, forRoom);
            _owe(b, t.buyer, _amount(t.price, t.consumedWh) + _amount(b.spread, off) + forRoom);
        } else if (t.buyer == 0) {
            _workExport(b, t, i, amount);
        } else {
            _returnSetAside(b, t.buyer, _amount(b.wheelingPricePerKwh, t.energyWh));
            _workTrade(b, t, i);
        }
        if (_rules.readingSeconds != 0) _countCredit(b, t);
    }

    /// @dev The operator's account set the price aside; what was not brought goes back to it.
    function _workExport(Bill memory b, Trade memory t, uint256 i, uint256 setAside) private pure {
        uint256 amount = _amount(t.price, t.producedWh);
        uint256 agreed = amount < setAside ? amount : setAside;
        b.secured[t.seller] += agreed;
        b.released += setAside;
        b.income += setAside - agreed;
        b.surplus[i] = amount - agreed;
        if (t.producedWh < t.energyWh) _owe(b, t.seller, _amount(b.spread, t.energyWh - t.producedWh));
    }

    function _workTrade(Bill memory b, Trade memory t, uint256 i) private view {
        uint256 mostWh = t.energyWh;
        if (t.price <= b.importPricePerKwh) mostWh = (mostWh * (10_000 + _rules.toleranceBps)) / 10_000;
        t.tradedWh = _least(_least(t.consumedWh, t.producedWh), mostWh);
        _pay(b, t.buyer, t.seller, _amount(t.price, t.tradedWh));
        _owe(
            b,
            t.buyer,
            _amount(b.importPricePerKwh, t.consumedWh - t.tradedWh) + _amount(b.wheelingPricePerKwh, t.tradedWh)
        );
        b.surplus[i] = _amount(b.exportPricePerKwh, t.producedWh - t.tradedWh);
        if (!_rules.defaulterPays) return;
        uint256 overWh = _excess(t.consumedWh, t.energyWh > t.tradedWh ? t.energyWh : t.tradedWh);
        _owe(b, t.buyer, _amount(b.spread, overWh));
        uint256 missedWh = _excess(_least(t.consumedWh, t.energyWh), t.tradedWh);
        _breach(b, t.seller, t.buyer, _excess(b.importPricePerKwh, t.price), missedWh);
        uint256 leftWh = _excess(_least(t.producedWh, t.energyWh), t.tradedWh);
        _breach(b, t.buyer, t.seller, _excess(t.price, b.exportPricePerKwh), leftWh);
    }

    /// @dev Who breaches pays what the other loses, and the grid what the spread is beyond that.
    function _breach(Bill memory b, uint256 by, uint256 to, uint256 loss, uint256 energyWh) private pure {
        _pay(b, by, to, _amount(loss, energyWh));
        _owe(b, by, _amount(_excess(b.spread, loss), energyWh));
    }

    /// @dev Energy that a fill is judged by: what was agreed at most, all that is left for a pile's last fill.
    function _attribute(
        Bill memory b,
        uint256 pile,
        uint256 agreedWh
    ) private view returns (uint256 consumedWh, uint256 producedWh) {
        if (_rules.readingSeconds == 0) return (agreedWh, agreedWh);
        (consumedWh, producedWh) = (b.consumedLeftWh[pile], b.producedLeftWh[pile]);
        if (--b.fillsLeft[pile] != 0) {
            (consumedWh, producedWh) = (_least(consumedWh, agreedWh), _least(producedWh, agreedWh));
        }
        b.consumedLeftWh[pile] -= consumedWh;
        b.producedLeftWh[pile] -= producedWh;
    }

    /// @dev A fill's effect on the credit of its piles.
    function _countCredit(Bill memory b, Trade memory t) private view {
        uint256 tag = _meters[t.seller].operatorTag;
        if (t.seller != 0 && t.buyer != 0 && tag != 0 && tag == _meters[t.buyer].operatorTag) return;
        if (t.buyer != 0) {
            b.agreedWh[t.buyer] += t.energyWh;
            if (!b.silent[t.buyer]) b.creditedWh[t.buyer] += _least(t.energyWh, t.consumedWh);
        }
        if (t.seller != 0) {
            b.agreedWh[t.seller] += t.energyWh;
            uint256 countsWh = (t.producedWh * (10_000 + weatherOf(t.seller, b.frame))) / 10_000;
            if (!b.silent[t.seller]) b.creditedWh[t.seller] += _least(t.energyWh, countsWh);
        }
    }

    function _returnSetAside(Bill memory b, uint256 pile, uint256 amount) private pure {
        b.secured[pile] += amount;
        b.released += amount;
    }

    function _owe(Bill memory b, uint256 pile, uint256 amount) private pure {
        b.owed[pile] += amount;
        b.income += amount;
    }

    function _pay(Bill memory b, uint256 from, uint256 to, uint256 amount) private pure {
        b.owed[from] += amount;
        b.earned[to] += amount;
    }

    function _least(uint256 a, uint256 c) private pure returns (uint256) {
        return a < c ? a : c;
    }

    function _excess(uint256 a, uint256 c) private pure returns (uint256) {
        return a > c ? a - c : 0;
    }
}
