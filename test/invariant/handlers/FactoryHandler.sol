// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketFactory } from "../../../contracts/interfaces/IMarketFactory.sol";
import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Other feeders get their markets
/// @notice They share the rounds' and the delivery contract with the campaign's, and nothing else.
contract FactoryHandler is Handler {
    IMarketFactory private immutable _FACTORY;

    constructor(World world) Handler(world) {
        _FACTORY = world.factory();
    }

    /// @notice Anyone deploys a market, with itself in every role.
    function createMarket(uint256 seed) external resumed {
        IMarketParameters.Parameters memory p = WORLD.parameters();
        address creator = address(uint160(_mix(seed, 1)));
        (p.admin, p.gridOperator, p.registrar, p.guardian) = (creator, creator, creator, creator);
        p.pileCap = uint16(_in(seed, 1, 512));
        VM.prank(creator);
        address market = _FACTORY.createMarket(bytes32(seed), p);
        if (market.codehash == 0 || _FACTORY.marketOf(creator, bytes32(seed)) != market) {
            MIRROR.violate("INV-9 the factory does not know the market that it deployed");
        }
        if (_roles().hasRole(People.ADMIN_ROLE, creator)) MIRROR.violate("INV-6 a creator got another market's role");
        _did(creator);
    }
}
