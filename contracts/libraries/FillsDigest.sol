// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../types/Fill.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Hash that binds a frame's settlement to its publication and fills
/// @notice `keccak256(header, first, fills...)`. The header tells the list apart, so that no list, no inner hash and no
/// other market's or frame's record can stand where another is meant:
///
/// ```
///  bits      field   meaning
///  0..31     count   fills in the list; of a {REST} 16 bits of those of the match above 16 bits of the others
///  32..63    frame   the frame
///  64..223   market  the market
///  224..231  level   {MATCH}, {ROUND}, {ROUND_AFTER_MATCH} or {REST}
///  232..255  domain  first 24 bits of keccak256("AdBEV frame")
/// ```
///
/// `first` is the frame's publication; in {ROUND_AFTER_MATCH} it is the recorded part of the match's hash.
library FillsDigest {
    /// @dev Fills of a match.
    uint256 internal constant MATCH = 1;
    /// @dev Fills of a round whose match made none.
    uint256 internal constant ROUND = 2;
    /// @dev Fills of a round, behind the hash of the match's.
    uint256 internal constant ROUND_AFTER_MATCH = 3;
    /// @dev Fills of a frame that is settled in part: those that are left.
    uint256 internal constant REST = 4;

    /// @dev A {FrameRecord} keeps the upper 184 bits of a hash.
    uint256 private constant KEPT = ~uint256((1 << 72) - 1);
    uint256 private constant DOMAIN = uint256(keccak256("AdBEV frame") >> 232) << 232;

    /// @notice Header of a hash of fills: domain, level, market, frame, count.
    function header(uint256 level, address market, uint256 frame, uint256 count) internal pure returns (uint256) {
        return DOMAIN | (level << 224) | (uint256(uint160(market)) << 64) | (frame << 32) | count;
    }

    /// @notice Hash of a list in memory, for the market itself.
    /// @param first the publication, or the recorded part of the match's hash
    /// @param fills the list; two words before its elements are put back as they were
    function digest(uint256 header_, uint256 first, uint256[] memory fills) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // Header and first word stand in for the word before the list and for its length while hashing.
            let length := mload(fills)
            let before := sub(fills, 0x20)
            let kept := mload(before)
            mstore(before, header_)
            mstore(fills, first)
            hash := keccak256(before, shl(5, add(length, 2)))
            mstore(before, kept)
            mstore(fills, length)
        }
    }

    /// @notice Digest of a frame with no settled part.
    /// @param published the frame's publication; zero where it had none
    /// @param fills all fills, those of the match first
    /// @param matched number of fills that the match made, at most all
    function whole(
        address market,
        uint256 frame,
        PublishedFrame published,
        Fill[] calldata fills,
        uint256 matched
    ) internal pure returns (bytes32) {
        uint256 first = PublishedFrame.unwrap(published);
        uint256 executed = fills.length - matched;
        if (matched == 0) return _hash(header(ROUND, market, frame, executed), first, fills);
        bytes32 hash = _hash(header(MATCH, market, frame, matched), first, fills[:matched]);
        if (executed == 0) return hash;
        return _hash(header(ROUND_AFTER_MATCH, market, frame, executed), uint256(hash) & KEPT, fills[matched:]);
    }

    /// @notice Digest of the rest of a frame that is settled in part.
    /// @param matched number of these fills that the match made, at most all
    function rest(
        address market,
        uint256 frame,
        PublishedFrame published,
        Fill[] calldata fills,
        uint256 matched
    ) internal pure returns (bytes32) {
        uint256 count = (matched << 16) | (fills.length - matched);
        return _hash(header(REST, market, frame, count), PublishedFrame.unwrap(published), fills);
    }

    /// @dev Hash of a header and a word, followed by fills.
    function _hash(uint256 header_, uint256 first, Fill[] calldata fills) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, header_)
            mstore(add(p, 0x20), first)
            let size := shl(5, fills.length)
            calldatacopy(add(p, 0x40), fills.offset, size)
            hash := keccak256(p, add(size, 0x40))
        }
    }
}
