// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { EfficientMatch } from "./lib/EfficientMatch.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title Discriminatory double auction
/// @notice Moves what an efficient match moves, each pair at its own price between its own limits.
contract PayAsBidMechanism is Mechanism {
    using EfficientMatch for Auction.Book;

    uint256 private constant BPS = 10_000;

    /// @dev Matches a ranked book by this rule.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        EfficientMatch.Prices memory prices;
        uint256 j;
        unchecked {
            for (uint256 i; i < book.bids.length && j < book.asks.length; ++i) {
                BookEntry bid = book.bidAt(i);
                uint256 limit = bid.priceTicks();
                while (bid.leftWh() != 0 && j < book.asks.length) {
                    BookEntry ask = book.askAt(j);
                    uint256 asked = ask.priceTicks();
                    if (asked > limit) return;
                    uint256 energyWh = bid.leftWh() < ask.leftWh() ? bid.leftWh() : ask.leftWh();
                    prices.price =
                        asked * terms.rules.tickSize() +
                        (terms.rules.thetaBps() * (limit - asked) * terms.rules.tickSize()) / BPS;
                    EfficientMatch.exchange(bid, ask, energyWh, prices, fills);
                    book.take(i, j, energyWh);
                    bid = bid.withFill(energyWh);
                    if (ask.leftWh() == energyWh) ++j;
                }
            }
        }
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "payAsBid";
    }
}
