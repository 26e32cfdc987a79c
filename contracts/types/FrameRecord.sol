// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Record of a cleared frame, in one word.
///
/// ```
///  bits      field   meaning
///  0..31     frame   the frame, so that a reused slot cannot be mistaken for another frame
///  32..71    loadW   recorded P_total, W, signed
///  72..255   digest  184 bits of the hash of publication and fills; 0 = nothing left to settle
/// ```
///
/// 184 bits leave 2^92 work for a collision and 2^184 for a second pre-image.
type FrameRecord is uint256;

using FrameRecordLib for FrameRecord global;

/// @title Reading and writing the fields of a {FrameRecord}
/// @notice Record of a cleared frame.
library FrameRecordLib {
    uint256 private constant DIGEST_SHIFT = 72;

    /// @notice Packs a record.
    /// @param hash keccak256 of publication and fills, or 0 where nothing is to be settled
    function pack(uint256 frame_, int256 loadW_, bytes32 hash) internal pure returns (FrameRecord) {
        return
            FrameRecord.wrap(
                // A load is at most 40 bits with its sign; they are kept as they are.
                // forge-lint: disable-next-line(unsafe-typecast)
                frame_ | (uint256(uint40(int40(loadW_))) << 32) | ((uint256(hash) >> DIGEST_SHIFT) << DIGEST_SHIFT)
            );
    }

    /// @notice The frame that this word is about.
    function frame(FrameRecord r) internal pure returns (uint256) {
        return FrameRecord.unwrap(r) & type(uint32).max;
    }

    /// @notice Recorded P_total, W.
    function loadW(FrameRecord r) internal pure returns (int256) {
        return int40(uint40(FrameRecord.unwrap(r) >> 32));
    }

    /// @notice The kept part of the hash, in its place; 0 = nothing to settle.
    function digest(FrameRecord r) internal pure returns (bytes32) {
        return bytes32((FrameRecord.unwrap(r) >> DIGEST_SHIFT) << DIGEST_SHIFT);
    }

    /// @notice Whether fills of this frame await settlement.
    function isOpen(FrameRecord r) internal pure returns (bool) {
        return FrameRecord.unwrap(r) >> DIGEST_SHIFT != 0;
    }

    /// @notice Whether `hash` is the one that the record was made with.
    function matches(FrameRecord r, bytes32 hash) internal pure returns (bool) {
        return (FrameRecord.unwrap(r) ^ uint256(hash)) >> DIGEST_SHIFT == 0;
    }

    /// @notice The record with another hash: that of the unsettled fills, 0 where none are left.
    function withDigest(FrameRecord r, bytes32 hash) internal pure returns (FrameRecord) {
        uint256 kept = FrameRecord.unwrap(r) & ((1 << DIGEST_SHIFT) - 1);
        return FrameRecord.wrap(kept | ((uint256(hash) >> DIGEST_SHIFT) << DIGEST_SHIFT));
    }
}
