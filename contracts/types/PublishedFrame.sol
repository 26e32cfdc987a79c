// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The grid operator's publication for one frame, in one word. Zero where nothing is published.
///
/// ```
///  bits      field       meaning
///  0..31     frame       the frame, so that a reused slot cannot be mistaken for another frame
///  32..63    baseLoadW   P_home, W, signed
///  64..87    import      r(t), ticks
///  88..111   export      x(t), ticks
///  112..135  wheeling    w(t), ticks
/// ```
type PublishedFrame is uint256;

using PublishedFrameLib for PublishedFrame global;

/// @title Reading and writing the fields of a {PublishedFrame}
/// @notice The grid operator's publication for a frame.
library PublishedFrameLib {
    uint256 internal constant MAX_TARIFF_TICKS = type(uint24).max;

    /// @notice Packs a publication; the caller has checked every range.
    function pack(
        uint256 frame_,
        int32 baseLoadW_,
        uint256 importTicks_,
        uint256 exportTicks_,
        uint256 wheelingTicks_
    ) internal pure returns (PublishedFrame) {
        return
            PublishedFrame.wrap(
                frame_ |
                    // The bits of a signed field, as they are.
                    // forge-lint: disable-next-line(unsafe-typecast)
                    (uint256(uint32(baseLoadW_)) << 32) |
                    (importTicks_ << 64) |
                    (exportTicks_ << 88) |
                    (wheelingTicks_ << 112)
            );
    }

    /// @notice The frame that this word is about.
    function frame(PublishedFrame p) internal pure returns (uint256) {
        return PublishedFrame.unwrap(p) & type(uint32).max;
    }

    /// @notice P_home, W.
    function baseLoadW(PublishedFrame p) internal pure returns (int256) {
        return int32(uint32(PublishedFrame.unwrap(p) >> 32));
    }

    /// @notice Import tariff r(t), ticks.
    function importTicks(PublishedFrame p) internal pure returns (uint256) {
        return (PublishedFrame.unwrap(p) >> 64) & MAX_TARIFF_TICKS;
    }

    /// @notice Export tariff x(t), ticks.
    function exportTicks(PublishedFrame p) internal pure returns (uint256) {
        return (PublishedFrame.unwrap(p) >> 88) & MAX_TARIFF_TICKS;
    }

    /// @notice Wheeling charge w(t), ticks.
    function wheelingTicks(PublishedFrame p) internal pure returns (uint256) {
        return (PublishedFrame.unwrap(p) >> 112) & MAX_TARIFF_TICKS;
    }
}
