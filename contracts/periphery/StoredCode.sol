// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Part of another contract's creation code, kept as data
/// @notice A factory that names the market's creation code carries it and outgrows the size limit. This contract's own
/// code is a stop byte and that part, for the factory to read.
contract StoredCode {
    /// @notice Nothing to keep.
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
