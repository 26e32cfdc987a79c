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
///  136..159  expected    load expected of orders, W, signed
///  160..239  lags        ten bytes: by how many frames those orders come before this one, a tenth of the load each
/// ```
///
/// In a frozen book `expected` is the part of it that orders bring which are not in the book, and the lags are zero; see
/// {PublishedFrameLib-asForeseen}.
type PublishedFrame is uint256;

using PublishedFrameLib for PublishedFrame global;

/// @title Reading and writing the fields of a {PublishedFrame}
/// @notice The grid operator's publication for a frame.
library PublishedFrameLib {
    uint256 internal constant MAX_TARIFF_TICKS = type(uint24).max;

    uint256 private constant EXPECTED_SHIFT = 136;
    uint256 private constant LAGS_SHIFT = 160;
    uint256 private constant TARIFFS_MASK = (1 << EXPECTED_SHIFT) - 1;
    uint256 private constant LAGS_MASK = type(uint80).max;
    int256 private constant TENTHS = 10;
    /// @dev The lowest and the highest bit of each of the ten bytes of the lags.
    uint256 private constant EACH_LAG = 0x01010101010101010101;
    uint256 private constant HIGH_BITS = EACH_LAG << 7;

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

    /// @notice A publication with a load that is expected of orders; it must have none yet.
    /// @param lags ten bytes: a tenth of that load comes of orders whose first frame is so many frames earlier
    function withExpected(PublishedFrame p, int24 loadW, bytes10 lags) internal pure returns (PublishedFrame) {
        return
            PublishedFrame.wrap(
                PublishedFrame.unwrap(p) |
                    // The bits of a signed field, as they are.
                    // forge-lint: disable-next-line(unsafe-typecast)
                    (uint256(uint24(loadW)) << EXPECTED_SHIFT) |
                    (uint256(uint80(lags)) << LAGS_SHIFT)
            );
    }

    /// @notice The publication as the score of a round counts it that begins `offset` frames earlier: of the expected load,
    /// towards zero, the tenths whose lag is less than that. The other tenths come of orders of the round's frame or earlier
    /// ones, which are in the book.
    /// @param offset at most 127
    function asForeseen(PublishedFrame p, uint256 offset) internal pure returns (PublishedFrame) {
        uint256 word = PublishedFrame.unwrap(p);
        int256 loadW = p.expectedLoadW();
        if (loadW == 0) return PublishedFrame.wrap(word & TARIFFS_MASK);
        unchecked {
            uint256 lags = (word >> LAGS_SHIFT) & LAGS_MASK;
            // The high bit of each lag that is not less than the offset: set by itself, or not borrowed by taking the offset
            // off. No byte borrows of the next.
            uint256 reached = (((lags | HIGH_BITS) - offset * EACH_LAG) | lags) & HIGH_BITS;
            // Their number gathers in the highest of the ten bytes.
            // forge-lint: disable-next-line(unsafe-typecast)
            int256 tenths = TENTHS - int256((((reached >> 7) * EACH_LAG) >> 72) & 0xff);
            // At most the expected load.
            // forge-lint: disable-next-line(unsafe-typecast)
            int24 foreseenW = int24((loadW * tenths) / TENTHS);
            return PublishedFrame.wrap(word & TARIFFS_MASK).withExpected(foreseenW, 0);
        }
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

    /// @notice Load expected of orders, W.
    function expectedLoadW(PublishedFrame p) internal pure returns (int256) {
        // The bits of a signed field, as they are.
        // forge-lint: disable-next-line(unsafe-typecast)
        return int24(uint24(PublishedFrame.unwrap(p) >> EXPECTED_SHIFT));
    }
}
