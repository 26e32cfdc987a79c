// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MeterReading, MeterReadingLib } from "../types/MeterReading.sol";

/// @title Meter readings in reused slots
/// @notice A ring of rows, one for each frame until another frame takes it over. Four piles share a word, so that a
/// batch of neighbours shares slots.
///
/// ```
///  bits of a word  field       meaning
///  0..31           frame       the frame, so that a reused word cannot be mistaken for another frame's
///  32..227         four lanes  of 49 bits, pile modulo 4: 1 = known, then consumedWh, then producedWh
/// ```
///
/// The first word of a row belongs to piles 1 to 3 and says which frame holds the row. The caller who opens a row makes
/// sure that the frame before is settled, so words of older frames may be overwritten.
library ReadingRing {
    /// @dev Rows.
    uint256 internal constant FRAMES = 64;
    /// @dev Words of a row: piles have 16 bits.
    uint256 private constant WORDS = 1 << 14;
    uint256 private constant LANE_BITS = 49;
    uint256 private constant ENERGY_BITS = 24;
    uint256 private constant FRAME_MASK = type(uint32).max;

    /// @notice The readings of one market.
    struct Ring {
        uint256[FRAMES * WORDS] words;
    }

    /// @notice The frame that holds the row of `frame`; 0 where none ever did.
    function holder(Ring storage ring, uint256 frame) internal view returns (uint256) {
        return ring.words[_place(0, frame)] & FRAME_MASK;
    }

    /// @notice Gives the row of a frame to it.
    function open(Ring storage ring, uint256 frame) internal {
        ring.words[_place(0, frame)] = frame;
    }

    /// @notice Stores a reading of a frame that holds its row.
    function store(Ring storage ring, MeterReading reading) internal {
        uint256 pile = reading.pile();
        uint256 frame = reading.frame();
        uint256 place = _place(pile, frame);
        uint256 word = ring.words[place];
        if (word & FRAME_MASK != frame) word = frame;
        uint256 lane = 1 | (reading.consumedWh() << 1) | (reading.producedWh() << (1 + ENERGY_BITS));
        ring.words[place] = word | (lane << _shift(pile));
    }

    /// @notice The reading of a pile for a frame.
    /// @return known whether there is one
    /// @return consumedWh energy that the pile took, Wh
    /// @return producedWh energy that it gave, Wh
    function find(
        Ring storage ring,
        uint256 pile,
        uint256 frame
    ) internal view returns (bool known, uint256 consumedWh, uint256 producedWh) {
        uint256 word = ring.words[_place(pile, frame)];
        if (word & FRAME_MASK != frame) return (false, 0, 0);
        uint256 lane = word >> _shift(pile);
        known = lane & 1 != 0;
        consumedWh = (lane >> 1) & MeterReadingLib.MAX_METERED_WH;
        producedWh = (lane >> (1 + ENERGY_BITS)) & MeterReadingLib.MAX_METERED_WH;
    }

    /// @dev Where the word of a pile and frame is.
    function _place(uint256 pile, uint256 frame) private pure returns (uint256) {
        unchecked {
            return (frame % FRAMES) * WORDS + pile / 4;
        }
    }

    /// @dev Where the lane of a pile begins.
    function _shift(uint256 pile) private pure returns (uint256) {
        unchecked {
            return 32 + LANE_BITS * (pile % 4);
        }
    }
}
