// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Signed records of charging stations' meters, read on chain
/// @notice A record is `OCMF|payload|signature` (Open Charge Metering Format): the payload is JSON, the signature ECDSA
/// over the SHA-256 hash of its exact bytes. The payload is handed in as it was signed, and nothing of it is believed
/// before the signature is checked.
///
/// **Fields.** `GS` or `MS` is the meter's serial number, `PG` the page: a letter and a counter that rises with each
/// record. `RD` lists readings: `TM` time and the state of the clock, `TX` the reason why it was taken, `RV` the
/// register, `RI` its OBIS code, `RU` its unit, `ST` the meter's state, `EF` its error flags. The caller says where
/// `GS` or `MS`, `PG` and `RD` stand; the list of readings is read from its first byte to its last, so no reading can
/// be left out.
///
/// **Points.** A reading of the import or export register with a time of its own begins a point; one without a time, or
/// with the same time and of the other register, belongs to the point before. Readings of other registers are skipped.
///
/// **Energy of a frame.** The points of consecutive pages in their order: time and registers never fall. Between two
/// points a register is taken to rise evenly, `floor(R1 + (R2 - R1) (t - t1) / (t2 - t1))`, and a frame's energy is its
/// rise from the frame's beginning to its end. A boundary that lies between two points with different registers is
/// refused where they are further apart than a sixth of the frame.
interface IOcmfVerifier {
    /// @notice A meter that signs records, as its registrar describes it.
    /// @param curve 1 = secp256r1 (P-256), 2 = secp256k1
    /// @param x public key
    /// @param y public key
    /// @param serialField field of its serial number: `GS` or `MS`
    /// @param pageKind letter of its pages: `T` of transactions, `F` of readings between them
    /// @param synchronised whether readings count only while its clock is synchronised (`S`); else informative (`I`)
    /// and relative (`R`) time counts too
    /// @param serial its serial number, at most 31 bytes, zeros after it
    /// @param importRegister OBIS code of the register of consumption, likewise
    /// @param exportRegister OBIS code of the register of production; 0 where it measures none
    struct RecordMeter {
        uint8 curve;
        bytes32 x;
        bytes32 y;
        bytes2 serialField;
        bytes1 pageKind;
        bool synchronised;
        bytes32 serial;
        bytes32 importRegister;
        bytes32 exportRegister;
    }

    /// @notice A record.
    /// @param payload the signed bytes
    /// @param r first half of the signature
    /// @param s second half; the high one counts as well, since real meters sign with either
    /// @param hints where the opening quotes of the keys of the serial number (bits 0 to 15), of `PG` (16 to 31) and of
    /// `RD` (32 to 47) stand in the payload
    struct SignedRecord {
        bytes payload;
        bytes32 r;
        bytes32 s;
        uint256 hints;
    }

    /// @notice A reading of the import or export register.
    /// @param time Unix time, s, rounded down
    /// @param timed whether the time is its own, not that of the reading before
    /// @param clock state of the clock: `S` synchronised, `I` informative, `R` relative, `U` unknown
    /// @param cause reason why it was taken: `B` begin, `E` end, `C` meanwhile and others; 0 where it does not say
    /// @param exported whether it is of the export register
    /// @param registerWh the register, Wh, rounded down
    /// @param status state of the meter; `G` is good, 0 where it does not say
    /// @param faulty whether it carries an error flag
    struct Reading {
        uint256 time;
        bool timed;
        bytes1 clock;
        bytes1 cause;
        bool exported;
        uint256 registerWh;
        bytes1 status;
        bool faulty;
    }

    /// @notice The curve is neither secp256r1 (1) nor secp256k1 (2).
    error UnknownCurve(uint256 curve);
    /// @notice A text of a meter's description is empty where it must not be, or longer than 31 bytes, or has bytes
    /// after its end.
    error MalformedMeter(bytes32 text);
    /// @notice The signature is not the meter's over these bytes.
    error RecordNotSigned(bytes32 payloadHash);
    /// @notice No such key begins there in the payload.
    error FieldNotThere(bytes2 key, uint256 position);
    /// @notice The record is of another meter than the one described, or its serial number is not where it was said.
    error WrongSerial(uint256 position);
    /// @notice The page is not a letter of the kind described and at most 12 digits.
    error MalformedPage(uint256 position);
    /// @notice The payload is not as the format says.
    error MalformedRecord(uint256 position);
    /// @notice A time is not as the format says, or is none.
    error MalformedTime(uint256 position);
    /// @notice The reading that begins there has a register that is no plain decimal number below 10^15.
    error MalformedRegister(uint256 position);
    /// @notice The reading that begins there counts in something else than Wh or kWh.
    error UnknownUnit(uint256 position);
    /// @notice A reading lacks its register, unit or first time.
    error FieldMissing(bytes2 key, uint256 position);
    /// @notice The meter's clock was not as good as it must be.
    /// @param clock state that the clock reports
    error ClockNotGood(uint256 time, bytes1 clock);
    /// @notice The meter says of itself that a reading is not good.
    /// @param status status that the meter reports
    /// @param faulty whether it set an error flag
    error MeterNotGood(uint256 time, bytes1 status, bool faulty);
    /// @notice A point lacks a register.
    error PointIncomplete(uint256 time);
    /// @notice Records must be handed in page by page, none left out and none twice.
    error PagesNotConsecutive(uint256 page, uint256 next);
    /// @notice A point's time is before that of the point before it.
    error TimeFell(uint256 before, uint256 time);
    /// @notice A register is below its value in the point before.
    error RegisterFell(uint256 time, uint256 beforeWh, uint256 registerWh);
    /// @notice The points do not reach from the frame's beginning to its end.
    error FrameNotCovered(uint256 start, uint256 end, uint256 firstTime, uint256 lastTime);
    /// @notice Energy flowed between two points that are further apart than a sixth of the frame, and the frame begins
    /// or ends between them.
    error PointsTooFarApart(uint256 boundary, uint256 before, uint256 afterwards);

    /// @notice Reads a record after checking its signature. Readings of any status are shown.
    /// @return page its number
    /// @return readings readings of the import and export registers
    function readRecord(
        RecordMeter calldata meter,
        SignedRecord calldata record
    ) external view returns (uint256 page, Reading[] memory readings);

    /// @notice Energy that a meter counted from one time to another.
    /// @param records page by page
    /// @param start Unix time, s
    /// @param end Unix time, s, later
    /// @return consumedWh energy by its import register
    /// @return producedWh energy by its export register; 0 where it has none
    /// @return firstPage page of the last point at or before `start`
    /// @return lastPage page of the first point at or after `end`
    function energyBetween(
        RecordMeter calldata meter,
        SignedRecord[] calldata records,
        uint256 start,
        uint256 end
    ) external view returns (uint256 consumedWh, uint256 producedWh, uint256 firstPage, uint256 lastPage);
}
