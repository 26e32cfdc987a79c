// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { People } from "../People.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Frames are cleared, and time passes
/// @notice Anyone clears; nobody does at times.
contract FramesHandler is Handler {
    constructor(World world) Handler(world) {}

    /// @notice Anyone clears the next frame in its window.
    function clear(uint256 seed) external resumed {
        _clear(_toWindow(seed), seed % 2 == 0 ? People.STRANGER : People.pile(_pile(seed)));
    }

    /// @notice Some frames are cleared one after the other, so that orders wait, run out and meet the grid.
    function clearOn(uint256 seed) external resumed {
        uint256 count = _in(seed, 2, 5);
        for (uint256 i; i < count; ++i) _clear(_toWindow(_mix(seed, i)), People.STRANGER);
    }

    /// @notice Time passes, into another phase or over some frames that nobody clears.
    function elapse(uint256 seed) external resumed {
        uint256 seconds_ = seed % 12 == 0 ? FRAME_SECONDS * _in(_mix(seed, 1), 1, 3) : _in(seed, 0, FRAME_SECONDS / 4);
        WORLD.elapse(block.timestamp + seconds_);
    }
}
