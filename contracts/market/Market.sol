// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Accounts } from "./Accounts.sol";
import { RoundExecution } from "./RoundExecution.sol";
import { GridTariffs } from "./GridTariffs.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { MarketBase } from "./MarketBase.sol";
import { Settlement } from "./Settlement.sol";

/// @title One feeder's electricity market
/// @notice The piles and homes behind one substation transformer trade half-hours of energy here.
contract Market is Accounts, GridTariffs, RoundExecution, Settlement, IMarket {
    /// @notice Opens the market.
    /// @param parameters_ all that this market never changes
    constructor(Parameters memory parameters_) MarketBase(parameters_) {}
}
