// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Times of OCMF records
/// @notice `YYYY-MM-DDThh:mm:ss,mmm+hhmm S`: ISO 8601 with milliseconds and zone, and a letter for the state of the
/// clock.
library OcmfTime {
    /// @dev Bytes of a time; its closing quote comes after them.
    uint256 internal constant LENGTH = 30;

    /// @dev Marks between the digits; the sign is checked by itself.
    uint256 private constant MARKS = 0x000000002d00002d00005400003a00003a00002c000000000000000020002200;
    uint256 private constant MARKS_MASK = 0x00000000ff0000ff0000ff0000ff0000ff0000ff0000000000000000ff00ff00;
    /// @dev Places of the digits.
    uint256 private constant DIGITS = 0x3030303000303000303000303000303000303000303030003030303000000000;
    uint256 private constant DIGITS_MASK = 0xffffffff00ffff00ffff00ffff00ffff00ffff00ffffff00ffffffff00000000;
    uint256 private constant HIGH_NIBBLES = 0xf0f0f0f000f0f000f0f000f0f000f0f000f0f000f0f0f000f0f0f0f000000000;
    /// @dev No time that four digits of a year can say.
    uint256 private constant INVALID = type(uint256).max;
    uint256 private constant SIXES = 0x0606060600060600060600060600060600060600060606000606060600000000;

    /// @notice Reads a time.
    /// @param word the 32 bytes after its opening quote
    /// @return valid whether it is one
    /// @return time Unix time, s, rounded down
    /// @return clock state of the clock
    function parse(uint256 word) internal pure returns (bool valid, uint256 time, bytes1 clock) {
        unchecked {
            uint256 digits = (word & DIGITS_MASK) ^ DIGITS;
            uint256 sign = _byte(word, 23);
            if (
                word & MARKS_MASK != MARKS ||
                (digits | (digits + SIXES)) & HIGH_NIBBLES != 0 ||
                (sign != 0x2b && sign != 0x2d)
            ) {
                return (false, 0, 0);
            }
            // Each byte becomes the number of two digits that begins there: at most 99, so none runs into its
            // neighbour.
            uint256 pairs = digits * 10 + (digits << 8);
            time = _daySeconds(pairs);
            uint256 ofDay = _secondOfDay(pairs);
            if (time == INVALID || ofDay == INVALID || _byte(pairs, 26) > 59) return (false, 0, 0);
            time += ofDay;
            uint256 zone = _byte(pairs, 24) * 3600 + _byte(pairs, 26) * 60;
            if (sign == 0x2d) time += zone;
            else if (time < zone) return (false, 0, 0);
            else time -= zone;
            return (true, time, bytes1(uint8(_byte(word, 29))));
        }
    }

    /// @dev Unix time at which the day of a time begins, s; {INVALID} where there is no such day from 1970 on.
    function _daySeconds(uint256 pairs) private pure returns (uint256) {
        unchecked {
            uint256 year = _byte(pairs, 0) * 100 + _byte(pairs, 2);
            uint256 month = _byte(pairs, 5);
            uint256 day = _byte(pairs, 8);
            if (year < 1970 || month - 1 > 11 || day == 0 || day > _daysOf(year, month)) return INVALID;
            return _days(year, month, day) * 86_400;
        }
    }

    /// @dev Seconds since its day began; {INVALID} where there is no such time of day.
    function _secondOfDay(uint256 pairs) private pure returns (uint256) {
        unchecked {
            uint256 hour = _byte(pairs, 11);
            uint256 minute = _byte(pairs, 14);
            uint256 second = _byte(pairs, 17);
            if (hour > 23 || minute > 59 || second > 59) return INVALID;
            return hour * 3600 + minute * 60 + second;
        }
    }

    /// @dev Days from 1970 to a date of the Gregorian calendar, counted in years that begin with March.
    function _days(uint256 year, uint256 month, uint256 day) private pure returns (uint256) {
        unchecked {
            if (month > 2) month -= 3;
            else (year, month) = (year - 1, month + 9);
            uint256 leapDays = year / 4 - year / 100 + year / 400;
            return year * 365 + leapDays + (153 * month + 2) / 5 + day - 719_469;
        }
    }

    /// @dev Days of a month.
    function _daysOf(uint256 year, uint256 month) private pure returns (uint256) {
        unchecked {
            if (month != 2) return 30 + ((month + (month >> 3)) & 1);
            return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        }
    }

    /// @dev A byte of a word.
    function _byte(uint256 word, uint256 cursor) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(cursor, word)
        }
    }
}
