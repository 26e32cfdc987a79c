// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A mechanism that does not work for every market
/// @notice Says which of a market's parameters it cannot work with.
interface ISelectiveMechanism {
    /// @notice The mechanism cannot work for a market with this parameter.
    /// @param parameter its name
    /// @param value what the market has
    error UnsuitableMarket(bytes32 parameter, uint256 value);
}
