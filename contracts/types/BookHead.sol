// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice First word of the live-pile bitmap, with the fields that every placement needs.
///
/// ```
///  bits      field     meaning
///  0..207    live      bit i = pile i + 1 may have a live order
///  208..239  sequence  number of the next placement
///  240..247  laps      how often the sequence has started again
///  248       paused    guardian's pause of entry
///  249..251  moreWords how many further words have registered piles
///  255       sentinel  1, so that the word is never zero
/// ```
///
/// Piles 209 and on have their bits in further words of {LIVE_BITS_PER_WORD} bits and a sentinel each.
type BookHead is uint256;

using BookHeadLib for BookHead global;

/// @title Reading and writing the fields of a {BookHead}
/// @notice Live piles, sequence and pause.
library BookHeadLib {
    /// @dev Piles whose live bit is in the head itself.
    uint256 internal constant HEAD_BITS = 208;
    /// @dev Piles per further word.
    uint256 internal constant LIVE_BITS_PER_WORD = 255;
    uint256 internal constant SENTINEL = 1 << 255;

    uint256 private constant SEQUENCE_SHIFT = 208;
    uint256 private constant PAUSED_BIT = 1 << 248;
    uint256 private constant MORE_WORDS_SHIFT = 249;
    uint256 private constant MORE_WORDS_MASK = 7;
    uint256 private constant LIVE_MASK = (1 << HEAD_BITS) - 1;

    /// @notice The head of an empty book.
    function empty() internal pure returns (BookHead) {
        return BookHead.wrap(SENTINEL);
    }

    /// @notice The head's part of the live-pile bitmap.
    function live(BookHead h) internal pure returns (uint256) {
        return BookHead.unwrap(h) & LIVE_MASK;
    }

    /// @notice Number that the next placement gets. It starts again after 2^32 placements, 478 years of 512 piles
    /// placing in every half-hour; then an order placed just before it would lose its ties to those placed after.
    function sequence(BookHead h) internal pure returns (uint256) {
        return (BookHead.unwrap(h) >> SEQUENCE_SHIFT) & type(uint32).max;
    }

    /// @notice Whether entry is paused.
    function isPaused(BookHead h) internal pure returns (bool) {
        return BookHead.unwrap(h) & PAUSED_BIT != 0;
    }

    /// @notice How many words of the bitmap after this one have registered piles.
    function moreWords(BookHead h) internal pure returns (uint256) {
        return (BookHead.unwrap(h) >> MORE_WORDS_SHIFT) & MORE_WORDS_MASK;
    }

    /// @notice The head with another number of further words.
    function withMoreWords(BookHead h, uint256 count) internal pure returns (BookHead) {
        uint256 word = BookHead.unwrap(h) & ~(MORE_WORDS_MASK << MORE_WORDS_SHIFT);
        return BookHead.wrap(word | (count << MORE_WORDS_SHIFT));
    }

    /// @notice The head after one more placement. 2^40 placements are 34 years of a thousand a second.
    function withNextSequence(BookHead h) internal pure returns (BookHead) {
        return BookHead.wrap(BookHead.unwrap(h) + (1 << SEQUENCE_SHIFT));
    }

    /// @notice The head with the live bit of its `index`-th pile set.
    function withLive(BookHead h, uint256 index) internal pure returns (BookHead) {
        return BookHead.wrap(BookHead.unwrap(h) | (1 << index));
    }

    /// @notice The head with other live bits.
    function withLiveBits(BookHead h, uint256 bits) internal pure returns (BookHead) {
        return BookHead.wrap((BookHead.unwrap(h) & ~LIVE_MASK) | bits);
    }

    /// @notice The head with entry paused or open.
    function withPaused(BookHead h, bool paused) internal pure returns (BookHead) {
        uint256 word = BookHead.unwrap(h);
        return BookHead.wrap(paused ? word | PAUSED_BIT : word & ~PAUSED_BIT);
    }
}
