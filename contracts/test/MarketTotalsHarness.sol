// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MarketTotals } from "../types/MarketTotals.sol";

/// @title A market's totals, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract MarketTotalsHarness {
    /// @notice Every reader of {MarketTotalsLib}.
    function readMarketTotals(
        MarketTotals c
    )
        external
        pure
        returns (uint256 lastFrame, int256 lastLoadW, bool lastKnown, uint256 pflW, uint256 gridBalance, bool roundOpen)
    {
        return (c.lastFrame(), c.lastLoadW(), c.lastKnown(), c.pflW(), c.gridBalance(), c.isRoundOpen());
    }

    /// @notice {MarketTotalsLib.withRoundOpen}.
    function withRoundOpen(MarketTotals c, bool roundOpen) external pure returns (MarketTotals) {
        return c.withRoundOpen(roundOpen);
    }

    /// @notice {MarketTotalsLib.withFrame}.
    function withFrame(
        MarketTotals c,
        uint256 frame,
        int256 loadW,
        bool known,
        uint256 pflW
    ) external pure returns (MarketTotals) {
        return c.withFrame(frame, loadW, known, pflW);
    }

    /// @notice {MarketTotalsLib.openFrames} as it is, with one more and with one less.
    function countOpen(MarketTotals c) external pure returns (uint256 open, MarketTotals more, MarketTotals less_) {
        return (c.openFrames(), c.withOneMoreOpen(), c.withOneLessOpen());
    }

    /// @notice {MarketTotalsLib.withGridBalance}.
    function withGridBalance(MarketTotals c, uint256 balance) external pure returns (MarketTotals) {
        return c.withGridBalance(balance);
    }
}
