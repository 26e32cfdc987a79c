// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { AccessControl } from "@openzeppelin/contracts/access/AccessControl.sol";

import { Accounts } from "./Accounts.sol";
import { RoundExecution } from "./RoundExecution.sol";
import { GridTariffs } from "./GridTariffs.sol";
import { IAccounts } from "../interfaces/IAccounts.sol";
import { IFrameClearing } from "../interfaces/IFrameClearing.sol";
import { IGridTariffs } from "../interfaces/IGridTariffs.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IOrderBook } from "../interfaces/IOrderBook.sol";
import { IPileRegistry } from "../interfaces/IPileRegistry.sol";
import { IRoundExecution } from "../interfaces/IRoundExecution.sol";
import { ISettlement } from "../interfaces/ISettlement.sol";
import { ISignedActs } from "../interfaces/ISignedActs.sol";
import { MarketBase } from "./MarketBase.sol";
import { Settlement } from "./Settlement.sol";

/// @title One feeder's electricity market
/// @notice The piles and homes behind one substation transformer trade half-hours of energy here.
contract Market is Accounts, GridTariffs, RoundExecution, Settlement, IMarket {
    /// @dev Of {IMarket}, which declares nothing of its own.
    bytes4 private constant INTERFACE_ID =
        type(IMarketParameters).interfaceId ^
            type(IPileRegistry).interfaceId ^
            type(ISettlement).interfaceId ^
            type(IAccounts).interfaceId ^
            type(ISignedActs).interfaceId ^
            type(IOrderBook).interfaceId ^
            type(IGridTariffs).interfaceId ^
            type(IFrameClearing).interfaceId ^
            type(IRoundExecution).interfaceId;

    /// @notice Opens the market.
    /// @param parameters_ all that this market never changes
    constructor(Parameters memory parameters_) MarketBase(parameters_) {}

    /// @inheritdoc AccessControl
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == INTERFACE_ID || super.supportsInterface(interfaceId);
    }
}
