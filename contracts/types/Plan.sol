// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A plan in calldata
/// @notice Six bytes a frame, from the round's frame on: 24 bits for the orders that draw from the grid, then 24 bits for
/// those that discharge to it, big-endian; a total in Wh or, by laxity, a level in 2^-17 of a frame. One figure a side:
/// 24 frames are 144 bytes, and nobody can be favoured.
library PlanLib {
    uint256 internal constant BYTES_PER_FRAME = 6;

    /// @notice Figures of one frame.
    /// @param offset frames after the round's; below the plan's length over six
    /// @return draw total or level of the orders that draw from the grid
    /// @return discharge total or level of those that discharge to it
    function figures(bytes calldata plan, uint256 offset) internal pure returns (uint256 draw, uint256 discharge) {
        uint256 word;
        assembly ("memory-safe") {
            word := shr(208, calldataload(add(plan.offset, mul(offset, 6))))
        }
        return (word >> 24, word & type(uint24).max);
    }
}
