// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookEntry, BookEntryLib } from "../types/BookEntry.sol";
import { PileState } from "../types/PileState.sol";

/// @title Entries of a ranked book, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract BookEntryHarness {
    /// @notice Fields of a {BookEntry}; those that share bits are all read.
    struct EntryFields {
        uint256 pile;
        uint256 leftWh;
        uint256 price;
        bool gridEligible;
        uint256 sequence;
        uint256 waited;
        uint256 priority;
    }

    /// @notice {BookEntryLib.pack} of a slot that {PileStateLib.taggedWith} its pile.
    function packEntry(
        PileState s,
        uint256 pile,
        uint256 waited,
        bool charge,
        bool gridEligible
    ) external pure returns (BookEntry) {
        return BookEntryLib.pack(s.taggedWith(pile), waited, charge, gridEligible);
    }

    /// @notice Every reader of {BookEntryLib}.
    function readEntry(BookEntry e) external pure returns (EntryFields memory f) {
        f.pile = e.pile();
        f.leftWh = e.leftWh();
        f.price = e.priceTicks();
        f.gridEligible = e.isGridEligible();
        f.sequence = e.sequence();
        f.waited = e.waitedFrames();
        f.priority = e.priority();
    }

    /// @notice {BookEntryLib.withPriority}.
    function withPriority(BookEntry e, uint256 priority) external pure returns (BookEntry) {
        return e.withPriority(priority);
    }

    /// @notice {BookEntryLib.withFill}.
    function withEntryFill(BookEntry e, uint256 energyWh) external pure returns (BookEntry) {
        return e.withFill(energyWh);
    }
}
