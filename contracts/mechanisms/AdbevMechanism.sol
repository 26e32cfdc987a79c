// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title AdBEV [T Tables 4-A, 4-B]
/// @notice Ranks by weighted ranks of price and waiting time and trades at midpoints.
contract AdbevMechanism is Mechanism {
    /// @dev Puts the book in the order of this rule.
    function _rank(Auction.Book memory book, Terms calldata terms) internal view virtual override {
        Auction.prune(book);
        Auction.rank(
            book,
            Auction.Rules({
                priceWeight: terms.rules.priceWeight(),
                timeWeight: terms.rules.timeWeight(),
                tickSize: terms.rules.tickSize()
            })
        );
    }

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        Auction.matchAtMidpoint(book, terms.rules.tickSize(), fills);
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure virtual returns (bytes32) {
        return "adbev";
    }
}
