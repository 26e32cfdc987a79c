// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Loads of eight frames in one word
/// @notice A load profile is a run of 32-bit lanes in memory, the earliest frame first, each the feeder's load in W. An
/// `mload` at four times a frame's number takes that frame and the seven after it, wherever they lie in their words, so
/// that a charge of up to seven frames and a rest is added by one addition, and eight steps of the load are measured by
/// one subtraction. The lane before the first one is the load before the day; lanes after the last one are zero.
///
/// Loads are below 2^24 W and profiles at most 192 frames, so that neither a lane nor a sum of lanes overflows. Whoever
/// builds a profile holds to that; nothing here checks it.
library LoadLanes {
    /// @notice Lanes in a word.
    uint256 internal constant LANES = 8;
    /// @notice Loads that a lane can hold with room for every sum, W: less than this.
    uint256 internal constant LOAD_BOUND_W = 1 << 24;
    /// @notice Frames for which no sum of lanes overflows.
    uint256 internal constant MOST_FRAMES = 192;
    /// @notice One in each lane.
    uint256 internal constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    /// @notice The highest bit of each lane.
    uint256 internal constant SIGNS = 0x8000000080000000800000008000000080000000800000008000000080000000;

    /// @notice The word that {add} works with.
    /// @param frameW power of each full frame, W
    /// @param restW power of the frame after them, W
    /// @return pattern seven lanes of `frameW` and one of `restW`
    function patternOf(uint256 frameW, uint256 restW) internal pure returns (uint256 pattern) {
        unchecked {
            pattern = ((frameW * ONES) << 32) | restW;
        }
    }

    /// @notice The form of a charge, for {add}: from the highest byte of its low 32 bits the number of starts, the
    /// first of them, whole words of full frames, and the shift of the pattern for the frames beyond them.
    /// @param firstFrame earliest frame that the charge can start in
    /// @param starts number of frames that it can start in
    /// @param fullFrames frames at full power
    function shapeOf(uint256 firstFrame, uint256 starts, uint256 fullFrames) internal pure returns (uint256 shape) {
        unchecked {
            shape = (starts << 24) | (firstFrame << 16) | ((fullFrames >> 3) << 8) | (224 - 32 * (fullFrames & 7));
        }
    }

    /// @notice Adds a charge to a profile.
    /// @param lanes memory position of the first frame's lane
    /// @param pattern from {patternOf}
    /// @param shape from {shapeOf}
    /// @param choice of start, below 32
    function add(uint256 lanes, uint256 pattern, uint256 shape, uint256 choice) internal pure {
        assembly ("memory-safe") {
            let lane := add(lanes, shl(2, add(byte(29, shape), shr(5, mul(choice, byte(28, shape))))))
            if byte(30, shape) {
                let full := mul(shr(224, pattern), ONES)
                for {
                    let end := add(lane, shl(5, byte(30, shape)))
                } lt(lane, end) {
                    lane := add(lane, 32)
                } {
                    mstore(lane, add(mload(lane), full))
                }
            }
            mstore(lane, add(mload(lane), shl(byte(31, shape), pattern)))
        }
    }

    /// @notice Takes a charge out of a profile that it was added to.
    /// @param lanes memory position of the first frame's lane
    /// @param pattern from {patternOf}
    /// @param shape from {shapeOf}
    /// @param choice of start, below 32
    function remove(uint256 lanes, uint256 pattern, uint256 shape, uint256 choice) internal pure {
        assembly ("memory-safe") {
            let lane := add(lanes, shl(2, add(byte(29, shape), shr(5, mul(choice, byte(28, shape))))))
            if byte(30, shape) {
                let full := mul(shr(224, pattern), ONES)
                for {
                    let end := add(lane, shl(5, byte(30, shape)))
                } lt(lane, end) {
                    lane := add(lane, 32)
                } {
                    mstore(lane, sub(mload(lane), full))
                }
            }
            mstore(lane, sub(mload(lane), shl(byte(31, shape), pattern)))
        }
    }

    /// @notice Sum of the absolute steps of a profile, W [T 4.4], and whether any load is at the limit or above it.
    /// @dev The steps upwards, doubled, less the rise over the whole profile. `2^31 + a - b` has its top bit set where
    /// `a >= b`, and then holds `a - b` below it; lanes are added up by a remainder of 2^32 - 1.
    /// @param lane memory position of the first frame's lane
    /// @param words of the profile
    /// @param last from the first frame's lane to the last one's, bytes
    /// @param limit the limit in each lane
    /// @param signs {SIGNS}, handed in because the compiler would read so long a constant from code at each use
    function steps(
        uint256 lane,
        uint256 words,
        uint256 last,
        uint256 limit,
        uint256 signs
    ) internal pure returns (uint256 stepsW, bool atLimit) {
        assembly ("memory-safe") {
            let rise := sub(and(mload(sub(lane, 32)), 0xffffffff), shr(224, mload(add(lane, last))))
            let full
            for {
                let end := add(lane, shl(5, words))
            } lt(lane, end) {
                lane := add(lane, 32)
            } {
                let raised := or(mload(lane), signs)
                let step := sub(raised, mload(sub(lane, 4)))
                let up := and(step, signs)
                stepsW := add(stepsW, and(step, sub(up, shr(31, up))))
                full := or(full, sub(raised, limit))
            }
            stepsW := add(shl(1, mod(stepsW, 0xffffffff)), rise)
            atLimit := iszero(iszero(and(full, signs)))
        }
    }

    /// @notice Excess of a profile over a limit, summed over its frames, W.
    /// @param lane memory position of the first frame's lane
    /// @param words of the profile
    /// @param limit the limit in each lane
    /// @param signs {SIGNS}
    function overload(
        uint256 lane,
        uint256 words,
        uint256 limit,
        uint256 signs
    ) internal pure returns (uint256 overloadW) {
        assembly ("memory-safe") {
            for {
                let end := add(lane, shl(5, words))
            } lt(lane, end) {
                lane := add(lane, 32)
            } {
                let above := sub(or(mload(lane), signs), limit)
                let up := and(above, signs)
                overloadW := add(overloadW, and(above, sub(up, shr(31, up))))
            }
            overloadW := mod(overloadW, 0xffffffff)
        }
    }
}
