// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { CreditOrder } from "./CreditOrder.sol";
import { IDelivery } from "./interfaces/IDelivery.sol";
import { IMarket } from "./interfaces/IMarket.sol";
import { IMarketParameters } from "./interfaces/IMarketParameters.sol";
import { ISettlement } from "./interfaces/ISettlement.sol";
import { Collection } from "./libraries/Collection.sol";
import { DeliveryMath } from "./libraries/DeliveryMath.sol";
import { FillsDigest } from "./libraries/FillsDigest.sol";
import { Money } from "./libraries/Money.sol";
import { Parties } from "./libraries/Parties.sol";
import { ReadingRing } from "./libraries/ReadingRing.sol";
import { Words } from "./libraries/Words.sol";
import { Readings } from "./Readings.sol";
import { Fill, FillLib } from "./types/Fill.sol";
import { FrameRecord } from "./types/FrameRecord.sol";
import { MeterReading } from "./types/MeterReading.sol";
import { Posting } from "./types/Posting.sol";
import { Publication } from "./types/Publication.sol";

/// @title Delivery: meter readings and the settlement of frames [D 2, 5.1]
/// @notice Works in memory on what is handed in, and has the market book the outcome in one call.
/// @dev Amounts of a frame stay far below 2^96, so sums are not checked: prices have 64 bits, energies 24, and a frame's
/// fills fit in a transaction.
/// It calls nothing but the market that it is asked about, and writes nothing after such a call that another market
/// could be affected by: whatever a hostile market answers or calls back concerns its own readings and accounts.
contract Delivery is Readings, CreditOrder {
    using Parties for Parties.Table;
    using Parties for Parties.Party;
    using ReadingRing for ReadingRing.Ring;

    /// @notice A frame that is being settled, in memory.
    /// @param frame its number
    /// @param market its market
    /// @param p the market's parameters
    /// @param terms what a trade's money depends on
    /// @param table its piles
    /// @param dues what each fill still moves between accounts
    /// @param released what its fills set aside, money units
    /// @param surplus what the grid is asked for beyond what was agreed, money units
    struct Frame {
        uint256 frame;
        IMarket market;
        IMarketParameters.Parameters p;
        DeliveryMath.Terms terms;
        Parties.Table table;
        uint256[] dues;
        uint256 released;
        uint256 surplus;
    }

    /// @inheritdoc IDelivery
    function settle(
        IMarket market,
        uint256 frame,
        Publication publication,
        Fill[] calldata fills,
        uint256 matched,
        SignedReading[] calldata readings
    ) external {
        Frame memory f;
        f.frame = frame;
        f.market = market;
        f.p = market.parameters();
        uint256 endsAt = (frame + 1) * f.p.frameSeconds;
        if (block.timestamp < endsAt) revert FrameNotOver(frame, endsAt);
        bytes32 digest = FillsDigest.digest(publication, fills, matched);
        FrameRecord record = market.frameRecord(frame);
        if (!record.isOpen()) revert ISettlement.NothingToSettle(frame);
        if (!record.matches(digest)) revert ISettlement.WrongFills(frame);

        f.table = Parties.collect(fills);
        for (uint256 i; i < f.table.list.length; ++i) {
            Parties.Party memory party = f.table.list[i];
            // Where nothing is metered nothing but the operator is asked for, which never changes.
            if (f.p.readingSeconds == 0) party.meter = _registeredMeter(address(market), party.pile);
            else (party.meter, ) = _meterAt(address(market), party.pile, frame);
        }
        if (f.p.readingSeconds == 0) {
            if (readings.length != 0) revert NoMeters(address(market));
        } else {
            _meter(f, readings, endsAt + f.p.readingSeconds);
        }
        _terms(f, publication);
        _fill(f, fills);
        _collect(f, fills);

        Parties.Party[] memory list = f.table.list;
        Posting[] memory postings = new Posting[](list.length);
        for (uint256 i; i < list.length; ++i) postings[i] = list[i].posting();
        market.post(frame, digest, f.released, postings);
    }

    /// @notice Finds what each pile has moved: stored, handed in, or presumed once the deadline has passed.
    function _meter(Frame memory f, SignedReading[] calldata readings, uint256 until) private view {
        Parties.Table memory table = f.table;
        uint256 count = table.list.length;
        uint256 missing = count;
        ReadingRing.Ring storage ring = _ringOf(f.market);
        // Where the frame does not hold its row no reading of it is stored, and no word need be read.
        if (ring.holder(f.frame) == f.frame) {
            for (uint256 i; i < count; ++i) {
                Parties.Party memory party = table.list[i];
                (bool known, uint256 consumedWh, uint256 producedWh) = ring.find(party.pile, f.frame);
                if (!known) continue;
                party.metered = true;
                party.setEnergy(consumedWh, producedWh);
                --missing;
            }
        }
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i; i < readings.length; ++i) {
            MeterReading reading = readings[i].reading;
            if (reading.frame() != f.frame) revert WrongFrame(reading.frame(), f.frame);
            if (!table.has(reading.pile())) continue;
            Parties.Party memory party = table.byPile[reading.pile()];
            if (party.metered) continue;
            bytes memory refusal = _signatureRefusal(domain, f.market, readings[i], party.meter);
            if (refusal.length != 0) _revertWith(refusal);
            party.metered = true;
            party.setEnergy(reading.consumedWh(), reading.producedWh());
            --missing;
        }
        if (missing == 0) return;
        if (block.timestamp < until) revert ReadingsAwaited(f.frame, missing, until);
        for (uint256 i; i < count; ++i) {
            Parties.Party memory party = table.list[i];
            if (!party.metered && party.buyer) party.setEnergy(party.meter.energyPerFrameWh(), 0);
        }
    }

    /// @dev What trades of this frame depend on.
    function _terms(Frame memory f, Publication publication) private pure {
        uint256 tickSize = f.p.tickSize;
        f.terms = DeliveryMath.Terms({
            importPrice: publication.importTicks() * tickSize,
            exportPrice: publication.exportTicks() * tickSize,
            wheelingPrice: publication.wheelingTicks() * tickSize,
            overBps: f.p.overBps,
            defaulterPays: f.p.defaulterPays
        });
    }

    /// @dev Attributes energy to each fill and notes what it comes to.
    function _fill(Frame memory f, Fill[] calldata fills) private pure {
        f.dues = Words.reserve(fills.length);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.at(fills, i);
            if (fill.sell() == FillLib.GRID) _import(f, fill);
            else if (fill.buy() == FillLib.GRID) _export(f, fill);
            else _trade(f, fill);
        }
    }

    /// @dev A fill from the grid: what is consumed is paid at the price of the fill.
    function _import(Frame memory f, Fill fill) private pure {
        unchecked {
            Parties.Party memory buyer = f.table.byPile[fill.buy()];
            uint256 energyWh = fill.energyWh();
            (uint256 consumedWh, ) = _energyOf(f, buyer, energyWh);
            uint256 price = fill.price();
            _secure(f, buyer, Money.amountDown(price, energyWh));
            buyer.owedGrid += Money.amountDown(price, consumedWh);
            _judge(buyer, energyWh, consumedWh, 0);
            Words.push(f.dues, 0);
        }
    }

    /// @dev A fill to the grid: what is produced is paid at the price of the fill, so much as was agreed out of what the
    /// operator's account set aside.
    function _export(Frame memory f, Fill fill) private pure {
        unchecked {
            Parties.Party memory seller = f.table.byPile[fill.sell()];
            uint256 energyWh = fill.energyWh();
            (, uint256 producedWh) = _energyOf(f, seller, energyWh);
            uint256 price = fill.price();
            uint256 setAside = Money.amountDown(price, energyWh);
            uint256 amount = Money.amountDown(price, producedWh);
            f.released += setAside;
            _secure(f, seller, Money.amountDown(f.p.bondPrice, energyWh));
            uint256 agreed = DeliveryMath.min(amount, setAside);
            seller.secured += agreed;
            f.surplus += amount - agreed;
            _judge(seller, energyWh, producedWh, seller.meter.weatherBps());
            Words.push(f.dues, Collection.pack(0, 0, amount - agreed));
        }
    }

    /// @dev A trade between two piles.
    function _trade(Frame memory f, Fill fill) private pure {
        unchecked {
            Parties.Party memory seller = f.table.byPile[fill.sell()];
            Parties.Party memory buyer = f.table.byPile[fill.buy()];
            uint256 energyWh = fill.energyWh();
            (uint256 consumedWh, ) = _energyOf(f, buyer, energyWh);
            (, uint256 producedWh) = _energyOf(f, seller, energyWh);
            uint256 price = fill.price();
            uint256 amount = Money.amountDown(price, energyWh) + Money.amountDown(f.terms.wheelingPrice, energyWh);
            _secure(f, buyer, amount);
            _secure(f, seller, Money.amountDown(f.p.bondPrice, energyWh));
            DeliveryMath.Dues memory dues = DeliveryMath.trade(f.terms, price, energyWh, consumedWh, producedWh);
            buyer.owedPiles += dues.toSeller;
            buyer.owedGrid += dues.toGrid;
            buyer.earned += dues.toBuyer;
            seller.owedPiles += dues.toBuyer;
            seller.earned += dues.toSeller;
            f.surplus += dues.surplus;
            Words.push(f.dues, Collection.pack(dues.toSeller, dues.toBuyer, dues.surplus));
            // Piles of one operator earn no credit from each other.
            uint256 operatorTag = seller.meter.operatorTag();
            if (operatorTag != 0 && operatorTag == buyer.meter.operatorTag()) return;
            _judge(buyer, energyWh, consumedWh, 0);
            _judge(seller, energyWh, producedWh, seller.meter.weatherBps());
        }
    }

    /// @notice Takes care that everybody is paid only what there is: what buyers, then sellers cannot pay other piles, and
    /// the surplus beyond the operator's account, is not handed out.
    function _collect(Frame memory f, Fill[] calldata fills) private view {
        bool short;
        Parties.Party[] memory list = f.table.list;
        for (uint256 i; i < list.length; ++i) {
            Parties.Party memory party = list[i];
            uint256 owed = party.owedPiles;
            if (owed <= party.secured) continue;
            if (party.buyer || owed > party.secured + party.earned) short = true;
        }
        if (!short && f.surplus == 0) return;
        uint256 gridBalance = f.market.chronicle().gridBalance();
        if (!short && gridBalance >= f.surplus) {
            Collection.paySurplus(f.table, fills, f.dues, gridBalance);
            return;
        }
        uint256 budget = gridBalance + f.released;
        for (uint256 i; i < list.length; ++i) {
            Parties.Party memory party = list[i];
            budget -= party.secured;
            party.means = party.secured;
            // Only whoever may owe more than its fills set aside can run out.
            if (party.owedPiles + party.owedGrid > party.secured) {
                party.means += f.market.freeBalanceOfPile(party.pile);
            }
        }
        Collection.collect(f.table, fills, f.dues, budget);
    }

    /// @dev Energy of a pile's next fill; as agreed in a market without meters.
    function _energyOf(
        Frame memory f,
        Parties.Party memory party,
        uint256 agreedWh
    ) private pure returns (uint256 consumedWh, uint256 producedWh) {
        if (f.p.readingSeconds != 0) return party.attribute(agreedWh);
        party.metered = true;
        if (party.buyer) party.consumedWh += agreedWh;
        else party.producedWh += agreedWh;
        return (agreedWh, agreedWh);
    }

    /// @dev Gives a pile back what a fill set aside for it.
    function _secure(Frame memory f, Parties.Party memory party, uint256 amount) private pure {
        unchecked {
            party.secured += amount;
            f.released += amount;
        }
    }

    /// @dev Notes what a fill is for a pile's credit; silence earns none.
    function _judge(Parties.Party memory party, uint256 agreedWh, uint256 actualWh, uint256 weatherBps) private pure {
        unchecked {
            party.agreedWh += agreedWh;
            if (party.metered) party.creditedWh += DeliveryMath.creditedWh(agreedWh, actualWh, weatherBps);
        }
    }

    /// @dev Reverts with an encoded custom error.
    function _revertWith(bytes memory refusal) private pure {
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }
}
