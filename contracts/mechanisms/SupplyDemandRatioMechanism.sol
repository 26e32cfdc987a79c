// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ProportionalMechanism } from "./lib/ProportionalMechanism.sol";

/// @title Supply and demand ratio
/// @notice All trade at the highest ask where there is enough for everybody, and the nearer to the lowest bid the less
/// there is.
contract SupplyDemandRatioMechanism is ProportionalMechanism {
    /// @dev The price by this rule.
    function _price(
        uint256 bid,
        uint256 ask,
        uint256 supplyWh,
        uint256 demandWh
    ) internal pure override returns (uint256) {
        if (supplyWh >= demandWh) return ask;
        return (bid * ask * demandWh) / ((bid - ask) * supplyWh + ask * demandWh);
    }

    /// @notice Name of the rule, as deployments know it.
    function name() external pure returns (bytes32) {
        return "supplyDemandRatio";
    }
}
