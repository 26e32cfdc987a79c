// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "./IMarket.sol";

/// @title Deposits that somebody else submits
/// @notice Whoever has tokens and nothing to pay gas with signs a permit for this contract and says whose pile they are
/// for; anybody carries it out.
interface IPermitDeposits {
    /// @notice Consent of the owner of tokens, signed as the EIP-712 struct
    /// `Deposit(address owner,address market,address account,uint256 tokenAmount,uint256 nonce,uint256 deadline)`.
    /// @param owner whose tokens they are; a key, or a contract that says so (ERC-1271)
    /// @param market into which market
    /// @param account for whose pile of it
    /// @param tokenAmount smallest token units
    /// @param deadline last second for the deposit, and of the permit
    struct Deposit {
        address owner;
        IMarket market;
        address account;
        uint256 tokenAmount;
        uint256 deadline;
    }

    /// @notice An ERC-2612 permit of the owner for this contract over the same amount and deadline.
    struct Permit {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice Tokens of an owner went to a pile.
    /// @param tokenAmount what was handed on, smallest token units
    event DepositedFor(
        address indexed market,
        address indexed owner,
        address indexed account,
        address submitter,
        uint256 tokenAmount
    );

    /// @notice The deadline has passed.
    error DepositExpired(uint256 deadline);
    /// @notice The owner did not sign this deposit with its next nonce.
    error DepositNotSigned(address owner);

    /// @notice Carries a signed deposit out. Where the permit does not pass, as when somebody submitted it before, an
    /// allowance that is there counts.
    function depositFor(Deposit calldata deposit, Permit calldata permit, bytes calldata signature) external;
}
