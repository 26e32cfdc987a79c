// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MeterChange } from "./MeterChange.sol";

/// @notice A pile's meter, in one slot: all that settling its fills needs of the pile.
///
/// ```
///  bits      field             meaning
///  0..159    key               address of the key that signs the readings
///  160..183  energyPerFrameWh  what the rated power moves in a frame; never 0, so that the slot is not
///  184..195  weatherBps        natural weighting factor a, 1/10 000
///  196..243  operatorTag       first 48 bits of the hash of the operator's address; 0 for the zero address
///  244       changing          1 = a {MeterChange} counts from its frame on
/// ```
type Meter is uint256;

using MeterLib for Meter global;

/// @title Reading and writing the fields of a {Meter}
/// @notice A pile's meter.
library MeterLib {
    uint256 internal constant MAX_ENERGY_WH = type(uint24).max;

    uint256 private constant CHANGING_BIT = 1 << 244;
    /// @dev Fields that a change replaces: key and weather factor.
    uint256 private constant CHANGED_PART = type(uint160).max | (uint256(0xfff) << 184);

    /// @notice The meter of a pile that has just been registered.
    function pack(
        address key_,
        uint256 energyPerFrameWh_,
        uint256 weatherBps_,
        uint256 operatorTag_
    ) internal pure returns (Meter) {
        uint256 word = uint160(key_) | (energyPerFrameWh_ << 160) | (weatherBps_ << 184);
        return Meter.wrap(word | (operatorTag_ << 196));
    }

    /// @notice Tag of an operator: piles of one operator have the same.
    function tagOf(address operator) internal pure returns (uint256) {
        return operator == address(0) ? 0 : uint256(keccak256(abi.encode(operator))) >> 208;
    }

    /// @notice Address of the key that signs the readings.
    function key(Meter m) internal pure returns (address) {
        return address(uint160(Meter.unwrap(m)));
    }

    /// @notice Energy that the rated power moves in a frame, Wh.
    function energyPerFrameWh(Meter m) internal pure returns (uint256) {
        return (Meter.unwrap(m) >> 160) & MAX_ENERGY_WH;
    }

    /// @notice Natural weighting factor a, 1/10 000.
    function weatherBps(Meter m) internal pure returns (uint256) {
        return (Meter.unwrap(m) >> 184) & 0xfff;
    }

    /// @notice Tag of the operator; 0 for none.
    function operatorTag(Meter m) internal pure returns (uint256) {
        return (Meter.unwrap(m) >> 196) & type(uint48).max;
    }

    /// @notice Whether a {MeterChange} counts from its frame on.
    function isChanging(Meter m) internal pure returns (bool) {
        return Meter.unwrap(m) & CHANGING_BIT != 0;
    }

    /// @notice The meter with a change to come.
    function changing(Meter m) internal pure returns (Meter) {
        return Meter.wrap(Meter.unwrap(m) | CHANGING_BIT);
    }

    /// @notice The meter after a change, with no other to come.
    function changed(Meter m, MeterChange change) internal pure returns (Meter) {
        uint256 word = Meter.unwrap(m) & ~(CHANGED_PART | CHANGING_BIT);
        return Meter.wrap(word | (MeterChange.unwrap(change) & CHANGED_PART));
    }
}
