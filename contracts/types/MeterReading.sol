// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A reading as a meter signs it, in one word; a batch pays calldata by the byte.
///
/// ```
///  bits    field       meaning
///  0..15   pile        number of the pile
///  16..47  frame       the frame that was delivered
///  48..71  consumedWh  energy that the pile took
///  72..95  producedWh  energy that it gave
/// ```
///
/// Every other bit is zero. Signed as the EIP-712 struct
/// `MeterReading(address market,uint256 pile,uint256 frame,uint256 consumedWh,uint256 producedWh)`.
type MeterReading is uint256;

using MeterReadingLib for MeterReading global;

/// @title Reading the fields of a {MeterReading}
/// @notice A reading as a meter signs it.
library MeterReadingLib {
    uint256 internal constant MAX_METERED_WH = type(uint24).max;

    // solhint-disable-next-line gas-small-strings
    bytes32 internal constant TYPE_HASH = keccak256(
        "MeterReading(address market,uint256 pile,uint256 frame,uint256 consumedWh,uint256 producedWh)"
    );

    /// @notice Packs a reading whose fields fit.
    function pack(
        uint256 pile_,
        uint256 frame_,
        uint256 consumedWh_,
        uint256 producedWh_
    ) internal pure returns (MeterReading) {
        return MeterReading.wrap(pile_ | (frame_ << 16) | (consumedWh_ << 48) | (producedWh_ << 72));
    }

    /// @notice Whether only meaningful bits are set.
    function isWellFormed(MeterReading m) internal pure returns (bool) {
        return MeterReading.unwrap(m) >> 96 == 0;
    }

    /// @notice Number of the pile.
    function pile(MeterReading m) internal pure returns (uint256) {
        return MeterReading.unwrap(m) & type(uint16).max;
    }

    /// @notice The frame that was delivered.
    function frame(MeterReading m) internal pure returns (uint256) {
        return (MeterReading.unwrap(m) >> 16) & type(uint32).max;
    }

    /// @notice Energy that the pile took, Wh.
    function consumedWh(MeterReading m) internal pure returns (uint256) {
        return (MeterReading.unwrap(m) >> 48) & MAX_METERED_WH;
    }

    /// @notice Energy that the pile gave, Wh.
    function producedWh(MeterReading m) internal pure returns (uint256) {
        return (MeterReading.unwrap(m) >> 72) & MAX_METERED_WH;
    }

    /// @notice EIP-712 hash of the struct for a market.
    function structHash(MeterReading m, address market) internal pure returns (bytes32 hash) {
        bytes32 typeHash = TYPE_HASH;
        uint256 pile_ = m.pile();
        uint256 frame_ = m.frame();
        uint256 consumedWh_ = m.consumedWh();
        uint256 producedWh_ = m.producedWh();
        assembly ("memory-safe") {
            // Scratch beyond the free-memory pointer: hashing one struct after another must not grow memory.
            let p := mload(0x40)
            mstore(p, typeHash)
            mstore(add(p, 0x20), market)
            mstore(add(p, 0x40), pile_)
            mstore(add(p, 0x60), frame_)
            mstore(add(p, 0x80), consumedWh_)
            mstore(add(p, 0xa0), producedWh_)
            hash := keccak256(p, 0xc0)
        }
    }
}
