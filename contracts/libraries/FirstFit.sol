// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The first value of a list that is at most a limit, in logarithmic time
/// @notice A bid looks for the first ask, in order of priority, that it can afford. Walking the list costs n² over a
/// book that an adversary arranged; this tree of minima costs n log n over any book.
/// @dev A complete binary tree in memory: node i has the children 2i and 2i + 1, the leaves start at half the length,
/// and every inner node holds the smaller of its children. A removed leaf holds the largest word.
library FirstFit {
    uint256 internal constant NONE = type(uint256).max;

    /// @notice The tree over a field of the words of `list`.
    /// @param list at least one word
    /// @param shift lowest bit of the field
    /// @param mask the field's bits after shifting
    function build(uint256[] memory list, uint256 shift, uint256 mask) internal pure returns (uint256[] memory tree) {
        assembly ("memory-safe") {
            let length := mload(list)
            let leaves := 1
            for {} lt(leaves, length) {} {
                leaves := shl(1, leaves)
            }

            tree := mload(0x40)
            mstore(tree, shl(1, leaves))
            let nodes := add(tree, 0x20)
            mstore(0x40, add(nodes, shl(6, leaves)))

            let out := add(nodes, shl(5, leaves))
            let lastLeaf := add(out, shl(5, length))
            for {
                let from := add(list, 0x20)
            } lt(out, lastLeaf) {
                from := add(from, 0x20)
            } {
                mstore(out, and(shr(shift, mload(from)), mask))
                out := add(out, 0x20)
            }
            for {
                let end := add(nodes, shl(6, leaves))
            } lt(out, end) {
                out := add(out, 0x20)
            } {
                mstore(out, not(0))
            }
            for {
                let i := sub(leaves, 1)
            } i {
                i := sub(i, 1)
            } {
                let child := add(nodes, shl(6, i))
                let x := mload(child)
                let y := mload(add(child, 0x20))
                if lt(y, x) {
                    x := y
                }
                mstore(add(nodes, shl(5, i)), x)
            }
        }
    }

    /// @notice Index of the first value that is at most `limit`, or {NONE}.
    function find(uint256[] memory tree, uint256 limit) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            let nodes := add(tree, 0x20)
            switch gt(mload(add(nodes, 0x20)), limit)
            case 1 {
                index := not(0)
            }
            default {
                let leaves := shr(1, mload(tree))
                index := 1
                for {} lt(index, leaves) {} {
                    index := shl(1, index)
                    index := add(index, gt(mload(add(nodes, shl(5, index))), limit))
                }
                index := sub(index, leaves)
            }
        }
    }

    /// @notice Removes the value at `index`.
    function remove(uint256[] memory tree, uint256 index) internal pure {
        assembly ("memory-safe") {
            let nodes := add(tree, 0x20)
            let i := add(index, shr(1, mload(tree)))
            mstore(add(nodes, shl(5, i)), not(0))
            for {
                i := shr(1, i)
            } i {
                i := shr(1, i)
            } {
                let child := add(nodes, shl(6, i))
                let x := mload(child)
                let y := mload(add(child, 0x20))
                if lt(y, x) {
                    x := y
                }
                let node := add(nodes, shl(5, i))
                // Nothing further up changes once a minimum stays the same.
                if eq(mload(node), x) {
                    break
                }
                mstore(node, x)
            }
        }
    }
}
