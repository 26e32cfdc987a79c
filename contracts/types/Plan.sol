// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A plan in calldata
/// @notice Six bytes a frame, from the round's frame on: 24 bits of energy to draw from the grid, then 24 bits to
/// discharge to it, Wh, big-endian. Totals alone: 24 frames are 144 bytes, and nobody can be favoured.
library PlanLib {
    uint256 internal constant BYTES_PER_FRAME = 6;

    /// @notice Totals of one frame.
    /// @param offset frames after the round's; below the plan's length over six
    /// @return drawWh energy to draw from the grid, Wh
    /// @return dischargeWh energy to discharge to it, Wh
    function totals(bytes calldata plan, uint256 offset) internal pure returns (uint256 drawWh, uint256 dischargeWh) {
        uint256 word;
        assembly ("memory-safe") {
            word := shr(208, calldataload(add(plan.offset, mul(offset, 6))))
        }
        return (word >> 24, word & type(uint24).max);
    }
}
