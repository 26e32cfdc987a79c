// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill, FillLib } from "../types/Fill.sol";
import { Meter } from "../types/Meter.sol";
import { Posting, PostingLib } from "../types/Posting.sol";
import { DeliveryMath } from "./DeliveryMath.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title The piles of a frame that is being settled, in memory
/// @notice Found by their numbers, walked in the order of their first fills.
library SettlementAccounts {
    /// @dev The match filled it.
    uint256 internal constant MATCHED = 1;
    /// @dev A round's execution filled it.
    uint256 internal constant EXECUTED = 2;

    /// @notice A pile with fills.
    /// @param pile its number
    /// @param buyer whether it buys; a pile's fills of a frame are all of one side
    /// @param meter its meter as it counts for the frame
    /// @param metered whether its reading is there
    /// @param consumedWh metered consumption; presumed where silent
    /// @param producedWh metered production; presumed where silent
    /// @param fillsLeft fills still without attributed energy
    /// @param consumedLeftWh consumption still to be attributed
    /// @param producedLeftWh production still to be attributed
    /// @param parts {MATCHED} and {EXECUTED}: the parts of the frame that filled it; each set its margin aside
    /// @param waits whether it, or somebody that it trades with directly or through others, has no reading yet
    /// @param secured money that its fills and margins set aside, and that the operator's account set aside for its
    /// exports, money units
    /// @param earned dues of others to it
    /// @param owed its dues to piles and the grid
    /// @param agreedWh energy that its credit is judged by
    /// @param creditedWh part of it that counts as delivered
    struct Party {
        uint256 pile;
        bool buyer;
        Meter meter;
        bool metered;
        uint256 consumedWh;
        uint256 producedWh;
        uint256 fillsLeft;
        uint256 consumedLeftWh;
        uint256 producedLeftWh;
        uint256 parts;
        bool waits;
        uint256 secured;
        uint256 earned;
        uint256 owed;
        uint256 agreedWh;
        uint256 creditedWh;
    }

    /// @notice All parties of a frame.
    /// @dev Elements are read from these arrays directly: a function that returned one would allocate another first.
    /// @param byPile each pile's party by its number; of piles without fills there is none, see {has}
    /// @param list the same in the order of their first fills
    struct Table {
        Party[] byPile;
        Party[] list;
    }

    /// @notice The piles of `fills`.
    /// @param matched number of fills that the match made
    function collect(Fill[] calldata fills, uint256 matched) internal pure returns (Table memory table) {
        uint256 last;
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.get(fills, i);
            uint256 seller = fill.sell();
            uint256 buyer = fill.buy();
            if (seller > last) last = seller;
            if (buyer > last) last = buyer;
        }
        uint256[] memory byPile = new uint256[](last + 1);
        uint256[] memory list = UnsafeList.reserve(last);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.get(fills, i);
            uint256 part = i < matched ? MATCHED : EXECUTED;
            if (fill.sell() != FillLib.GRID) _enter(byPile, list, fill.sell(), false, part);
            if (fill.buy() != FillLib.GRID) _enter(byPile, list, fill.buy(), true, part);
        }
        // An array of structs is a list of memory pointers.
        assembly ("memory-safe") {
            mstore(table, byPile)
            mstore(add(table, 0x20), list)
        }
    }

    /// @notice Whether a pile has fills.
    function has(Table memory table, uint256 pile) internal pure returns (bool found) {
        Party[] memory byPile = table.byPile;
        if (pile >= byPile.length) return false;
        assembly ("memory-safe") {
            found := iszero(iszero(mload(add(add(byPile, 0x20), shl(5, pile)))))
        }
    }

    /// @notice Whether the settlement changes a pile's account or credit.
    function isChanged(Party memory party) internal pure returns (bool) {
        return party.secured + party.earned != party.owed || party.agreedWh != 0;
    }

    /// @notice Sets the energy that a pile moved in the frame.
    function setEnergy(Party memory party, uint256 consumedWh, uint256 producedWh) internal pure {
        party.consumedWh = consumedWh;
        party.producedWh = producedWh;
        party.consumedLeftWh = consumedWh;
        party.producedLeftWh = producedWh;
    }

    /// @notice Attributes energy to a pile's next fill: up to the agreed energy, and all of the rest to its last one.
    /// @return consumedWh consumption of this fill
    /// @return producedWh production of this fill
    function attribute(
        Party memory party,
        uint256 agreedWh
    ) internal pure returns (uint256 consumedWh, uint256 producedWh) {
        consumedWh = party.consumedLeftWh;
        producedWh = party.producedLeftWh;
        unchecked {
            if (--party.fillsLeft != 0) {
                if (consumedWh > agreedWh) consumedWh = agreedWh;
                if (producedWh > agreedWh) producedWh = agreedWh;
            }
            party.consumedLeftWh -= consumedWh;
            party.producedLeftWh -= producedWh;
        }
    }

    /// @notice A pile's posting: the settlement's effect on it.
    function posting(Party memory party) internal pure returns (Posting) {
        unchecked {
            return
                PostingLib.pack(
                    party.pile,
                    party.agreedWh,
                    party.creditedWh,
                    party.consumedWh,
                    party.producedWh,
                    !party.metered,
                    // Dues never exceed the money set aside for them.
                    DeliveryMath.above(party.secured + party.earned, party.owed)
                );
        }
    }

    /// @dev Counts a fill of a pile.
    function _enter(
        uint256[] memory byPile,
        uint256[] memory list,
        uint256 pile,
        bool buyer,
        uint256 part
    ) private pure {
        if (UnsafeList.get(byPile, pile) == 0) {
            Party memory party;
            party.pile = pile;
            uint256 place;
            assembly ("memory-safe") {
                place := party
            }
            UnsafeList.set(byPile, pile, place);
            UnsafeList.push(list, place);
        }
        Party[] memory parties;
        assembly ("memory-safe") {
            parties := byPile
        }
        _count(parties[pile], buyer, part);
    }

    /// @dev Counts a fill.
    function _count(Party memory party, bool buyer, uint256 part) private pure {
        unchecked {
            ++party.fillsLeft;
        }
        party.parts |= part;
        if (buyer) party.buyer = true;
    }
}
