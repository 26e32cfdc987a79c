// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { IMeterRecords } from "../../../contracts/interfaces/IMeterRecords.sol";
import { IOcmfVerifier } from "../../../contracts/interfaces/IOcmfVerifier.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Metering } from "./Metering.sol";
import { PretendedMarket } from "./PretendedMarket.sol";

/// @title Frames are settled, and the registrar looks after the meters
/// @notice Handlers are named after the delivery contract's functions.
contract DeliveryHandler is Metering {
    constructor(World world) Metering(world) {}

    /// @notice Anyone settles a frame once it is over: with the readings that are missing, or without them once nobody
    /// need wait for them any longer. Nothing that anybody did or failed to do may keep it from that.
    function settle(uint256 seed) external resumed {
        uint256 frame = READING_SECONDS != 0 && seed % 5 == 0 ? _pairFrame(seed) : _toSettle(seed);
        Told.Frame memory f = MIRROR.frameOf(frame);
        uint256 over = (frame + 1) * FRAME_SECONDS;
        bool withReadings = READING_SECONDS != 0 && seed % 3 != 0;
        WORLD.elapse(withReadings ? over : over + READING_SECONDS);
        IDelivery.SignedReading[] memory readings =
            withReadings ? _missing(frame, f, seed) : new IDelivery.SignedReading[](0);
        if (withReadings && seed % 4 == 1) _emptyGrid(_mix(seed, 9) % 3 == 0 ? 0 : _mix(seed, 9) % 1000);
        // Some readings stay out: the groups that have theirs are settled, or nobody is.
        if (withReadings && (seed % 5 == 0 || _mix(seed, 8) % 2 == 0) && _settlePart(frame, seed, People.STRANGER))
            return;
        Fill[] memory fills = _fillsOf(f);
        PublishedFrame published = MIRROR.publicationOf(frame);
        address keeper = seed % 2 == 0 ? People.STRANGER : People.pile(_pile(seed));
        VM.prank(keeper);
        try DELIVERY.settle(MARKET, frame, published, fills, f.matched, readings) {} catch {
            if (fills.length != 0) MIRROR.violate("INV-17 a frame that is over could not be settled");
            else revert("nothing was filled");
        }
        _did(keeper);
    }

    /// @dev The operator empties its account before a settlement but for `rest` money units, so that surplus becomes
    /// claims, wholly or in part.
    function _emptyGrid(uint256 rest) private {
        uint256 amount = MIRROR.unclaimed();
        if (amount <= rest || MIRROR.isExecutable()) return;
        amount -= rest;
        VM.prank(People.OPERATOR);
        MARKET.withdrawGrid(People.OPERATOR, amount);
        _did(People.OPERATOR);
    }

    /// @notice Somebody with a claim has it paid.
    function collectClaim(uint256 seed) external resumed {
        _pastRound(seed);
        uint256 count = MIRROR.claimantCount();
        if (count == 0) revert("nobody claims anything");
        address claimant = MIRROR.claimants(seed % count);
        for (uint256 i; i < count && MIRROR.claimOf(claimant) == 0; ++i)
            claimant = MIRROR.claimants((seed + i) % count);
        address to = MIRROR.payoutOf(MIRROR.pileOf(claimant));
        if (to == address(0)) to = seed % 3 == 0 ? People.STRANGER : claimant;
        VM.prank(claimant);
        DELIVERY.collectClaim(MARKET, to);
        _did(claimant);
    }

    /// @notice Somebody rewards a keeper as if it were a market: out of its own account.
    function rewardClearing(uint256 seed) external resumed {
        PretendedMarket pretender = new PretendedMarket(WORLD);
        pretender.act(address(DELIVERY), abi.encodeCall(IDelivery.rewardClearing, (People.pile(_pile(seed)))));
        _did(address(pretender));
    }

    /// @notice Somebody rewards a keeper as if it were a market's rounds: out of that market's account.
    function rewardFinalising(uint256 seed) external resumed {
        PretendedMarket pretender = new PretendedMarket(WORLD);
        pretender.act(
            address(DELIVERY),
            abi.encodeCall(IDelivery.rewardFinalising, (IMarket(address(pretender)), People.pile(_pile(seed))))
        );
        _did(address(pretender));
    }

    /// @notice Anyone submits readings of a frame that is over.
    function submit(uint256 seed) external resumed {
        uint256 frame = _toSettle(seed);
        Told.Frame memory f = MIRROR.frameOf(frame);
        WORLD.elapse((frame + 1) * FRAME_SECONDS);
        IDelivery.SignedReading[] memory missing = _missing(frame, f, seed);
        if (missing.length == 0) revert("no reading is missing");
        IDelivery.SignedReading[] memory readings = new IDelivery.SignedReading[](_in(seed, 1, missing.length));
        for (uint256 i; i < readings.length; ++i) readings[i] = missing[i];
        VM.prank(People.STRANGER);
        uint256 stored = DELIVERY.submit(MARKET, readings);
        // A frame's row may be held by one that nobody settles; else every reading counts.
        if (stored == 0) revert("the row of readings is occupied");
        if (stored != readings.length) MIRROR.violate("INV-17 a reading that its meter signed was refused");
        _did(People.STRANGER);
    }

    /// @notice Anyone submits records: no pile's meter signs any, so none of them counts, whatever it says.
    function submitRecords(uint256 seed) external resumed {
        if (READING_SECONDS == 0) revert("nobody has a meter");
        uint256 frame = _toSettle(seed);
        WORLD.elapse((frame + 1) * FRAME_SECONDS);
        IMeterRecords.FrameProof[] memory proofs = new IMeterRecords.FrameProof[](_in(seed, 1, 3));
        for (uint256 i; i < proofs.length; ++i) {
            proofs[i].pile = uint16(_pile(_mix(seed, i)));
            proofs[i].frame = uint32(frame);
            proofs[i].meter.curve = uint8(_in(_mix(seed, i), 1, 2));
            proofs[i].records = new IOcmfVerifier.SignedRecord[](_in(_mix(seed, i + 1), 0, 2));
        }
        VM.prank(People.STRANGER);
        if (IMeterRecords(address(DELIVERY)).submitRecords(MARKET, proofs) != 0) {
            MIRROR.violate("INV-17 a record that no meter signed counts");
        }
        _did(People.STRANGER);
    }

    /// @notice The registrar gives a meter another key.
    function setMeterKey(uint256 seed) external resumed {
        uint256 pile = _pile(seed);
        VM.prank(People.REGISTRAR);
        DELIVERY.setMeterKey(MARKET, pile, seed % 2 == 0 ? People.spareMeter(pile) : People.meter(pile));
        _did(People.REGISTRAR);
    }

    /// @notice The registrar sets a pile's weather factor.
    function setWeatherFactor(uint256 seed) external resumed {
        uint256 pile = _pile(seed);
        VM.prank(People.REGISTRAR);
        DELIVERY.setWeatherFactor(MARKET, pile, _in(_mix(seed, 1), 0, 2999));
        _did(People.REGISTRAR);
    }

    /// @notice The registrar rates a pile.
    function setAttributes(uint256 seed) external resumed {
        IDelivery.PileAttributes memory attributes = IDelivery.PileAttributes({
            capacity: uint16(_in(_mix(seed, 1), 0, 1000)),
            renewable: uint16(_in(_mix(seed, 2), 0, 1000)),
            position: uint16(_in(_mix(seed, 3), 0, 1000)),
            stability: uint16(_in(_mix(seed, 4), 0, 1000))
        });
        uint256 pile = _pile(seed);
        VM.prank(People.REGISTRAR);
        DELIVERY.setAttributes(MARKET, pile, attributes);
        _did(People.REGISTRAR);
    }

    /// @notice Somebody registers meters as if it were a market: they are its own, nobody else's.
    function registerMeter(uint256 seed) external resumed {
        address pretender = address(uint160(_mix(seed, 1)));
        VM.prank(pretender);
        DELIVERY.registerMeter(_in(seed, 1, 65_535), pretender, pretender, _in(seed, 1, 1 << 30));
        _did(pretender);
    }

    /// @dev A frame that awaits settlement; the next one is cleared where none does.
    function _toSettle(uint256 seed) private returns (uint256 frame) {
        uint256 count = MIRROR.unsettledCount();
        if (count != 0) return MIRROR.unsettled(_mix(seed, 5) % count);
        frame = _toWindow(seed);
        _clear(frame, People.STRANGER);
    }
}
