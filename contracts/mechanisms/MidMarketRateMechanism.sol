// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ProportionalMechanism } from "./lib/ProportionalMechanism.sol";

/// @title Mid-market rate
/// @notice All trade at the mean of the lowest bid and the highest ask.
contract MidMarketRateMechanism is ProportionalMechanism {
    /// @dev The price by this rule.
    function _price(uint256 bid, uint256 ask, uint256, uint256) internal pure override returns (uint256) {
        return (bid + ask) / 2;
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "midMarketRate";
    }
}
