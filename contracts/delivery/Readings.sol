// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { ISettlement } from "../interfaces/ISettlement.sol";
import { ReadingRing } from "./ReadingRing.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { Meters } from "./Meters.sol";
import { Meter } from "../types/Meter.sol";
import { MeterReading } from "../types/MeterReading.sol";

/// @title Meter readings
/// @notice Signed by meters, submitted by anyone, kept in reused slots.
abstract contract Readings is Meters, EIP712 {
    using ReadingRing for ReadingRing.Ring;

    mapping(address market => ReadingRing.Ring) private _rings;

    constructor() EIP712("AdBEV Delivery", "1") {}

    /// @inheritdoc IDelivery
    function submit(IMarket market, SignedReading[] calldata readings) external returns (uint256 stored) {
        IMarketParameters.Parameters memory p = market.parameters();
        if (p.readingSeconds == 0) revert NoMeters(address(market));
        uint256[] memory accepted = UnsafeList.reserve(readings.length);
        uint256 lastFrame = type(uint256).max;
        bytes memory frameRefusal;
        for (uint256 i; i < readings.length; ++i) {
            MeterReading reading = readings[i].reading;
            if (reading.frame() != lastFrame) {
                lastFrame = reading.frame();
                frameRefusal = _openFrame(market, lastFrame, p.frameSeconds);
            }
            bytes memory refusal = frameRefusal.length != 0 ? frameRefusal : _store(market, readings[i]);
            if (refusal.length == 0) UnsafeList.push(accepted, MeterReading.unwrap(reading));
            else emit ReadingRefused(address(market), i, refusal);
        }
        return _report(market, accepted);
    }

    /// @inheritdoc IDelivery
    function readingHash(IMarket market, MeterReading reading) external view returns (bytes32) {
        return _hashTypedDataV4(reading.structHash(address(market)));
    }

    /// @inheritdoc IDelivery
    function readingOf(
        IMarket market,
        uint256 pile,
        uint256 frame
    ) external view returns (bool stored, uint256 consumedWh, uint256 producedWh) {
        return _ringOf(market).find(pile, frame);
    }

    /// @dev The readings of a market.
    function _ringOf(IMarket market) internal view returns (ReadingRing.Ring storage) {
        return _rings[address(market)];
    }

    /// @notice The reason why a signed reading is not its meter's; empty where it is.
    /// @param domain this contract's domain separator, looked up once for all readings of a call
    /// @param meter of the pile that the reading names; zero where there is none
    function _signatureRefusal(
        bytes32 domain,
        IMarket market,
        SignedReading calldata signed,
        Meter meter
    ) internal pure returns (bytes memory) {
        MeterReading reading = signed.reading;
        if (!reading.isWellFormed()) return abi.encodeWithSelector(MalformedReading.selector, reading);
        uint256 pile = reading.pile();
        if (Meter.unwrap(meter) == 0) return abi.encodeWithSelector(UnknownMeter.selector, market, pile);
        uint256 mostWh = reading.consumedWh() > reading.producedWh() ? reading.consumedWh() : reading.producedWh();
        if (mostWh > meter.energyPerFrameWh()) {
            return abi.encodeWithSelector(ReadingAboveReach.selector, pile, mostWh, meter.energyPerFrameWh());
        }
        bytes32 hash = MessageHashUtils.toTypedDataHash(domain, reading.structHash(address(market)));
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(hash, signed.r, signed.vs);
        // A pile without a meter key has the zero address, which nobody can sign for.
        if (failure != ECDSA.RecoverError.NoError || signer != meter.key()) {
            return abi.encodeWithSelector(WrongMeterKey.selector, pile, signer);
        }
        return "";
    }

    /// @dev Emits the stored readings and counts them.
    function _report(IMarket market, uint256[] memory accepted) internal returns (uint256 stored) {
        stored = accepted.length;
        if (stored == 0) return 0;
        MeterReading[] memory log;
        assembly ("memory-safe") {
            log := accepted
        }
        emit ReadingsStored(address(market), log);
    }

    /// @dev Readies the ring for a frame's readings, or returns why none is taken.
    function _openFrame(IMarket market, uint256 frame, uint256 frameSeconds) internal returns (bytes memory) {
        uint256 endsAt = (frame + 1) * frameSeconds;
        if (block.timestamp < endsAt) return abi.encodeWithSelector(FrameNotOver.selector, frame, endsAt);
        if (!market.frameRecord(frame).isOpen()) {
            return abi.encodeWithSelector(ISettlement.NothingToSettle.selector, frame);
        }
        ReadingRing.Ring storage ring = _ringOf(market);
        uint256 holder = ring.holder(frame);
        if (holder == frame) return "";
        // Readings of a frame are kept until it is settled, however late that is.
        if (holder > frame || market.frameRecord(holder).isOpen()) {
            return abi.encodeWithSelector(ReadingsOccupied.selector, frame, holder);
        }
        ring.open(frame);
        return "";
    }

    /// @dev Stores a reading of a frame that the ring is ready for, or returns why not.
    function _store(IMarket market, SignedReading calldata signed) private returns (bytes memory refusal) {
        MeterReading reading = signed.reading;
        uint256 frame = reading.frame();
        uint256 pile = reading.pile();
        ReadingRing.Ring storage ring = _ringOf(market);
        (bool stored, , ) = ring.find(pile, frame);
        if (stored) return abi.encodeWithSelector(ReadingExists.selector, pile, frame);
        (Meter meter, ) = _meterAt(address(market), pile, frame);
        refusal = _signatureRefusal(_domainSeparatorV4(), market, signed, meter);
        if (refusal.length == 0) ring.store(reading);
    }
}
