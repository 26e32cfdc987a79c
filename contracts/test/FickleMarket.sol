// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../interfaces/IBenefitRounds.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title A contract that is a market only as far as benefit rounds look
/// @notice Everybody has every role in it, it opens rounds over whatever it is told, and it changes its parameters, its
/// token among them. For tests of what such a market can do to others.
contract FickleMarket {
    IMarketParameters.Parameters private _parameters;

    /// @notice Changes what the market says of itself.
    /// @param p from now on
    function setParameters(IMarketParameters.Parameters calldata p) external {
        _parameters = p;
    }

    /// @notice Opens a round.
    /// @param rounds where
    /// @param frame of the round
    /// @param orders its flexible orders
    function openRound(IBenefitRounds rounds, uint256 frame, uint256[] calldata orders) external {
        rounds.open(frame, 0, false, 0, orders);
    }

    // solhint-disable no-empty-blocks
    /// @notice Takes any fills.
    function fillFlexibleOrders(uint256, int256, uint256, uint256[] calldata) external {}
    // solhint-enable no-empty-blocks

    /// @notice The market's answer about itself.
    function parameters() external view returns (IMarketParameters.Parameters memory) {
        return _parameters;
    }

    /// @notice Nobody is a pile.
    function pileOf(address) external pure returns (uint256 pile) {
        return 0;
    }

    /// @notice Everybody has every role.
    function hasRole(bytes32, address) external pure returns (bool) {
        return true;
    }

    /// @notice Published for every frame: no load, no tariffs.
    function publication(uint256 frame) external pure returns (PublishedFrame) {
        return PublishedFrame.wrap(frame);
    }

    /// @notice Nothing has happened.
    function marketTotals() external pure returns (MarketTotals) {
        return MarketTotals.wrap(0);
    }
}
