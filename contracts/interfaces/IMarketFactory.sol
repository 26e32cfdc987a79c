// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "./IMarketParameters.sol";

/// @title Deploys a market per feeder
/// @notice A feeder is the piles and homes behind one substation transformer.
interface IMarketFactory {
    /// @notice A feeder got its market.
    event MarketCreated(bytes32 indexed feeder, address indexed market, address indexed creator);

    /// @notice The creator has given this feeder a market already.
    error FeederTaken(bytes32 feeder, address market);
    /// @notice The address keeps no creation code.
    error NoCreationCode(address source);
    /// @notice The market's constructor failed without saying why.
    error CreationFailed();

    /// @notice Deploys the market of a feeder. Anyone; a feeder is named within its creator's own names.
    /// @param feeder name of the feeder, the creator's own choice
    /// @param parameters the market's parameters, fixed for ever
    /// @return market its address
    function createMarket(
        bytes32 feeder,
        IMarketParameters.Parameters calldata parameters
    ) external returns (address market);

    /// @notice Market of a creator's feeder; zero where there is none.
    function marketOf(address creator, bytes32 feeder) external view returns (address market);

    /// @notice Number of markets deployed here.
    function marketCount() external view returns (uint256);

    /// @notice The market that was deployed here as number `index`, from 0.
    function marketAt(uint256 index) external view returns (address market);

    /// @notice Contracts that keep the two parts of the market's creation code as data.
    function creationCode() external view returns (address head, address tail);
}
