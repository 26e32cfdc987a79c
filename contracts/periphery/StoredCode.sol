// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Part of another contract's creation code, kept as data
/// @notice A factory that embeds Market's creation code would exceed 24 KiB, so the code is stored as data (SSTORE2): a
/// stop byte, then the part, which the factory reads.
contract StoredCode {
    /// @notice There is no code to store.
    error EmptyCode();

    /// @notice Becomes the data.
    /// @param code part of a creation code
    constructor(bytes memory code) {
        if (code.length == 0) revert EmptyCode();
        bytes memory data = bytes.concat(hex"00", code);
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }
}
