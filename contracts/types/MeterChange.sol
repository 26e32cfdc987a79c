// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Fields of a pile's meter that count from a frame on, in one slot.
///
/// ```
///  bits      field       meaning
///  0..159    key         address of the key that signs the readings
///  184..195  weatherBps  natural weighting factor a, 1/10 000
///  196..227  firstFrame  first frame that it counts for
/// ```
type MeterChange is uint256;

using MeterChangeLib for MeterChange global;

/// @title Reading and writing the fields of a {MeterChange}
/// @notice Fields of a meter that count from a frame on.
library MeterChangeLib {
    /// @notice Packs a change.
    function pack(address key_, uint256 weatherBps_, uint256 firstFrame_) internal pure returns (MeterChange) {
        return MeterChange.wrap(uint160(key_) | (weatherBps_ << 184) | (firstFrame_ << 196));
    }

    /// @notice First frame that the change counts for.
    function firstFrame(MeterChange c) internal pure returns (uint256) {
        return (MeterChange.unwrap(c) >> 196) & type(uint32).max;
    }
}
