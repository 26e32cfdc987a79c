// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";
import { ISelectiveMechanism } from "../interfaces/ISelectiveMechanism.sol";
import { Auction } from "../libraries/Auction.sol";
import { AdbevMechanism } from "./AdbevMechanism.sol";

/// @title AdBEV ranked by credit [D Table 1]
/// @notice Ranks by the credit paper's weights and trades at midpoints.
contract CreditMechanism is AdbevMechanism, ISelectiveMechanism {
    /// @notice Whether the market has meters: where nothing is measured two piles would raise each other's credit for
    /// nothing.
    function accepts(IMarketParameters.Parameters calldata parameters) external pure override returns (bytes4 answer) {
        if (parameters.readingSeconds == 0) revert UnsuitableMarket("readingSeconds", 0);
        return IMechanism.accepts.selector;
    }

    /// @dev Puts the book in the order of this rule.
    function _rank(Auction.Book memory book, Terms calldata terms) internal view override {
        (book.bids, book.asks) = IDelivery(terms.delivery).rankByCredit(
            IMarket(terms.market),
            book,
            terms.rules.icebergThresholdWh()
        );
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure override returns (bytes32) {
        return "credit";
    }
}
