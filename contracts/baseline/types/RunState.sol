// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice All that is stored of a run, in one word; 0 = never opened.
///
/// ```
///  bits      field        meaning
///  0..15     generation   generations run
///  16..17    phase        1 = open, 2 = concluded
///  open:
///  18..255   digest       238 bits of the hash of the population; 0 before the first individual
///  concluded:
///  18..65    pflW         sum of absolute steps of the schedule's load, W
///  66..113   overloadW    what the load exceeds the limit by, summed over the frames, W
/// ```
type RunState is uint256;

using RunStateLib for RunState global;

/// @title Reading and writing the fields of a {RunState}
/// @notice Stored state of a run of the genetic algorithm.
library RunStateLib {
    uint256 private constant OPEN = 1 << 16;
    uint256 private constant CONCLUDED = 2 << 16;
    uint256 private constant DIGEST_SHIFT = 18;
    uint256 private constant FIGURE_BITS = 48;

    /// @notice A run that has been opened and has no population yet.
    function opened() internal pure returns (RunState) {
        return RunState.wrap(OPEN);
    }

    /// @notice An open run after `generation_` generations.
    /// @param hash keccak256 of the population
    function evolved(uint256 generation_, bytes32 hash) internal pure returns (RunState) {
        return RunState.wrap(generation_ | OPEN | ((uint256(hash) >> DIGEST_SHIFT) << DIGEST_SHIFT));
    }

    /// @notice A concluded run.
    function concluded(uint256 generation_, uint256 pflW_, uint256 overloadW_) internal pure returns (RunState) {
        return
            RunState.wrap(
                generation_ | CONCLUDED | (pflW_ << DIGEST_SHIFT) | (overloadW_ << (DIGEST_SHIFT + FIGURE_BITS))
            );
    }

    /// @notice Generations run.
    function generation(RunState s) internal pure returns (uint256) {
        return RunState.unwrap(s) & type(uint16).max;
    }

    /// @notice Whether more can be done.
    function isOpen(RunState s) internal pure returns (bool) {
        return RunState.unwrap(s) & OPEN != 0;
    }

    /// @notice Whether the result stands.
    function isConcluded(RunState s) internal pure returns (bool) {
        return RunState.unwrap(s) & CONCLUDED != 0;
    }

    /// @notice Whether the open run has no individuals yet.
    function isEmpty(RunState s) internal pure returns (bool) {
        return RunState.unwrap(s) >> DIGEST_SHIFT == 0;
    }

    /// @notice Whether `hash` is that of the open run's population.
    function matches(RunState s, bytes32 hash) internal pure returns (bool) {
        return (RunState.unwrap(s) ^ uint256(hash)) >> DIGEST_SHIFT == 0;
    }
}
