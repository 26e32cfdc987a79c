// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PublishedFrame, PublishedFrameLib } from "../types/PublishedFrame.sol";

/// @title Published frames, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract PublishedFrameHarness {
    /// @notice {PublishedFrameLib.pack}.
    function packPublication(
        uint256 frame,
        int32 baseLoadW,
        uint256 importTicks,
        uint256 exportTicks,
        uint256 wheelingTicks,
        int24 expectedLoadW,
        bytes10 lags
    ) external pure returns (PublishedFrame) {
        PublishedFrame p = PublishedFrameLib.pack(frame, baseLoadW, importTicks, exportTicks, wheelingTicks);
        return p.withExpected(expectedLoadW, lags);
    }

    /// @notice {PublishedFrameLib.asForeseen}.
    function asForeseen(PublishedFrame p, uint256 offset) external pure returns (PublishedFrame) {
        return p.asForeseen(offset);
    }

    /// @notice Every reader of {PublishedFrameLib}.
    function readPublication(
        PublishedFrame p
    )
        external
        pure
        returns (
            uint256 frame,
            int256 baseLoadW,
            uint256 importTicks,
            uint256 exportTicks,
            uint256 wheelingTicks,
            int256 expectedLoadW
        )
    {
        return (p.frame(), p.baseLoadW(), p.importTicks(), p.exportTicks(), p.wheelingTicks(), p.expectedLoadW());
    }
}
