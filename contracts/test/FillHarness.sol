// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill, FillLib } from "../types/Fill.sol";

/// @title Fills, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract FillHarness {
    /// @notice {FillLib.pack}.
    function packFill(
        uint256 sell,
        uint256 buy,
        uint256 energyWh,
        uint256 price,
        uint256 premium,
        uint256 subsidy
    ) external pure returns (Fill) {
        return FillLib.pack(sell, buy, energyWh, price).withGap(premium, subsidy);
    }

    /// @notice Every reader of {FillLib}.
    function readFill(
        Fill f
    )
        external
        pure
        returns (uint256 sell, uint256 buy, uint256 energyWh, uint256 price, uint256 premium, uint256 subsidy)
    {
        return (f.sell(), f.buy(), f.energyWh(), f.price(), f.premium(), f.subsidy());
    }
}
