// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState } from "./PileState.sol";

/// @notice One order during a clearing: sort key first, then the fields for matching. Lives in memory only.
///
/// ```
///  bits      field         meaning
///  0..15     pile          index of the pile
///  16..39    leftWh        displayed quantity that is still unmatched
///  40..63    price         limit, ticks
///  64        gridEligible  a bid that may be filled from the grid in this frame
///  184..223  sequence      number of placement
///  224..231  waited        frames waited            } before ranking: sorts by price, best first
///  232..255  priceKey      price, inverted for bids }
///  224..255  f             priority                 } after ranking: sorts by (f, sequence)
/// ```
type BookEntry is uint256;

using BookEntryLib for BookEntry global;

/// @title Reading and writing the fields of a {BookEntry}
/// @notice An order during a clearing.
library BookEntryLib {
    uint256 internal constant PRICE_SHIFT = 40;
    uint256 internal constant PRICE_MASK = type(uint24).max;

    uint256 private constant LEFT_SHIFT = 16;
    uint256 private constant LEFT_MASK = type(uint24).max;
    uint256 private constant GRID_ELIGIBLE_BIT = 1 << 64;
    uint256 private constant SEQUENCE_SHIFT = 184;
    uint256 private constant WAITED_SHIFT = 224;
    uint256 private constant KEY_SHIFT = 232;
    uint256 private constant RANKED_PART = (1 << WAITED_SHIFT) - 1;

    /// @notice The entry of a live order, sorting by price.
    /// @param tagged the order's slot, {PileStateLib.taggedWith} its pile
    function pack(PileState tagged, uint256 waited, bool charge, bool gridEligible) internal pure returns (BookEntry) {
        unchecked {
            uint256 price = tagged.priceTicks();
            uint256 word = tagged.balance() | (tagged.displayedWh() << LEFT_SHIFT) | (price << PRICE_SHIFT);
            word |= (tagged.sequence() << SEQUENCE_SHIFT) | (waited << WAITED_SHIFT);
            word |= (charge ? PRICE_MASK - price : price) << KEY_SHIFT;
            return BookEntry.wrap(gridEligible ? word | GRID_ELIGIBLE_BIT : word);
        }
    }

    /// @notice Index of the pile.
    function pile(BookEntry e) internal pure returns (uint256) {
        return BookEntry.unwrap(e) & type(uint16).max;
    }

    /// @notice Displayed quantity that is still unmatched, Wh.
    function leftWh(BookEntry e) internal pure returns (uint256) {
        return (BookEntry.unwrap(e) >> LEFT_SHIFT) & LEFT_MASK;
    }

    /// @notice Limit price, ticks.
    function priceTicks(BookEntry e) internal pure returns (uint256) {
        return (BookEntry.unwrap(e) >> PRICE_SHIFT) & PRICE_MASK;
    }

    /// @notice Whether this bid may be filled from the grid in this frame.
    function isGridEligible(BookEntry e) internal pure returns (bool) {
        return BookEntry.unwrap(e) & GRID_ELIGIBLE_BIT != 0;
    }

    /// @notice Number of placement.
    function sequence(BookEntry e) internal pure returns (uint256) {
        return (BookEntry.unwrap(e) >> SEQUENCE_SHIFT) & type(uint40).max;
    }

    /// @notice Frames waited; before ranking.
    function waitedFrames(BookEntry e) internal pure returns (uint256) {
        return (BookEntry.unwrap(e) >> WAITED_SHIFT) & 0xff;
    }

    /// @notice Priority f; after ranking.
    function priority(BookEntry e) internal pure returns (uint256) {
        return BookEntry.unwrap(e) >> WAITED_SHIFT;
    }

    /// @notice The entry with its priority in place of the price key.
    function withPriority(BookEntry e, uint256 f) internal pure returns (BookEntry) {
        return BookEntry.wrap((BookEntry.unwrap(e) & RANKED_PART) | (f << WAITED_SHIFT));
    }

    /// @notice The entry after a fill of at most {leftWh}.
    function withFill(BookEntry e, uint256 energyWh) internal pure returns (BookEntry) {
        unchecked {
            return BookEntry.wrap(BookEntry.unwrap(e) - (energyWh << LEFT_SHIFT));
        }
    }
}
