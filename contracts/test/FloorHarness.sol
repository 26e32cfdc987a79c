// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Runs a bare EVM program
/// @notice Its code is the program it is given, with no dispatcher and no checks, so that a call costs what the
/// program's instructions cost and nothing else. The gas floors are measured by it.
contract FloorHarness {
    /// @notice Becomes the program.
    /// @param filledSlots slots 0 to `filledSlots - 1` start non-zero, as state that has been used before does
    /// @param program the runtime code
    constructor(uint256 filledSlots, bytes memory program) {
        assembly ("memory-safe") {
            for {
                let slot := 0
            } lt(slot, filledSlots) {
                slot := add(slot, 1)
            } {
                sstore(slot, 1)
            }
            return(add(program, 0x20), mload(program))
        }
    }
}
