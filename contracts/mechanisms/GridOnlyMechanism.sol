// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Mechanism } from "./lib/Mechanism.sol";

/// @title The grid alone
/// @notice No pile trades with another: everything flows from and to the grid at its tariffs. Where plans compete they
/// thus decide all discharging, which trades would take out of their hands.
contract GridOnlyMechanism is Mechanism {
    /// @dev Matches nobody.
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal pure override {
        book;
        terms;
        fills;
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "gridOnly";
    }
}
