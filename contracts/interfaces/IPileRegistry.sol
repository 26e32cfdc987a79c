// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState } from "../types/PileState.sol";

/// @title The piles of a feeder
/// @notice Only a registered pile trades: its identity is checked before an order enters the book [T Fig. 4.2]. The
/// feeder is the market itself; a pile is numbered from 1 in the order of registration.
interface IPileRegistry {
    /// @notice The registrar's record of a pile.
    /// @param account the address that trades, signs orders and owns the balance
    /// @param operator account that runs the pile; piles of one operator are one interest
    /// @param ratedW rated power, W
    struct PileRecord {
        address account;
        address operator;
        uint32 ratedW;
    }

    /// @notice A pile was registered.
    event PileRegistered(uint256 indexed pile, address indexed account, address indexed operator, uint256 ratedW);
    /// @notice A pile was suspended (it places nothing and its live order leaves at the next clearing) or re-admitted.
    event SuspensionSet(uint256 indexed pile, bool suspended);

    /// @notice The address is no pile of this market.
    error NotRegistered(address account);
    /// @notice The address is a pile of this market already.
    error AlreadyRegistered(address account, uint256 pile);
    /// @notice The zero address cannot be registered.
    error ZeroAddress();
    /// @notice The market holds as many piles as it was deployed for.
    error PileCapReached(uint256 pileCap);
    /// @notice The pile could not move a single Wh in a frame.
    error RatedPowerTooSmall(uint256 ratedW);
    /// @notice The registrar has suspended the pile.
    error PileSuspended(uint256 pile);

    /// @notice Registers a pile, and its meter with the delivery contract. Registrar only.
    /// @param account the address that trades; not registered yet
    /// @param operator account that runs the pile
    /// @param meterKey address of the key that signs its meter readings
    /// @param ratedW rated power, W; enough for 1 Wh a frame
    /// @return pile its number
    function registerPile(
        address account,
        address operator,
        address meterKey,
        uint32 ratedW
    ) external returns (uint256 pile);

    /// @notice Suspends or re-admits a pile. Registrar only. Never touches its money: it may cancel and withdraw.
    function setSuspended(address account, bool suspended) external;

    /// @notice Number of registered piles.
    function pileCount() external view returns (uint256);

    /// @notice Number of the pile that trades as `account`; 0 where none does.
    function pileOf(address account) external view returns (uint256 pile);

    /// @notice Record registered under a number; all zero where there is none.
    function pileRecord(uint256 pile) external view returns (PileRecord memory);

    /// @notice The slot of a pile: balance, nonce, credit, order.
    function pileState(uint256 pile) external view returns (PileState);
}
