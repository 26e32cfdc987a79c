// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of forge's cheat codes that the campaign uses
/// @notice Calls to forge's own EVM; the names and meanings are forge's.
interface Vm {
    /// @notice A recorded log.
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice Sets the block's time, s.
    function warp(uint256 timestamp) external;

    /// @notice Sets the block's number.
    function roll(uint256 number) external;

    /// @notice Makes the next call come from `sender`.
    function prank(address sender) external;

    /// @notice Signs a hash.
    function sign(uint256 key, bytes32 hash) external pure returns (uint8 v, bytes32 r, bytes32 s);

    /// @notice Address of a private key.
    function addr(uint256 key) external pure returns (address);

    /// @notice Begins to record logs, from an empty list.
    function recordLogs() external;

    /// @notice Logs since the last call of this or of {recordLogs}.
    function getRecordedLogs() external returns (Log[] memory logs);

    /// @notice A contract's storage slot.
    function load(address target, bytes32 slot) external view returns (bytes32 value);

    /// @notice Writes a contract's storage slot.
    function store(address target, bytes32 slot, bytes32 value) external;

    /// @notice Creation code of an artifact.
    function getCode(string calldata artifact) external view returns (bytes memory);

    /// @notice Appends a line to a file.
    function writeLine(string calldata path, string calldata line) external;

    /// @notice A number in decimals.
    function toString(uint256 value) external pure returns (string memory);
}

/// @dev Where forge answers cheat codes.
Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
