// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Custom errors, thrown or as data
/// @notice A single order throws its refusal, a batch reports it. One encoder for each number of fields keeps the
/// market's code small: each `revert` and each `abi.encodeWithSelector` of Solidity's own would encode for itself.
library Refusals {
    /// @notice Throws an error with one field.
    function raise(bytes4 selector, uint256 a) internal pure {
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, a)
            revert(0, 0x24)
        }
    }

    /// @notice Throws an error about an account.
    function raise(bytes4 selector, address a) internal pure {
        raise(selector, uint256(uint160(a)));
    }

    /// @notice Throws an error with two fields.
    function raise(bytes4 selector, uint256 a, uint256 b) internal pure {
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, a)
            mstore(0x24, b)
            revert(0, 0x44)
        }
    }

    /// @notice Throws an encoded error; does nothing where it is empty.
    function raise(bytes memory refusal) internal pure {
        if (refusal.length != 0) _raise(refusal);
    }

    /// @notice An error without fields.
    function encode(bytes4 selector) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector);
    }

    /// @notice An error with one field.
    function encode(bytes4 selector, uint256 a) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a);
    }

    /// @notice An error with two fields.
    function encode(bytes4 selector, uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    /// @notice An error with three fields.
    function encode(bytes4 selector, uint256 a, uint256 b, uint256 c) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b, c);
    }

    /// @dev Throws an encoded error.
    function _raise(bytes memory refusal) private pure {
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }
}
