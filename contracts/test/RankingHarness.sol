// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Ranking } from "../libraries/Ranking.sol";
import { PlainTwins } from "./PlainTwins.sol";
import { DirtyMemory } from "./DirtyMemory.sol";

/// @title The internal functions of {Ranking}, callable, beside their plain twins
/// @notice For the tests of that library alone.
contract RankingHarness is DirtyMemory {
    /// @notice {Ranking.rank}.
    function rank(
        uint256[] memory entries,
        uint256 waits,
        uint256 priceWeight,
        uint256 timeWeight
    ) external pure returns (uint256[] memory ranked) {
        uint256 end = _dirtyFreeMemory(2 * entries.length);
        ranked = Ranking.rank(entries, waits, priceWeight, timeWeight);
        _requireUntouchedFrom(_freeMemory(), end);
    }

    /// @notice {Ranking.timeRank}.
    function timeRank(uint256 waits, uint256 waitedFrames) external pure returns (uint256) {
        return Ranking.timeRank(waits, waitedFrames);
    }

    /// @notice {Ranking.popcount128} of each word.
    function popcounts(uint256[] memory values) external pure returns (uint256[] memory) {
        for (uint256 i; i < values.length; ++i) values[i] = Ranking.popcount128(values[i]);
        return values;
    }

    /// @notice {PlainTwins.popcount} of each word.
    function plainPopcounts(uint256[] memory values) external pure returns (uint256[] memory) {
        for (uint256 i; i < values.length; ++i) values[i] = PlainTwins.popcount(values[i]);
        return values;
    }
}
