// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMeterRecords } from "../interfaces/IMeterRecords.sol";
import { IOcmfVerifier } from "../interfaces/IOcmfVerifier.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { ReadingRing } from "../delivery/ReadingRing.sol";
import { Readings } from "../delivery/Readings.sol";
import { Meter } from "../types/Meter.sol";
import { MeterReading, MeterReadingLib } from "../types/MeterReading.sol";
import { OcmfVerifier } from "./OcmfVerifier.sol";

/// @title Readings by meters that sign records of their own
/// @notice {Readings} with another proof: records in place of a signed reading.
/// @dev A key is 160 bits of a hash. Finding two descriptions, or a description and an account, with the same key takes
/// 2^80 hashes, as for two accounts, and gains the finder no more than a registrar that did not look at a meter.
abstract contract RecordReadings is Readings, IMeterRecords {
    using ReadingRing for ReadingRing.Ring;

    /// @notice Pages that showed the latest frame of a meter so far.
    /// @param frame its number
    /// @param first first page
    /// @param last last page
    /// @param known whether there is one
    struct Pages {
        uint32 frame;
        uint64 first;
        uint64 last;
        bool known;
    }

    /// @dev Keeps the hash apart from every other.
    bytes32 private constant KEY_TAG = keccak256("AdBEV record meter");

    IOcmfVerifier private immutable OCMF_VERIFIER;

    mapping(address key => Pages) private _pages;

    constructor() {
        // A contract of its own: its code beside this one's would exceed 24 KiB.
        OCMF_VERIFIER = new OcmfVerifier();
    }

    /// @inheritdoc IMeterRecords
    function submitRecords(IMarket market, FrameProof[] calldata proofs) external returns (uint256 stored) {
        IMarketParameters.Parameters memory p = market.parameters();
        if (p.readingSeconds == 0) revert NoMeters(address(market));
        uint256[] memory accepted = UnsafeList.reserve(proofs.length);
        uint256 lastFrame = type(uint256).max;
        bytes memory frameRefusal;
        for (uint256 i; i < proofs.length; ++i) {
            if (proofs[i].frame != lastFrame) {
                lastFrame = proofs[i].frame;
                frameRefusal = _openFrame(market, lastFrame, p.frameSeconds);
            }
            bytes memory refusal = frameRefusal;
            MeterReading reading;
            if (refusal.length == 0) (reading, refusal) = _prove(market, proofs[i], p.frameSeconds);
            if (refusal.length == 0) UnsafeList.push(accepted, MeterReading.unwrap(reading));
            else emit ReadingRefused(address(market), i, refusal);
        }
        return _report(market, accepted);
    }

    /// @inheritdoc IMeterRecords
    function recordMeterKey(
        IMarket market,
        uint256 pile,
        IOcmfVerifier.RecordMeter calldata meter
    ) external pure returns (address) {
        return _keyOf(market, pile, meter);
    }

    /// @inheritdoc IMeterRecords
    function ocmfVerifier() external view returns (IOcmfVerifier) {
        return OCMF_VERIFIER;
    }

    /// @dev Stores the reading that follows from records, or returns why not.
    function _prove(
        IMarket market,
        FrameProof calldata proof,
        uint256 frameSeconds
    ) private returns (MeterReading reading, bytes memory refusal) {
        address key;
        uint256 reachWh;
        (key, reachWh, refusal) = _meterFor(market, proof);
        if (refusal.length != 0) return (reading, refusal);
        uint256 start = proof.frame * frameSeconds;
        try OCMF_VERIFIER.energyBetween(proof.meter, proof.records, start, start + frameSeconds) returns (
            uint256 consumedWh,
            uint256 producedWh,
            uint256 firstPage,
            uint256 lastPage
        ) {
            uint256 mostWh = consumedWh > producedWh ? consumedWh : producedWh;
            if (mostWh > reachWh) {
                return (reading, abi.encodeWithSelector(ReadingAboveReach.selector, proof.pile, mostWh, reachWh));
            }
            refusal = _turn(key, proof.frame, firstPage, lastPage);
            if (refusal.length != 0) return (reading, refusal);
            // At most the reach, which has 24 bits.
            reading = MeterReadingLib.pack(proof.pile, proof.frame, consumedWh, producedWh);
        } catch (bytes memory reason) {
            // Running out of gas leaves no reason; it must not pass for no refusal.
            if (reason.length == 0) revert RecordsNotRead(proof.pile, proof.frame);
            return (reading, reason);
        }
        _ringOf(market).store(reading);
    }

    /// @notice The meter that a proof is about, or the reason why no reading of it is wanted.
    /// @return key its key
    /// @return reachWh most that its pile moves in a frame
    function _meterFor(
        IMarket market,
        FrameProof calldata proof
    ) private view returns (address key, uint256 reachWh, bytes memory refusal) {
        (uint256 pile, uint256 frame) = (proof.pile, proof.frame);
        (bool stored, , ) = _ringOf(market).find(pile, frame);
        if (stored) return (key, 0, abi.encodeWithSelector(ReadingExists.selector, pile, frame));
        (Meter meter, ) = _meterAt(address(market), pile, frame);
        if (Meter.unwrap(meter) == 0) return (key, 0, abi.encodeWithSelector(UnknownMeter.selector, market, pile));
        key = _keyOf(market, pile, proof.meter);
        if (key != meter.key()) return (key, 0, abi.encodeWithSelector(WrongMeterKey.selector, pile, key));
        reachWh = meter.energyPerFrameWh();
    }

    /// @dev Notes the pages of a frame, or returns why they cannot be its.
    function _turn(address key, uint256 frame, uint256 first, uint256 last) private returns (bytes memory) {
        Pages memory known = _pages[key];
        if (known.known) {
            bool contradicts =
                frame > known.frame
                    ? first < known.first || last < known.last
                    : first > known.first || last > known.last;
            if (contradicts) {
                return
                    abi.encodeWithSelector(PagesNotInOrder.selector, first, last, known.frame, known.first, known.last);
            }
            if (frame < known.frame) return "";
        }
        // Frames have 32 bits, pages 12 digits.
        // forge-lint: disable-next-item(unsafe-typecast)
        _pages[key] = Pages({ frame: uint32(frame), first: uint64(first), last: uint64(last), known: true });
        return "";
    }

    /// @dev The meter key of a description.
    function _keyOf(
        IMarket market,
        uint256 pile,
        IOcmfVerifier.RecordMeter calldata meter
    ) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(KEY_TAG, market, pile, meter)))));
    }
}
