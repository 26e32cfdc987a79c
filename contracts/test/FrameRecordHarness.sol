// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { FrameRecord, FrameRecordLib } from "../types/FrameRecord.sol";

/// @title Records of cleared frames, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract FrameRecordHarness {
    /// @notice {FrameRecordLib.pack}.
    function packRecord(uint256 frame, int256 loadW, bytes32 hash) external pure returns (FrameRecord) {
        return FrameRecordLib.pack(frame, loadW, hash);
    }

    /// @notice Every reader of {FrameRecordLib}, and {FrameRecordLib.withDigest}.
    function readRecord(
        FrameRecord r,
        bytes32 hash
    ) external pure returns (uint256 frame, int256 loadW, bool open, bool matches, FrameRecord next) {
        return (r.frame(), r.loadW(), r.isOpen(), r.matches(hash), r.withDigest(hash));
    }
}
