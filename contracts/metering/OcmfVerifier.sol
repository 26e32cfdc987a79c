// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IOcmfVerifier } from "../interfaces/IOcmfVerifier.sol";
import { OcmfParser } from "./OcmfParser.sol";
import { RecordSignature } from "./RecordSignature.sol";

/// @title Signed records of charging stations' meters, read on chain
/// @notice Stores nothing and trusts nobody: the caller gets the meter's own figures.
contract OcmfVerifier is IOcmfVerifier {
    using OcmfParser for OcmfParser.List;

    /// @dev Points on both sides of a boundary, with different registers, are at most this part of the frame apart.
    uint256 private constant NEARNESS = 6;

    /// @notice Registers of a meter at a time.
    /// @param time Unix time, s
    /// @param importWh register of consumption
    /// @param exportWh register of production
    /// @param has bits: 1 = it has the first register, 2 = the second
    /// @param page of its record
    struct Point {
        uint256 time;
        uint256 importWh;
        uint256 exportWh;
        uint256 has;
        uint256 page;
    }

    /// @notice State of a computation.
    /// @param wanted registers that a point must have, bits as above
    /// @param synchronised whether the clock must be
    /// @param firstTime time of the first point
    /// @param last the last whole point
    /// @param next the point that readings are being added to
    /// @param atStart registers at the beginning, and the page of the last point before
    /// @param atEnd registers at the end, and the page of the first point after
    struct Work {
        uint256 start;
        uint256 end;
        uint256 wanted;
        bool synchronised;
        uint256 firstTime;
        Point last;
        Point next;
        Point atStart;
        Point atEnd;
    }

    /// @inheritdoc IOcmfVerifier
    function readRecord(
        RecordMeter calldata meter,
        SignedRecord calldata record
    ) external view returns (uint256 page, Reading[] memory readings) {
        RecordSignature.check(meter, record);
        OcmfParser.List memory list;
        OcmfParser.describe(meter, list);
        page = OcmfParser.open(meter, record, list);
        // Read twice, since their number is known at the end only.
        readings = new Reading[](_count(list));
        OcmfParser.open(meter, record, list);
        uint256 found;
        bool more = true;
        while (more) {
            more = list.next();
            if (list.register == OcmfParser.OTHER) continue;
            readings[found++] = Reading({
                time: list.time,
                timed: list.timed(),
                clock: list.clock,
                cause: list.cause,
                exported: list.register == OcmfParser.EXPORT,
                registerWh: list.registerWh(),
                status: list.status,
                faulty: list.faulty
            });
        }
    }

    /// @inheritdoc IOcmfVerifier
    function energyBetween(
        RecordMeter calldata meter,
        SignedRecord[] calldata records,
        uint256 start,
        uint256 end
    ) external view returns (uint256 consumedWh, uint256 producedWh, uint256 firstPage, uint256 lastPage) {
        Work memory w;
        (w.start, w.end, w.synchronised) = (start, end, meter.synchronised);
        w.wanted = meter.exportRegister == 0 ? OcmfParser.IMPORT : OcmfParser.IMPORT | OcmfParser.EXPORT;
        OcmfParser.List memory list;
        OcmfParser.describe(meter, list);
        uint256 before;
        for (uint256 i; i < records.length; ++i) {
            RecordSignature.check(meter, records[i]);
            uint256 page = OcmfParser.open(meter, records[i], list);
            if (i != 0 && page != before + 1) revert PagesNotConsecutive(before, page);
            before = page;
            bool more = true;
            while (more) {
                more = list.next();
                if (list.register != OcmfParser.OTHER) _add(w, list, page);
            }
        }
        _endPoint(w);
        // A boundary's page counts from 1 here, so that 0 means that it was not found.
        if (w.atStart.page == 0 || w.atEnd.page == 0) revert FrameNotCovered(start, end, w.firstTime, w.last.time);
        unchecked {
            consumedWh = w.atEnd.importWh - w.atStart.importWh;
            producedWh = w.atEnd.exportWh - w.atStart.exportWh;
            firstPage = w.atStart.page - 1;
            lastPage = w.atEnd.page - 1;
        }
    }

    /// @dev Number of relevant readings of a list.
    function _count(OcmfParser.List memory list) private pure returns (uint256 count) {
        bool more = true;
        while (more) {
            more = list.next();
            if (list.register != OcmfParser.OTHER) ++count;
        }
    }

    /// @dev Adds a reading to the point that it belongs to.
    function _add(Work memory w, OcmfParser.List memory list, uint256 page) private pure {
        if (list.status != "G" || list.faulty) revert MeterNotGood(list.time, list.status, list.faulty);
        if (list.clock != "S" && (w.synchronised || (list.clock != "I" && list.clock != "R"))) {
            revert ClockNotGood(list.time, list.clock);
        }
        Point memory point = w.next;
        uint256 register = list.register;
        if (point.has & register != 0 || (point.has != 0 && list.time != point.time)) {
            _endPoint(w);
            point = w.next;
        }
        if (point.has == 0) (point.time, point.page) = (list.time, page);
        point.has |= register;
        if (register == OcmfParser.IMPORT) point.importWh = list.registerWh();
        else point.exportWh = list.registerWh();
    }

    /// @dev Checks a whole point against the one before it, and works out the boundaries between them.
    function _endPoint(Work memory w) private pure {
        Point memory point = w.next;
        if (point.has != w.wanted) revert PointIncomplete(point.time);
        Point memory last = w.last;
        if (last.has == 0) {
            w.firstTime = point.time;
        } else {
            if (point.time < last.time) revert TimeFell(last.time, point.time);
            if (point.importWh < last.importWh) revert RegisterFell(point.time, last.importWh, point.importWh);
            if (point.exportWh < last.exportWh) revert RegisterFell(point.time, last.exportWh, point.exportWh);
            if (last.time <= w.start && point.time > w.start) _between(w, w.start, last.page, w.atStart);
            if (last.time < w.end && point.time >= w.end) _between(w, w.end, point.page, w.atEnd);
        }
        w.last = point;
        // The point before is not needed any more; its memory is used again.
        last.has = 0;
        w.next = last;
    }

    /// @dev Registers at a boundary from the last to the next point.
    function _between(Work memory w, uint256 boundary, uint256 page, Point memory boundaryPoint) private pure {
        Point memory last = w.last;
        Point memory next = w.next;
        unchecked {
            uint256 span = next.time - last.time;
            uint256 part = boundary - last.time;
            uint256 importRise = next.importWh - last.importWh;
            uint256 exportRise = next.exportWh - last.exportWh;
            if (part != 0 && part != span && importRise | exportRise != 0 && span * NEARNESS > w.end - w.start) {
                revert PointsTooFarApart(boundary, last.time, next.time);
            }
            // Registers are below 2^60 and times below 2^38.
            boundaryPoint.importWh = last.importWh + (importRise * part) / span;
            boundaryPoint.exportWh = last.exportWh + (exportRise * part) / span;
            boundaryPoint.page = page + 1;
        }
    }
}
