// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccounts } from "./IAccounts.sol";
import { IFrameClearing } from "./IFrameClearing.sol";
import { IGridTariffs } from "./IGridTariffs.sol";
import { IMarketParameters } from "./IMarketParameters.sol";
import { IOrderBook } from "./IOrderBook.sol";
import { IPileRegistry } from "./IPileRegistry.sol";
import { IRoundExecution } from "./IRoundExecution.sol";
import { ISettlement } from "./ISettlement.sol";
import { ISignedActs } from "./ISignedActs.sol";

/// @title One feeder's electricity market
/// @notice All functions, events and errors of a market. ERC-165 knows it by the identifiers of its parts, taken
/// together by exclusive or.
interface IMarket is
    IMarketParameters,
    IPileRegistry,
    ISettlement,
    ISignedActs,
    IAccounts,
    IOrderBook,
    IGridTariffs,
    IFrameClearing,
    IRoundExecution
{}
