// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IOcmfVerifier } from "../interfaces/IOcmfVerifier.sol";
import { OcmfTime } from "./OcmfTime.sol";

/// @title Reading the fields of OCMF records
/// @notice Works on the payload where it lies in calldata; positions are offsets there.
/// @dev A meter signs valid JSON. There, a quote after `{` or `,` always opens a key, since quotes within a text are
/// escaped: so a key that a caller points to is one, whatever texts a driver or operator has put into the record. The
/// list of readings is read token by token. Reading only goes forward, so a read that ends within the payload never
/// left it.
library OcmfParser {
    /// @dev Registers are below this, and so are their digits before the point.
    uint256 private constant MAX_REGISTER_DIGITS = 15;
    uint256 private constant MAX_PAGE_DIGITS = 12;
    /// @dev Decimals that count; further ones are dropped.
    uint256 private constant DECIMALS = 6;
    uint256 private constant MICRO = 1e6;
    uint256 private constant MILLI = 1e3;
    /// @dev A register that is no number.
    uint256 private constant NO_NUMBER = type(uint256).max;

    uint256 private constant QUOTE = 0x22;
    uint256 private constant BACKSLASH = 0x5c;

    /// @dev Keys of a reading in their quotes, and bits that say which of them it has.
    uint256 private constant TIME = 0x22544d22;
    uint256 private constant CAUSE = 0x22545822;
    uint256 private constant VALUE = 0x22525622;
    uint256 private constant CODE = 0x22524922;
    uint256 private constant UNIT = 0x22525522;
    uint256 private constant STATUS = 0x22535422;
    uint256 private constant ERRORS = 0x22454622;
    uint256 private constant HAS_VALUE = 1;
    uint256 private constant HAS_CODE = 2;
    uint256 private constant HAS_UNIT = 4;
    uint256 private constant HAS_TIME = 8;
    uint256 private constant HAS_CAUSE = 16;
    uint256 private constant HAS_STATUS = 32;
    uint256 private constant HAS_ERRORS = 64;

    /// @dev Role of a reading's register for its pile.
    uint256 internal constant OTHER = 0;
    uint256 internal constant IMPORT = 1;
    uint256 internal constant EXPORT = 2;

    /// @notice A list of readings that is being read.
    /// @param base where the payload begins
    /// @param end where it ends
    /// @param cursor where the next reading begins
    /// @param importCode OBIS code with a closing quote
    /// @param importMask mask of its bytes
    /// @param importBytes their number
    /// @param exportCode likewise; where there is none, a code that no reading can have
    /// @param exportMask mask of its bytes
    /// @param exportBytes their number
    /// @param fields the fields that the reading has, bit by bit
    /// @param register role of its register for the pile
    /// @param time Unix time, s; the last that was given
    /// @param clock state of the clock then
    /// @param cause reason why it was taken
    /// @param value the register in millionths of its unit
    /// @param unitFactor Wh in its unit
    /// @param status state of the meter; 0 where the reading does not say
    /// @param faulty whether an error flag is set
    struct List {
        uint256 base;
        uint256 end;
        uint256 cursor;
        uint256 importCode;
        uint256 importMask;
        uint256 importBytes;
        uint256 exportCode;
        uint256 exportMask;
        uint256 exportBytes;
        uint256 fields;
        uint256 register;
        uint256 time;
        bytes1 clock;
        bytes1 cause;
        uint256 value;
        uint256 unitFactor;
        bytes1 status;
        bool faulty;
    }

    /// @notice Checks the serial number, reads the page, and finds the list of readings.
    /// @param list of which the codes are set
    /// @return page its number
    function open(
        IOcmfVerifier.RecordMeter calldata meter,
        IOcmfVerifier.SignedRecord calldata record,
        List memory list
    ) internal pure returns (uint256 page) {
        uint256 base;
        bytes calldata payload = record.payload;
        assembly ("memory-safe") {
            base := payload.offset
        }
        uint256 end;
        unchecked {
            end = base + payload.length;
        }
        uint256 hints = record.hints;
        list.base = base;
        list.end = end;
        list.time = 0;
        _checkSerial(meter, _valueOf(base, end, hints & type(uint16).max, meter.serialField), base, end);
        uint256 cursor = _valueOf(base, end, (hints >> 16) & type(uint16).max, "PG");
        page = _page(cursor, base, end, meter.pageKind);
        cursor = _valueOf(base, end, (hints >> 32) & type(uint16).max, "RD");
        if (_byteAt(cursor) != 0x5b) revert IOcmfVerifier.MalformedRecord(_from(base, cursor));
        unchecked {
            list.cursor = cursor + 1;
        }
    }

    /// @notice Sets the codes by which readings are told apart.
    function describe(IOcmfVerifier.RecordMeter calldata meter, List memory list) internal pure {
        (list.importCode, list.importMask, list.importBytes) = _quoted(meter.importRegister);
        // No word without bytes is 1.
        if (meter.exportRegister == 0) list.exportCode = 1;
        else (list.exportCode, list.exportMask, list.exportBytes) = _quoted(meter.exportRegister);
    }

    /// @notice Reads the next reading of the list.
    /// @return more whether another one comes after it
    function next(List memory list) internal pure returns (bool more) {
        list.fields = 0;
        list.register = OTHER;
        list.cause = 0;
        list.status = 0;
        list.faulty = false;
        unchecked {
            uint256 start = _space(list.cursor);
            uint256 cursor = start;
            if (_byteAt(cursor) != 0x7b) revert IOcmfVerifier.MalformedRecord(_from(list.base, cursor));
            uint256 closing;
            do {
                cursor = _member(_space(cursor + 1), list);
                closing = _byteAt(cursor);
                if (closing <= 0x20) {
                    cursor = _space(cursor);
                    closing = _byteAt(cursor);
                }
            } while (closing == 0x2c);
            if (closing != 0x7d) revert IOcmfVerifier.MalformedRecord(_from(list.base, cursor));
            cursor = _space(cursor + 1);
            closing = _byteAt(cursor);
            more = closing == 0x2c;
            if ((!more && closing != 0x5d) || cursor >= list.end) {
                revert IOcmfVerifier.MalformedRecord(_from(list.base, cursor));
            }
            list.cursor = cursor + 1;
            if (list.register != OTHER) _requireFields(list, start);
        }
    }

    /// @notice The register of the reading, Wh, rounded down.
    function registerWh(List memory list) internal pure returns (uint256) {
        unchecked {
            return (list.value * list.unitFactor) / MICRO;
        }
    }

    /// @notice Whether the reading has a time of its own.
    function timed(List memory list) internal pure returns (bool) {
        return list.fields & HAS_TIME != 0;
    }

    /// @dev Reverts unless a relevant reading has a register, a unit, and a time of its own or from before.
    function _requireFields(List memory list, uint256 start) private pure {
        uint256 fields = list.fields;
        if (fields & HAS_VALUE == 0) revert IOcmfVerifier.FieldMissing("RV", _from(list.base, start));
        if (fields & HAS_UNIT == 0) revert IOcmfVerifier.FieldMissing("RU", _from(list.base, start));
        if (list.time == 0) revert IOcmfVerifier.FieldMissing("TM", _from(list.base, start));
        if (list.value == NO_NUMBER) revert IOcmfVerifier.MalformedRegister(_from(list.base, start));
        if (list.unitFactor == 0) revert IOcmfVerifier.UnknownUnit(_from(list.base, start));
    }

    /// @dev Reads a key and its value, and returns where they end.
    function _member(uint256 cursor, List memory list) private pure returns (uint256) {
        unchecked {
            uint256 word = _load(cursor);
            if (word >> 248 != QUOTE) revert IOcmfVerifier.MalformedRecord(_from(list.base, cursor));
            uint256 key = word >> 224;
            uint256 valueAt = cursor + 5;
            // Usually a colon comes after two letters and their quotes, and the value at once. No key below has a
            // quote or a backslash in it, so no other key can be mistaken for one.
            if ((word >> 216) & 0xff != 0x3a || (word >> 208) & 0xff <= 0x20) valueAt = _valueAfter(cursor, list.base);
            word = _load(valueAt);
            uint256 char = word >> 248;
            if (key == VALUE) {
                _note(HAS_VALUE, cursor, list);
                return _value(valueAt, list);
            }
            // The others are texts; the bytes after the opening quote are looked at.
            word = _load(valueAt + 1);
            uint256 letter = word >> 248;
            if (key == TIME) {
                _note(HAS_TIME, cursor, list);
                (bool valid, uint256 time, bytes1 clock) = OcmfTime.parse(word);
                if (!valid || char != QUOTE) revert IOcmfVerifier.MalformedTime(_from(list.base, valueAt));
                (list.time, list.clock) = (time, clock);
                return valueAt + 2 + OcmfTime.LENGTH;
            }
            if (key == CODE) {
                _note(HAS_CODE, cursor, list);
                if (char != QUOTE) revert IOcmfVerifier.MalformedRecord(_from(list.base, valueAt));
                if (word & list.importMask == list.importCode) {
                    list.register = IMPORT;
                    return valueAt + 1 + list.importBytes;
                }
                if (word & list.exportMask == list.exportCode) {
                    list.register = EXPORT;
                    return valueAt + 1 + list.exportBytes;
                }
                return _skipText(valueAt, list.base);
            }
            if (key == UNIT) {
                _note(HAS_UNIT, cursor, list);
                if (char == QUOTE && word >> 224 == 0x6b576822) {
                    list.unitFactor = MILLI;
                    return valueAt + 5;
                }
                if (char == QUOTE && word >> 232 == 0x576822) {
                    list.unitFactor = 1;
                    return valueAt + 4;
                }
                // A register that does not matter may have any unit, so 0 is refused once the code is known.
                list.unitFactor = 0;
                return _skip(valueAt, list.base);
            }
            if (key == STATUS || key == CAUSE) {
                _note(key == STATUS ? HAS_STATUS : HAS_CAUSE, cursor, list);
                bool oneLetter = letter != QUOTE && letter != BACKSLASH && (word >> 240) & 0xff == QUOTE;
                if (!oneLetter || char != QUOTE) revert IOcmfVerifier.MalformedRecord(_from(list.base, valueAt));
                // One byte.
                // forge-lint: disable-next-item(unsafe-typecast)
                if (key == STATUS)
                    list.status = bytes1(uint8(letter));
                    // forge-lint: disable-next-item(unsafe-typecast)
                else list.cause = bytes1(uint8(letter));
                return valueAt + 3;
            }
            if (key == ERRORS) {
                _note(HAS_ERRORS, cursor, list);
                if (char == QUOTE && letter == QUOTE) return valueAt + 2;
                list.faulty = true;
                return _skip(valueAt, list.base);
            }
            // Any other key, of any length.
            return _skip(_valueAfter(cursor, list.base), list.base);
        }
    }

    /// @dev Where the value of a key begins.
    function _valueAfter(uint256 cursor, uint256 base) private pure returns (uint256) {
        unchecked {
            cursor = _space(_skipText(cursor, base));
            if (_byteAt(cursor) != 0x3a) revert IOcmfVerifier.MalformedRecord(_from(base, cursor));
            return _space(cursor + 1);
        }
    }

    /// @dev Notes that a reading has a field; none may be there twice.
    function _note(uint256 bit, uint256 cursor, List memory list) private pure {
        uint256 fields = list.fields;
        if (fields & bit != 0) revert IOcmfVerifier.MalformedRecord(_from(list.base, cursor));
        list.fields = fields | bit;
    }

    /// @dev Reads a register: a decimal number, as JSON has it or as a text, with spaces before it. Anything else is
    /// skipped: registers that do not matter may be anything.
    function _value(uint256 cursor, List memory list) private pure returns (uint256) {
        unchecked {
            bool asText = _byteAt(cursor) == QUOTE;
            uint256 start = asText ? _space(cursor + 1) : cursor;
            (uint256 value, uint256 past) = _digits(start, 0);
            uint256 count = past - start;
            uint256 missing = DECIMALS;
            bool valid = count != 0 && count <= MAX_REGISTER_DIGITS;
            if (_byteAt(past) == 0x2e) {
                uint256 point = past + 1;
                (value, past, missing) = _decimals(point, value);
                valid = valid && past != point;
            }
            uint256 closing = _byteAt(past);
            // An exponent, or anything else that would go on, is not read.
            if (asText) valid = valid && closing == QUOTE;
            else valid = valid && (closing == 0x2c || closing == 0x7d || closing <= 0x20);
            if (!valid) {
                list.value = NO_NUMBER;
                return _skip(cursor, list.base);
            }
            list.value = value * 10 ** missing;
            return asText ? past + 1 : past;
        }
    }

    /// @notice Digits from a place on, after those that make up `value`.
    /// @return total the number that all of them make up
    /// @return past where they end
    function _digits(uint256 cursor, uint256 value) private pure returns (uint256 total, uint256 past) {
        total = value;
        past = cursor;
        assembly ("memory-safe") {
            for {
                let digit := xor(byte(0, calldataload(past)), 0x30)
            } lt(digit, 10) {
                digit := xor(byte(0, calldataload(past)), 0x30)
            } {
                total := add(mul(total, 10), digit)
                past := add(past, 1)
            }
        }
    }

    /// @notice Digits after the point: as many as count, then past the others.
    /// @return total the value without its point
    /// @return past where the digits end
    /// @return missing number of missing decimals
    function _decimals(
        uint256 cursor,
        uint256 value
    ) private pure returns (uint256 total, uint256 past, uint256 missing) {
        (total, past) = _digits(cursor, value);
        unchecked {
            uint256 count = past - cursor;
            if (count <= DECIMALS) return (total, past, DECIMALS - count);
            // Digits beyond a word's would wrap, so those that count are read again by themselves.
            total = value;
            for (uint256 i; i < DECIMALS; ++i) total = total * 10 + (_byteAt(cursor + i) ^ 0x30);
        }
    }

    /// @dev Start of the value of a key that the caller points to.
    function _valueOf(uint256 base, uint256 end, uint256 position, bytes2 key) private pure returns (uint256 cursor) {
        unchecked {
            cursor = base + position;
            uint256 wanted = (QUOTE << 24) | (uint256(uint16(key)) << 8) | QUOTE;
            if (
                position == 0 || cursor + 4 > end || _load(cursor) >> 224 != wanted || !_followsStructure(base, cursor)
            ) {
                revert IOcmfVerifier.FieldNotThere(key, position);
            }
            cursor = _space(cursor + 4);
            if (_byteAt(cursor) != 0x3a) revert IOcmfVerifier.FieldNotThere(key, position);
            cursor = _space(cursor + 1);
            if (cursor >= end) revert IOcmfVerifier.FieldNotThere(key, position);
        }
    }

    /// @dev Whether nothing but spaces stands between a place and a brace or comma before it.
    function _followsStructure(uint256 base, uint256 cursor) private pure returns (bool) {
        unchecked {
            while (cursor > base) {
                uint256 char = _byteAt(--cursor);
                if (char > 0x20) return char == 0x2c || char == 0x7b;
            }
            return false;
        }
    }

    /// @dev Reverts unless the serial number stands there.
    function _checkSerial(
        IOcmfVerifier.RecordMeter calldata meter,
        uint256 cursor,
        uint256 base,
        uint256 end
    ) private pure {
        (uint256 serial, uint256 mask, uint256 length) = _quoted(meter.serial);
        unchecked {
            bool there = _byteAt(cursor) == QUOTE && _load(cursor + 1) & mask == serial;
            if (!there || cursor + 1 + length > end) revert IOcmfVerifier.WrongSerial(_from(base, cursor));
        }
    }

    /// @dev The page at a place.
    function _page(uint256 cursor, uint256 base, uint256 end, bytes1 kind) private pure returns (uint256 page) {
        unchecked {
            uint256 word = _load(cursor);
            uint256 past;
            (page, past) = _digits(cursor + 2, 0);
            uint256 count = past - cursor - 2;
            bool valid =
                word >> 248 == QUOTE && (word >> 240) & 0xff == uint8(kind) && _byteAt(past) == QUOTE && past < end;
            if (!valid || count == 0 || count > MAX_PAGE_DIGITS)
                revert IOcmfVerifier.MalformedPage(_from(base, cursor));
        }
    }

    /// @dev Past a value that is not needed: a text, a list, an object, a number or a word.
    function _skip(uint256 cursor, uint256 base) private pure returns (uint256) {
        unchecked {
            uint256 depth;
            uint256 start = cursor;
            for (;;) {
                uint256 char = _byteAt(cursor);
                if (char == QUOTE) {
                    cursor = _skipText(cursor, base);
                    if (depth == 0) return cursor;
                    continue;
                }
                if (char == 0x7b || char == 0x5b) {
                    ++depth;
                } else if (char == 0x7d || char == 0x5d) {
                    if (depth == 0) break;
                    ++cursor;
                    if (--depth == 0) return cursor;
                    continue;
                } else if (char < 0x20 || (char == 0x2c && depth == 0)) {
                    break;
                }
                ++cursor;
            }
            if (cursor == start || depth != 0) revert IOcmfVerifier.MalformedRecord(_from(base, cursor));
            return cursor;
        }
    }

    /// @dev Past a text, from its opening quote to beyond its closing one. No control character stands in a text, and
    /// only zeros follow calldata, so this ends.
    function _skipText(uint256 cursor, uint256 base) private pure returns (uint256 past) {
        bool closed;
        assembly ("memory-safe") {
            past := add(cursor, 1)
            for {} 1 {} {
                let char := byte(0, calldataload(past))
                if lt(char, 0x20) {
                    break
                }
                past := add(past, 1)
                if eq(char, QUOTE) {
                    closed := 1
                    break
                }
                if eq(char, BACKSLASH) {
                    past := add(past, 1)
                }
            }
        }
        if (!closed) revert IOcmfVerifier.MalformedRecord(_from(base, cursor));
    }

    /// @dev Past spaces: characters 9 to 32.
    function _space(uint256 cursor) private pure returns (uint256 past) {
        past = cursor;
        assembly ("memory-safe") {
            for {} lt(sub(byte(0, calldataload(past)), 9), 24) {} {
                past := add(past, 1)
            }
        }
    }

    /// @dev A text of a description with a closing quote, a mask of the bytes that count, and their number.
    function _quoted(bytes32 text) private pure returns (uint256 word, uint256 mask, uint256 length) {
        unchecked {
            assembly ("memory-safe") {
                for {} byte(length, text) {} {
                    length := add(length, 1)
                }
            }
            if (length == 0 || length == 32 || text << (8 * length) != 0) revert IOcmfVerifier.MalformedMeter(text);
            word = uint256(text) | (QUOTE << (248 - 8 * length));
            mask = type(uint256).max << (248 - 8 * length);
            ++length;
        }
    }

    /// @dev A position as the caller counts it.
    function _from(uint256 base, uint256 cursor) private pure returns (uint256) {
        unchecked {
            return cursor - base;
        }
    }

    function _byteAt(uint256 cursor) private pure returns (uint256 char) {
        assembly ("memory-safe") {
            char := byte(0, calldataload(cursor))
        }
    }

    function _load(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(cursor)
        }
    }
}
