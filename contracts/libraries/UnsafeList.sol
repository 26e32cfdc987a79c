// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Lists of words in memory without bounds checks
/// @notice The clearing's inner loops walk lists whose bounds hold by construction. Solidity's own arrays would check
/// each access again and zero memory that is about to be overwritten.
/// Warning: every index must be below the reserved capacity; nothing here checks it.
library UnsafeList {
    /// @notice An empty list with room for `capacity` words.
    function reserve(uint256 capacity) internal pure returns (uint256[] memory list) {
        assembly ("memory-safe") {
            list := mload(0x40)
            mstore(list, 0)
            mstore(0x40, add(add(list, 0x20), shl(5, capacity)))
        }
    }

    /// @notice Two empty lists, the second of them directly behind the first one's room.
    function reserveTwo(
        uint256 firstCapacity,
        uint256 secondCapacity
    ) internal pure returns (uint256[] memory first, uint256[] memory second) {
        assembly ("memory-safe") {
            first := mload(0x40)
            mstore(first, 0)
            second := add(add(first, 0x20), shl(5, firstCapacity))
            mstore(second, 0)
            mstore(0x40, add(add(second, 0x20), shl(5, secondCapacity)))
        }
    }

    /// @notice Appends `word`.
    function push(uint256[] memory list, uint256 word) internal pure {
        assembly ("memory-safe") {
            let length := add(mload(list), 1)
            mstore(list, length)
            mstore(add(list, shl(5, length)), word)
        }
    }

    /// @notice The word at `index`.
    function get(uint256[] memory list, uint256 index) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(list, 0x20), shl(5, index)))
        }
    }

    /// @notice Overwrites the word at `index`.
    function set(uint256[] memory list, uint256 index, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 0x20), shl(5, index)), word)
        }
    }

    /// @notice Shortens (or, within its capacity, lengthens) the list.
    function setLength(uint256[] memory list, uint256 length) internal pure {
        assembly ("memory-safe") {
            mstore(list, length)
        }
    }
}
