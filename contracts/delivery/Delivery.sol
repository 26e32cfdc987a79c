// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { CreditOrder } from "./CreditOrder.sol";
import { GridClaims } from "./GridClaims.sol";
import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { ISettlement } from "../interfaces/ISettlement.sol";
import { DeliveryMath } from "./DeliveryMath.sol";
import { FillsDigest } from "../libraries/FillsDigest.sol";
import { Groups } from "./Groups.sol";
import { Money } from "../libraries/Money.sol";
import { SettlementAccounts } from "./SettlementAccounts.sol";
import { ReadingRing } from "./ReadingRing.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { RecordReadings } from "../metering/RecordReadings.sol";
import { Readings } from "./Readings.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FrameRecord } from "../types/FrameRecord.sol";
import { MeterReading } from "../types/MeterReading.sol";
import { Posting } from "../types/Posting.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Delivery: meter readings and the settlement of frames [D 2, 5.1]
/// @notice Works in memory on the list handed in, and has the market book the outcome in one call.
/// @dev Amounts of a frame stay far below 2^96, so sums are not checked: prices have 64 bits, energies 24, and a
/// frame's fills fit in a transaction. It calls only the market that it is asked about, and the verifier that it
/// created, which stores nothing. After such a call it writes nothing that could affect another market: a hostile
/// market's answers and callbacks touch its own readings and accounts alone.
contract Delivery is Readings, CreditOrder, GridClaims, RecordReadings {
    using SettlementAccounts for SettlementAccounts.Table;
    using SettlementAccounts for SettlementAccounts.Party;
    using ReadingRing for ReadingRing.Ring;

    /// @dev Where a pile's number ends in a word of {Frame} surpluses.
    uint256 private constant PILE_BITS = 16;

    /// @notice A frame that is being settled, in memory.
    /// @param frame its number
    /// @param market its market
    /// @param p the market's parameters
    /// @param metered whether the market has meters
    /// @param terms terms that a trade's money depends on
    /// @param table its piles
    /// @param surpluses surplus by fill, its pile's number in the low bits; only where there is any
    /// @param released money that the settled fills had set aside, money units
    /// @param income what piles owe the grid, money units
    struct Frame {
        uint256 frame;
        IMarket market;
        IMarketParameters.Parameters p;
        bool metered;
        DeliveryMath.Terms terms;
        SettlementAccounts.Table table;
        uint256[] surpluses;
        uint256 released;
        uint256 income;
    }

    /// @inheritdoc IDelivery
    function settle(
        IMarket market,
        uint256 frame,
        PublishedFrame publication,
        Fill[] calldata fills,
        uint256 matched,
        SignedReading[] calldata readings
    ) external {
        Frame memory f;
        f.frame = frame;
        f.market = market;
        f.p = market.parameters();
        f.metered = f.p.readingSeconds != 0;
        uint256 endsAt = (frame + 1) * f.p.frameSeconds;
        if (block.timestamp < endsAt) revert FrameNotOver(frame, endsAt);
        bytes32 digest = _digestOf(f, publication, fills, matched);
        f.table = SettlementAccounts.collect(fills, matched);
        bytes32 rest;
        if (f.metered) {
            rest = _meter(f, publication, fills, matched, readings, endsAt + f.p.readingSeconds);
        } else if (readings.length != 0) {
            revert NoMeters(address(market));
        }
        _terms(f, publication);
        _fill(f, fills);
        _close(f);
        market.bookSettlement(frame, digest, rest, f.released, _postings(f));
        if (rest == 0) _reward(market, msg.sender, f.p.keeperReward);
    }

    /// @notice Digest on the market's record of the frame, if the fills match it: all of them, or those that are left.
    function _digestOf(
        Frame memory f,
        PublishedFrame publication,
        Fill[] calldata fills,
        uint256 matched
    ) private view returns (bytes32 digest) {
        if (matched > fills.length) revert MatchedOutOfRange(matched, fills.length);
        FrameRecord record = f.market.frameRecord(f.frame);
        if (!record.isOpen()) revert ISettlement.NothingToSettle(f.frame);
        digest = FillsDigest.whole(address(f.market), f.frame, publication, fills, matched);
        if (record.matches(digest)) return digest;
        digest = FillsDigest.rest(address(f.market), f.frame, publication, fills, matched);
        if (!record.matches(digest)) revert ISettlement.WrongFills(f.frame);
    }

    /// @notice Finds the energy that each pile moved: stored, handed in, or presumed after the deadline. Before the
    /// deadline, groups in which a reading is missing wait.
    /// @return rest digest of the fills that wait; 0 where none do
    function _meter(
        Frame memory f,
        PublishedFrame publication,
        Fill[] calldata fills,
        uint256 matched,
        SignedReading[] calldata readings,
        uint256 until
    ) private view returns (bytes32 rest) {
        SettlementAccounts.Party[] memory list = f.table.list;
        for (uint256 i; i < list.length; ++i) {
            (list[i].meter, ) = _meterAt(address(f.market), list[i].pile, f.frame);
        }
        uint256 missing = _read(f, readings);
        if (missing == 0) return 0;
        if (block.timestamp < until) {
            if (Groups.markWaiting(f.table, fills) == 0) revert ReadingsAwaited(f.frame, missing, until);
            return _restOf(f, publication, fills, matched);
        }
        for (uint256 i; i < list.length; ++i) {
            // Silence never pays: buyer and seller alike are taken to have consumed the most that they can.
            if (!list[i].metered) list[i].setEnergy(list[i].meter.energyPerFrameWh(), 0);
        }
    }

    /// @dev Digest of the fills that wait.
    function _restOf(
        Frame memory f,
        PublishedFrame publication,
        Fill[] calldata fills,
        uint256 matched
    ) private pure returns (bytes32) {
        (uint256[] memory left, uint256 leftMatched) = Groups.rest(f.table, fills, matched);
        uint256 count = (leftMatched << 16) | (left.length - leftMatched);
        uint256 header = FillsDigest.header(FillsDigest.REST, address(f.market), f.frame, count);
        return FillsDigest.digest(header, PublishedFrame.unwrap(publication), left);
    }

    /// @notice Takes stored readings, and those handed in.
    /// @return missing piles without one
    function _read(Frame memory f, SignedReading[] calldata readings) private view returns (uint256 missing) {
        SettlementAccounts.Table memory table = f.table;
        uint256 count = table.list.length;
        missing = count;
        ReadingRing.Ring storage ring = _ringOf(f.market);
        // If the frame does not hold its row, no reading of it is stored and no word need be read.
        if (ring.holder(f.frame) == f.frame) {
            for (uint256 i; i < count; ++i) {
                SettlementAccounts.Party memory party = table.list[i];
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
            SettlementAccounts.Party memory party = table.byPile[reading.pile()];
            if (party.metered) continue;
            bytes memory refusal = _signatureRefusal(domain, f.market, readings[i], party.meter);
            if (refusal.length != 0) _revertWith(refusal);
            party.metered = true;
            party.setEnergy(reading.consumedWh(), reading.producedWh());
            --missing;
        }
    }

    /// @dev Terms that trades of this frame depend on.
    function _terms(Frame memory f, PublishedFrame publication) private pure {
        uint256 tickSize = f.p.tickSize;
        f.terms = DeliveryMath.Terms({
            importPricePerKwh: publication.importTicks() * tickSize,
            exportPricePerKwh: publication.exportTicks() * tickSize,
            wheelingPricePerKwh: publication.wheelingTicks() * tickSize,
            toleranceBps: f.p.toleranceBps,
            defaulterPays: f.p.breach == IMarketParameters.Breach.Defaulter,
            spread: 0
        });
        // Price of each kWh short or taken unasked.
        if (f.terms.defaulterPays)
            f.terms.spread = DeliveryMath.above(f.terms.importPricePerKwh, f.terms.exportPricePerKwh);
    }

    /// @dev Attributes energy to each fill that does not wait and notes the dues.
    function _fill(Frame memory f, Fill[] calldata fills) private pure {
        f.surpluses = UnsafeList.reserve(f.metered ? fills.length : 0);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.get(fills, i);
            if (fill.sell() == FillLib.GRID) _import(f, fill);
            else if (fill.buy() == FillLib.GRID) _export(f, fill);
            else _trade(f, fill);
        }
    }

    /// @dev A fill from the grid: consumption is paid at the price of the fill; unused room under the transformer is
    /// paid for.
    function _import(Frame memory f, Fill fill) private pure {
        unchecked {
            SettlementAccounts.Party memory buyer = f.table.byPile[fill.buy()];
            if (buyer.waits) return;
            uint256 energyWh = fill.energyWh();
            (uint256 consumedWh, ) = _energyOf(f, buyer, energyWh);
            uint256 price = fill.price();
            _returnSetAside(f, buyer, Money.amountDown(price, energyWh));
            uint256 owed = Money.amountDown(price, consumedWh);
            if (!fill.isPlain()) {
                // A premium is for room under the transformer, which is gone whether or not it was used.
                uint256 forRoom = Money.amountDown(fill.premium(), energyWh);
                _returnSetAside(f, buyer, forRoom);
                owed += forRoom;
            }
            // Unused room, and energy that nobody agreed to.
            uint256 deviationWh = consumedWh > energyWh ? consumedWh - energyWh : energyWh - consumedWh;
            _oweGrid(f, buyer, owed + Money.amountDown(f.terms.spread, deviationWh));
            _countCredit(f, buyer, energyWh, consumedWh, 0);
        }
    }

    /// @dev A fill to the grid: production is paid at the price of the fill, the agreed part out of the money that the
    /// operator's account set aside; a shortfall is paid for.
    function _export(Frame memory f, Fill fill) private pure {
        unchecked {
            SettlementAccounts.Party memory seller = f.table.byPile[fill.sell()];
            if (seller.waits) return;
            uint256 energyWh = fill.energyWh();
            (, uint256 producedWh) = _energyOf(f, seller, energyWh);
            uint256 price = fill.price();
            uint256 setAside = Money.amountDown(price, energyWh);
            uint256 amount = Money.amountDown(price, producedWh);
            f.released += setAside;
            _returnSetAside(f, seller, Money.amountDown(f.p.bondPricePerKwh, energyWh));
            uint256 agreed = DeliveryMath.min(amount, setAside);
            seller.secured += agreed;
            f.income += setAside - agreed;
            _surplus(f, seller, amount - agreed);
            _oweGrid(f, seller, Money.amountDown(f.terms.spread, DeliveryMath.above(energyWh, producedWh)));
            _countCredit(f, seller, energyWh, producedWh, seller.meter.weatherBps());
        }
    }

    /// @dev A trade between two piles.
    function _trade(Frame memory f, Fill fill) private pure {
        unchecked {
            SettlementAccounts.Party memory seller = f.table.byPile[fill.sell()];
            if (seller.waits) return;
            SettlementAccounts.Party memory buyer = f.table.byPile[fill.buy()];
            uint256 energyWh = fill.energyWh();
            (uint256 consumedWh, ) = _energyOf(f, buyer, energyWh);
            (, uint256 producedWh) = _energyOf(f, seller, energyWh);
            _returnSetAside(
                f,
                buyer,
                Money.amountDown(fill.price(), energyWh) + Money.amountDown(f.terms.wheelingPricePerKwh, energyWh)
            );
            _returnSetAside(f, seller, Money.amountDown(f.p.bondPricePerKwh, energyWh));
            DeliveryMath.Dues memory dues = DeliveryMath.trade(f.terms, fill, consumedWh, producedWh);
            if (!fill.isPlain()) {
                _returnSetAside(f, buyer, Money.amountDown(fill.premium(), energyWh));
                // The part of the fund's set-aside that the seller does not get returns to the operator.
                uint256 setAside = Money.amountDown(fill.subsidy(), energyWh);
                f.released += setAside;
                f.income += setAside - dues.subsidy;
                seller.earned += dues.subsidy;
            }
            buyer.owed += dues.toSeller;
            _oweGrid(f, buyer, dues.toGrid);
            buyer.earned += dues.toBuyer;
            seller.owed += dues.toBuyer;
            _oweGrid(f, seller, dues.sellerToGrid);
            seller.earned += dues.toSeller;
            _surplus(f, seller, dues.surplus);
            // Piles of one operator earn no credit from each other.
            uint256 operatorTag = seller.meter.operatorTag();
            if (operatorTag != 0 && operatorTag == buyer.meter.operatorTag()) return;
            _countCredit(f, buyer, energyWh, consumedWh, 0);
            _countCredit(f, seller, energyWh, producedWh, seller.meter.weatherBps());
        }
    }

    /// @notice Returns margins, has sellers pay for their consumption, and pays for surplus as far as the operator's
    /// account lasts; unpaid surplus becomes claims.
    function _close(Frame memory f) private {
        if (!f.metered) return;
        SettlementAccounts.Party[] memory list = f.table.list;
        uint256 imbalancePrice = f.terms.importPricePerKwh + f.terms.spread;
        uint256 wheelingPricePerKwh = f.terms.wheelingPricePerKwh;
        for (uint256 i; i < list.length; ++i) {
            SettlementAccounts.Party memory party = list[i];
            if (party.waits) continue;
            unchecked {
                uint256 reachWh = party.meter.energyPerFrameWh();
                uint256 margin = Money.amountUp(imbalancePrice, reachWh) + Money.amountUp(wheelingPricePerKwh, reachWh);
                if (party.parts == SettlementAccounts.MATCHED | SettlementAccounts.EXECUTED) margin *= 2;
                _returnSetAside(f, party, margin);
                uint256 consumedWh = party.consumedWh;
                if (party.buyer || consumedWh == 0) continue;
                uint256 owed = Money.amountDown(f.terms.importPricePerKwh, consumedWh);
                _oweGrid(f, party, owed + Money.amountDown(f.terms.spread, consumedWh));
            }
        }
        if (f.surpluses.length == 0) return;
        uint256 budget = _availableOf(f.market, f.p.frameSeconds) + f.income;
        uint256[] memory claims = UnsafeList.reserve(f.surpluses.length);
        for (uint256 i; i < f.surpluses.length; ++i) {
            uint256 word = UnsafeList.get(f.surpluses, i);
            SettlementAccounts.Party memory party = f.table.byPile[word & type(uint16).max];
            uint256 amount = word >> PILE_BITS;
            uint256 paid = DeliveryMath.min(amount, budget);
            budget -= paid;
            party.earned += paid;
            if (paid != amount) UnsafeList.push(claims, ((amount - paid) << PILE_BITS) | party.pile);
        }
        if (claims.length != 0) _addPileClaims(f.market, claims);
    }

    /// @dev Postings for the market to book; none for piles whose account and credit stay as they are.
    function _postings(Frame memory f) private pure returns (Posting[] memory postings) {
        SettlementAccounts.Party[] memory list = f.table.list;
        uint256[] memory words = UnsafeList.reserve(list.length);
        for (uint256 i; i < list.length; ++i) {
            if (!list[i].waits && list[i].isChanged()) UnsafeList.push(words, Posting.unwrap(list[i].posting()));
        }
        assembly ("memory-safe") {
            postings := words
        }
    }

    /// @dev Energy of a pile's next fill; as agreed in a market without meters.
    function _energyOf(
        Frame memory f,
        SettlementAccounts.Party memory party,
        uint256 agreedWh
    ) private pure returns (uint256 consumedWh, uint256 producedWh) {
        if (f.metered) return party.attribute(agreedWh);
        party.metered = true;
        if (party.buyer) party.consumedWh += agreedWh;
        else party.producedWh += agreedWh;
        return (agreedWh, agreedWh);
    }

    /// @dev Gives a pile back the money set aside for it.
    function _returnSetAside(Frame memory f, SettlementAccounts.Party memory party, uint256 amount) private pure {
        unchecked {
            party.secured += amount;
            f.released += amount;
        }
    }

    /// @dev Notes a pile's dues to the grid.
    function _oweGrid(Frame memory f, SettlementAccounts.Party memory party, uint256 amount) private pure {
        unchecked {
            party.owed += amount;
            f.income += amount;
        }
    }

    /// @dev Notes a request to the grid beyond the agreed energy.
    function _surplus(Frame memory f, SettlementAccounts.Party memory party, uint256 amount) private pure {
        if (amount != 0) UnsafeList.push(f.surpluses, (amount << PILE_BITS) | party.pile);
    }

    /// @dev Notes a fill's effect on a pile's credit. Silence earns none; a market without meters judges nobody.
    function _countCredit(
        Frame memory f,
        SettlementAccounts.Party memory party,
        uint256 agreedWh,
        uint256 actualWh,
        uint256 weatherBps
    ) private pure {
        if (!f.metered) return;
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
