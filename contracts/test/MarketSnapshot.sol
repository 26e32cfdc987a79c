// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketLens } from "../interfaces/IMarketLens.sol";
import { BookHead } from "../types/BookHead.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { PileState } from "../types/PileState.sol";

/// @title All that can be seen of a market's money and orders, in one call
/// @notice For tests that compare the market with the model after every step.
contract MarketSnapshot {
    uint256 private constant HEAD_WORDS = 4;
    uint256 private constant WORDS_PER_PILE = 4;

    /// @notice Tokens held, grid balance, totals, book head; then, by pile, slot, free balance, locked balance and
    /// whether the market lists its order as live.
    /// @param market the market
    /// @param lens what lists its live orders
    /// @param token its token
    /// @param piles numbers of the piles to look at
    /// @param accounts their accounts
    function take(
        IMarket market,
        IMarketLens lens,
        IERC20 token,
        uint256[] calldata piles,
        address[] calldata accounts
    ) external view returns (uint256[] memory words) {
        words = new uint256[](HEAD_WORDS + WORDS_PER_PILE * piles.length);
        words[0] = token.balanceOf(address(market));
        words[1] = market.gridBalance();
        words[2] = MarketTotals.unwrap(market.marketTotals());
        words[3] = BookHead.unwrap(market.bookHead());
        (uint256[] memory live, ) = lens.liveStates(market);
        for (uint256 i; i < piles.length; ++i) {
            uint256 place = HEAD_WORDS + WORDS_PER_PILE * i;
            words[place] = PileState.unwrap(market.pileState(piles[i]));
            words[place + 1] = market.freeBalanceOf(accounts[i]);
            words[place + 2] = market.lockedBalanceOf(accounts[i]);
            for (uint256 j; j < live.length; ++j) if (live[j] == piles[i]) ++words[place + 3];
        }
    }
}
