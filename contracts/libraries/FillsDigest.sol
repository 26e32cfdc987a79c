// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../types/Fill.sol";
import { Publication } from "../types/Publication.sol";

/// @title What binds a frame's settlement to its publication and fills
/// @notice The match hashes the publication and its fills. A benefit round that is executed later hashes what is kept of
/// that, and its own fills.
library FillsDigest {
    /// @dev A {FrameRecord} keeps the upper 184 bits of a hash.
    uint256 private constant KEPT = ~uint256((1 << 72) - 1);

    /// @notice Digest of a frame.
    /// @param published the frame's publication; zero where it had none
    /// @param fills all fills, those of the match first
    /// @param matched how many the match made; 0 or all where no round executed any after it
    function digest(Publication published, Fill[] calldata fills, uint256 matched) internal pure returns (bytes32) {
        uint256 first = Publication.unwrap(published);
        if (matched == 0 || matched >= fills.length) return _hash(first, fills);
        return _hash(uint256(_hash(first, fills[:matched])) & KEPT, fills[matched:]);
    }

    /// @dev Hash of a word followed by fills.
    function _hash(uint256 first, Fill[] calldata fills) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, first)
            let size := shl(5, fills.length)
            calldatacopy(add(p, 0x20), fills.offset, size)
            hash := keccak256(p, add(size, 0x20))
        }
    }
}
