// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Memory as it may be in the market
/// @notice Memory is dirty before every function that allocates; what lies beyond the memory that it allocated
/// must stay as it was.
abstract contract DirtyMemory {
    /// @dev Words that are made dirty beyond those that a function may allocate.
    uint256 private constant SPARE_WORDS = 512;
    /// @dev Stands next to what is handed to a function.
    uint256 private constant CANARY = 0xc0ffee;
    /// @dev Value that memory is made dirty with: large, so that it shows where it is taken for 0, and nothing that a
    /// library itself writes.
    uint256 private constant DIRT = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd1d1d;

    /// @notice A function wrote where it had nothing to write.
    error MemoryViolated();

    /// @dev A copy with a canary right behind it.
    function _copyWithCanary(uint256[] memory list) internal pure returns (uint256[] memory copy) {
        copy = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) copy[i] = list[i];
        uint256[] memory canary = new uint256[](1);
        canary[0] = CANARY;
    }

    /// @dev Whether the canary behind a copy is still there, length and all.
    function _requireCanary(uint256[] memory copy) internal pure {
        uint256 length;
        uint256 word;
        assembly ("memory-safe") {
            let canary := add(add(copy, 0x20), shl(5, mload(copy)))
            length := mload(canary)
            word := mload(add(canary, 0x20))
        }
        if (length != 1 || word != CANARY) revert MemoryViolated();
    }

    /// @dev Fills memory that nobody has allocated: what a function may allocate, and more.
    function _dirtyFreeMemory(uint256 wordCount) internal pure returns (uint256 end) {
        wordCount += SPARE_WORDS;
        assembly ("memory-safe") {
            let at := mload(0x40)
            end := add(at, shl(5, wordCount))
            for {} lt(at, end) {
                at := add(at, 0x20)
            } {
                mstore(at, DIRT)
            }
        }
    }

    /// @dev Reverts unless the dirt from `at` to `end` is all there.
    function _requireUntouchedFrom(uint256 place, uint256 end) internal pure {
        bool touched = place > end;
        assembly ("memory-safe") {
            for {} lt(place, end) {
                place := add(place, 0x20)
            } {
                touched := or(touched, iszero(eq(mload(place), DIRT)))
            }
        }
        if (touched) revert MemoryViolated();
    }

    /// @dev The free-memory pointer.
    function _freeMemory() internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }
}
