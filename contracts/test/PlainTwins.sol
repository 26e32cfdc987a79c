// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { SignedTerms, SignedTermsLib } from "../types/SignedTerms.sol";

/// @title The library functions that are written in assembly, written plainly
/// @notice Slow and obvious, with every check that Solidity makes. Tests compare the two.
library PlainTwins {
    uint256 internal constant NONE = type(uint256).max;

    /// @notice Ascending, by insertion.
    function sort(uint256[] memory list) internal pure returns (uint256[] memory) {
        for (uint256 i = 1; i < list.length; ++i) {
            uint256 word = list[i];
            uint256 hole = i;
            for (; hole > 0 && list[hole - 1] > word; --hole) list[hole] = list[hole - 1];
            list[hole] = word;
        }
        return list;
    }

    /// @notice The field of each word that a search looks at.
    function fieldOf(
        uint256[] memory list,
        uint256 shift,
        uint256 mask
    ) internal pure returns (uint256[] memory values) {
        values = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) values[i] = (list[i] >> shift) & mask;
    }

    /// @notice Index of the first value that is at most `limit`, by walking.
    function find(uint256[] memory values, uint256 limit) internal pure returns (uint256) {
        for (uint256 i; i < values.length; ++i) if (values[i] <= limit) return i;
        return NONE;
    }

    /// @notice Tree of minima over `values`; node 0, which nobody reads, is zero.
    function minima(uint256[] memory values) internal pure returns (uint256[] memory tree) {
        uint256 leaves = 1;
        while (leaves < values.length) leaves *= 2;
        tree = new uint256[](2 * leaves);
        for (uint256 i; i < leaves; ++i) tree[leaves + i] = i < values.length ? values[i] : type(uint256).max;
        for (uint256 i = leaves - 1; i > 0; --i) {
            tree[i] = tree[2 * i] < tree[2 * i + 1] ? tree[2 * i] : tree[2 * i + 1];
        }
    }

    /// @notice Number of set bits, one after the other.
    function popcount(uint256 x) internal pure returns (uint256 count) {
        for (; x != 0; x >>= 1) count += x & 1;
    }

    /// @notice EIP-712 hash of a signed order's struct.
    function structHash(SignedTerms t) internal pure returns (bytes32) {
        bytes memory head = abi.encode(SignedTermsLib.TYPE_HASH, t.action(), t.isCharge(), t.price(), t.energyWh());
        return keccak256(bytes.concat(head, abi.encode(t.peakWh(), t.expiryFrame(), t.nonce(), t.deadline())));
    }
}
