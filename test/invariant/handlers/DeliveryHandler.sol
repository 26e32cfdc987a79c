// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { MeterReading } from "../../../contracts/types/MeterReading.sol";
import { Publication } from "../../../contracts/types/Publication.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Frames are settled, and the registrar looks after the meters
/// @notice Handlers are named after the delivery contract's functions.
contract DeliveryHandler is Handler {
    constructor(World world) Handler(world) {}

    /// @notice Anyone settles a frame once it is over: with the readings that are missing, or without them once nobody
    /// need wait for them any longer. Nothing that anybody did or failed to do may keep it from that.
    function settle(uint256 seed) external resumed {
        uint256 frame = _toSettle(seed);
        Told.Frame memory f = MIRROR.frameOf(frame);
        uint256 over = (frame + 1) * FRAME_SECONDS;
        bool withReadings = READING_SECONDS != 0 && seed % 3 != 0;
        WORLD.elapse(withReadings ? over : over + READING_SECONDS);
        IDelivery.SignedReading[] memory readings =
            withReadings ? _missing(frame, f, seed) : new IDelivery.SignedReading[](0);
        Fill[] memory fills = _fillsOf(f);
        Publication published = MIRROR.publicationOf(frame);
        VM.prank(People.STRANGER);
        try DELIVERY.settle(MARKET, frame, published, fills, f.matched, readings) {} catch {
            if (fills.length != 0) MIRROR.violate("INV-17 a frame that is over could not be settled");
            else revert("nothing was filled");
        }
        _did(People.STRANGER);
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

    /// @dev The readings of a frame's piles that nobody has submitted, signed: most as agreed, some far from it.
    function _missing(
        uint256 frame,
        Told.Frame memory f,
        uint256 seed
    ) private view returns (IDelivery.SignedReading[] memory readings) {
        uint256 count = MIRROR.pileCount();
        uint256[] memory consumedWh = new uint256[](count + 1);
        uint256[] memory producedWh = new uint256[](count + 1);
        for (uint256 i; i < f.fills.length; ++i) {
            Fill fill = Fill.wrap(f.fills[i]);
            if (fill.buy() != 0) consumedWh[fill.buy()] += fill.energyWh();
            if (fill.sell() != 0) producedWh[fill.sell()] += fill.energyWh();
        }
        readings = new IDelivery.SignedReading[](count);
        uint256 found;
        for (uint256 pile = 1; pile <= count; ++pile) {
            if (consumedWh[pile] + producedWh[pile] == 0 || MIRROR.isStored(pile, frame)) continue;
            uint256 percent = seed % 2 == 0 ? 100 : _in(_mix(seed, pile), 0, 250);
            uint256 energies = ((consumedWh[pile] * percent) / 100) | (((producedWh[pile] * percent) / 100) << 24);
            readings[found++] = _sign(MeterReading.wrap(pile | (frame << 16) | (energies << 48)), pile, frame);
        }
        assembly ("memory-safe") {
            mstore(readings, found)
        }
    }

    /// @dev A reading with the signature of the key that counts for its frame.
    function _sign(
        MeterReading reading,
        uint256 pile,
        uint256 frame
    ) private view returns (IDelivery.SignedReading memory signed) {
        uint256 key = People.meterKey(pile, DELIVERY.meterOf(MARKET, pile, frame).key);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, DELIVERY.readingHash(MARKET, reading));
        return IDelivery.SignedReading(reading, r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }
}
