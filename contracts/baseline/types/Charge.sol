// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How one EV charges: a run of frames at one power and, in the frame after it, what is left.
///
/// ```
///  bits      field        meaning
///  0..23     restWh       moved in the frame after the full ones, Wh; 0 = nothing
///  24..47    frameWh      moved in each full frame, Wh
///  48..55    fullFrames   frames at frameWh
///  56..63    firstFrame   the first of them
/// ```
type Charge is uint64;

using ChargeLib for Charge global;

/// @title Reading and writing the fields of a {Charge}
/// @notice Frames count from the first frame of the run.
library ChargeLib {
    /// @notice Packs a charge.
    function pack(
        uint256 firstFrame_,
        uint256 fullFrames_,
        uint256 frameWh_,
        uint256 restWh_
    ) internal pure returns (Charge) {
        // The fields fill 64 bits: eight for each count of frames, 24 for each energy.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Charge.wrap(uint64((firstFrame_ << 56) | (fullFrames_ << 48) | (frameWh_ << 24) | restWh_));
    }

    /// @notice First frame of the charge.
    function firstFrame(Charge c) internal pure returns (uint256) {
        return Charge.unwrap(c) >> 56;
    }

    /// @notice Frames at {frameWh}.
    function fullFrames(Charge c) internal pure returns (uint256) {
        return (Charge.unwrap(c) >> 48) & 0xff;
    }

    /// @notice Energy of each full frame, Wh.
    function frameWh(Charge c) internal pure returns (uint256) {
        return (Charge.unwrap(c) >> 24) & 0xffffff;
    }

    /// @notice Energy of the frame after the full ones, Wh.
    function restWh(Charge c) internal pure returns (uint256) {
        return Charge.unwrap(c) & 0xffffff;
    }

    /// @notice The frame after the last one in which anything moves.
    function endFrame(Charge c) internal pure returns (uint256) {
        return c.firstFrame() + c.fullFrames() + (c.restWh() == 0 ? 0 : 1);
    }
}
