// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill, FillLib } from "../types/Fill.sol";
import { SettlementAccounts } from "./SettlementAccounts.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";

/// @title Groups of piles that a settlement takes or leaves together
/// @notice A group is piles that trade with each other, directly or through others. Money of a trade depends on both
/// readings, and a pile's energy on all of its fills, so a group is settled once all of its readings are in.
library Groups {
    /// @notice Marks every pile of a group in which a reading is missing as waiting.
    /// @param table piles, of which those with readings are `metered`
    /// @return complete piles that do not wait
    function markWaiting(
        SettlementAccounts.Table memory table,
        Fill[] calldata fills
    ) internal pure returns (uint256 complete) {
        // A forest by number of pile: each points to another of its group, a root to itself.
        uint256[] memory parents = UnsafeList.reserve(table.byPile.length);
        for (uint256 pile; pile < table.byPile.length; ++pile) UnsafeList.push(parents, pile);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.get(fills, i);
            if (fill.sell() == FillLib.GRID || fill.buy() == FillLib.GRID) continue;
            UnsafeList.set(parents, _root(parents, fill.sell()), _root(parents, fill.buy()));
        }
        SettlementAccounts.Party[] memory list = table.list;
        for (uint256 i; i < list.length; ++i) {
            if (!list[i].metered) table.byPile[_root(parents, list[i].pile)].waits = true;
        }
        for (uint256 i; i < list.length; ++i) {
            list[i].waits = table.byPile[_root(parents, list[i].pile)].waits;
            if (!list[i].waits) ++complete;
        }
    }

    /// @notice Fills of the piles that wait, in their order.
    /// @param matched number of fills that the match made
    /// @return rest_ the fills that are left
    /// @return restMatched number of those that the match made
    function rest(
        SettlementAccounts.Table memory table,
        Fill[] calldata fills,
        uint256 matched
    ) internal pure returns (uint256[] memory rest_, uint256 restMatched) {
        // A word of room before the list, for the header of its hash.
        (, rest_) = UnsafeList.reserveTwo(0, fills.length);
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = FillLib.get(fills, i);
            if (!table.byPile[fill.sell() == FillLib.GRID ? fill.buy() : fill.sell()].waits) continue;
            UnsafeList.push(rest_, Fill.unwrap(fill));
            if (i < matched) ++restMatched;
        }
    }

    /// @dev The root of a pile's group; the path to it is halved on the way.
    function _root(uint256[] memory parents, uint256 pile) private pure returns (uint256 root) {
        root = pile;
        uint256 parent = UnsafeList.get(parents, root);
        while (parent != root) {
            uint256 grandparent = UnsafeList.get(parents, parent);
            UnsafeList.set(parents, root, grandparent);
            root = grandparent;
            parent = UnsafeList.get(parents, root);
        }
    }
}
