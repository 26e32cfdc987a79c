// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";
import { IPileRegistry } from "../../../contracts/interfaces/IPileRegistry.sol";
import { World } from "../World.sol";

/// @title Somebody who answers as a market does
/// @notice Answers as the market under test would, and opens rounds and settles frames of its own invention. The
/// effects in the rounds' and the delivery contract must stay its own.
contract PretendedMarket {
    IMarket private immutable _MARKET;

    IMarketParameters.Parameters private _parameters;

    constructor(World world) {
        _MARKET = world.market();
        _parameters = world.parameters();
        // Whoever finalises rounds for it is itself.
        _parameters.rounds = address(this);
        _parameters.keeperReward = 1000;
    }

    /// @notice Opens a round.
    function open(IBenefitRounds rounds, uint256 frame, uint256[] calldata orders) external {
        rounds.open(frame, 0, true, 0, orders);
    }

    /// @notice Makes a call in its own name.
    function act(address target, bytes calldata data) external returns (bytes memory) {
        (bool done, bytes memory answer) = target.call(data);
        if (done) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @notice Another market's parameters.
    function parameters() external view returns (IMarketParameters.Parameters memory) {
        return _parameters;
    }

    /// @notice Publications of that market.
    function publication(uint256 frame) external view returns (uint256) {
        return uint256(bytes32(abi.encode(_MARKET.publication(frame))));
    }

    /// @notice That market's record.
    function frameRecord(uint256 frame) external view returns (bytes32) {
        return bytes32(abi.encode(_MARKET.frameRecord(frame)));
    }

    /// @notice That market's running totals.
    function marketTotals() external view returns (bytes32) {
        return bytes32(abi.encode(_MARKET.marketTotals()));
    }

    /// @notice That market's operator's account.
    function gridBalance() external view returns (uint256) {
        return _MARKET.gridBalance();
    }

    /// @notice That market's piles.
    function pileRecord(uint256 pile) external view returns (IPileRegistry.PileRecord memory) {
        return _MARKET.pileRecord(pile);
    }

    /// @notice Has everybody as proposer, operator and registrar.
    function hasRole(bytes32, address) external pure returns (bool) {
        return true;
    }

    /// @notice Books nothing.
    function bookSettlement(uint256, bytes32, bytes32, uint256, uint256[] calldata) external {}

    /// @notice Pays nothing.
    function payClaim(address, uint256) external {}
}
