// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill, FillLib } from "../types/Fill.sol";
import { DeliveryMath } from "./DeliveryMath.sol";
import { Parties } from "./Parties.sol";
import { Words } from "./Words.sol";

/// @title Collecting what a frame's piles owe
/// @notice For the frames in which somebody may be unable to pay: other piles come first, in the order of the fills, then
/// the grid, and surplus is paid for only as far as the operator's account lasts.
library Collection {
    /// @dev Prices have 64 bits, energies 24, and a buyer pays at most twice its price: amounts stay below 2^80.
    uint256 private constant BITS = 80;
    uint256 private constant MASK = (1 << BITS) - 1;

    /// @notice What a fill still moves: from its buyer to its seller, back, and from the grid to its seller, money units.
    function pack(uint256 toSeller, uint256 toBuyer, uint256 surplus) internal pure returns (uint256) {
        return toSeller | (toBuyer << BITS) | (surplus << (2 * BITS));
    }

    /// @notice Works out who can pay what, and takes out of what piles earn what nobody pays them. What a pile owes stays
    /// as it is: the market makes a debt of what it lacks.
    /// @param table the piles, with their means
    /// @param dues what each fill still moves
    /// @param budget the operator's account and what of the set-aside goes back to it, money units
    function collect(
        Parties.Table memory table,
        Fill[] calldata fills,
        uint256[] memory dues,
        uint256 budget
    ) internal pure {
        for (uint256 i; i < fills.length; ++i) {
            uint256 due = Words.at(dues, i) & MASK;
            Fill fill = FillLib.at(fills, i);
            if (due != 0) _move(table.byPile[fill.buy()], table.byPile[fill.sell()], due);
        }
        for (uint256 i; i < fills.length; ++i) {
            uint256 due = (Words.at(dues, i) >> BITS) & MASK;
            Fill fill = FillLib.at(fills, i);
            if (due != 0) _move(table.byPile[fill.sell()], table.byPile[fill.buy()], due);
        }
        for (uint256 i; i < table.list.length; ++i) {
            Parties.Party memory party = table.list[i];
            budget += DeliveryMath.min(party.owedGrid, party.means);
        }
        paySurplus(table, fills, dues, budget);
    }

    /// @notice Pays for surplus in the order of the fills while the operator's account lasts.
    function paySurplus(
        Parties.Table memory table,
        Fill[] calldata fills,
        uint256[] memory dues,
        uint256 budget
    ) internal pure {
        for (uint256 i; i < fills.length; ++i) {
            uint256 amount = DeliveryMath.min(Words.at(dues, i) >> (2 * BITS), budget);
            if (amount == 0) continue;
            budget -= amount;
            table.byPile[FillLib.at(fills, i).sell()].earned += amount;
        }
    }

    /// @dev Moves what there is of a due; the rest is not earned.
    function _move(Parties.Party memory from, Parties.Party memory to, uint256 due) private pure {
        uint256 amount = DeliveryMath.min(due, from.means);
        from.means -= amount;
        to.means += amount;
        to.earned -= due - amount;
    }
}
