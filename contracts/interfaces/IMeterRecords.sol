// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "./IMarket.sol";
import { IOcmfVerifier } from "./IOcmfVerifier.sol";

/// @title Readings by meters that sign records of their own
/// @notice Charging stations' meters know nothing of markets. A pile's meter key may be the hash of a description of
/// such a meter, {recordMeterKey}; the pile's reading of a frame is then what {IOcmfVerifier-energyBetween} finds in
/// the meter's records. It is registered, replaced, stored and settled like any other.
///
/// **Who gains.** A frame's reading follows from the meter's own series alone: pages are consecutive and every point of
/// a page counts, so nobody chooses which points a boundary is taken from, and frames next to each other add up to what
/// the register shows. Anyone may hand in records, in any order; a page that contradicts the order of frames is
/// refused. The meter's clock is believed as the meter is; a registrar that does not believe it asks for `synchronised`
/// time.
interface IMeterRecords {
    /// @notice Records that show the energy that a pile moved in a frame.
    /// @param pile its number
    /// @param frame the frame
    /// @param meter description whose hash is the pile's meter key in that frame
    /// @param records consecutive pages that reach from the frame's beginning to its end
    struct FrameProof {
        uint16 pile;
        uint32 frame;
        IOcmfVerifier.RecordMeter meter;
        IOcmfVerifier.SignedRecord[] records;
    }

    /// @notice Pages of a meter's records go with time: those of a later frame are not before those of an earlier one.
    /// @param firstPage first page of the proof
    /// @param lastPage last page of the proof
    /// @param knownFrame the latest frame that is known of the meter
    /// @param knownFirstPage its first page
    /// @param knownLastPage its last page
    error PagesNotInOrder(
        uint256 firstPage,
        uint256 lastPage,
        uint256 knownFrame,
        uint256 knownFirstPage,
        uint256 knownLastPage
    );

    /// @notice The call ran out of gas while records were read.
    error RecordsNotRead(uint256 pile, uint256 frame);

    /// @notice Stores readings that follow from records. One that is refused does not stop the others: it is reported
    /// in {IDelivery-ReadingRefused}; the others are in {IDelivery-ReadingsStored}.
    /// @return stored number of readings stored
    function submitRecords(IMarket market, FrameProof[] calldata proofs) external returns (uint256 stored);

    /// @notice Meter key to register for a pile whose readings follow from a meter's records: the last 20 bytes of a
    /// hash of market, pile and description. Nobody has a key to sign for it.
    function recordMeterKey(
        IMarket market,
        uint256 pile,
        IOcmfVerifier.RecordMeter calldata meter
    ) external pure returns (address);

    /// @notice The contract that reads records.
    function ocmfVerifier() external view returns (IOcmfVerifier);
}
