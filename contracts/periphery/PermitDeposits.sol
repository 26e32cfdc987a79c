// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import { Nonces } from "@openzeppelin/contracts/utils/Nonces.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import { IPermitDeposits } from "../interfaces/IPermitDeposits.sol";

/// @title Deposits that somebody else submits
/// @notice One for all markets of a network. Holds nothing between calls.
/// @dev A permit alone does not say for whose pile the tokens are: whoever submits it could name its own.
contract PermitDeposits is EIP712, Nonces, ReentrancyGuardTransient, IPermitDeposits {
    using SafeERC20 for IERC20;

    bytes32 private constant DEPOSIT = keccak256(
        "Deposit(address owner,address market,address account,uint256 tokenAmount,uint256 nonce,uint256 deadline)"
    );

    constructor() EIP712("AdBEV Deposits", "1") {}

    /// @inheritdoc IPermitDeposits
    function depositFor(
        Deposit calldata deposit,
        Permit calldata permit,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deposit.deadline) revert DepositExpired(deposit.deadline);
        _requireSigned(deposit, signature);
        IERC20 token = IERC20(deposit.market.parameters().token);
        _permit(token, deposit, permit);
        uint256 heldBefore = token.balanceOf(address(this));
        token.safeTransferFrom(deposit.owner, address(this), deposit.tokenAmount);
        uint256 received = token.balanceOf(address(this)) - heldBefore;
        token.forceApprove(address(deposit.market), received);
        deposit.market.deposit(deposit.account, received);
        // A market that took less can take nothing that comes later.
        token.forceApprove(address(deposit.market), 0);
        emit DepositedFor(address(deposit.market), deposit.owner, deposit.account, msg.sender, received);
    }

    /// @dev Takes the owner's permit, where it passes.
    function _permit(IERC20 token, Deposit calldata deposit, Permit calldata permit) private {
        try
            IERC20Permit(address(token)).permit(
                deposit.owner,
                address(this),
                deposit.tokenAmount,
                deposit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {
            // The transfer shows whether the allowance is there.
        }
    }

    /// @dev Uses up the owner's nonce, or reverts.
    function _requireSigned(Deposit calldata deposit, bytes calldata signature) private {
        bytes32 structHash = keccak256(
            abi.encode(
                DEPOSIT,
                deposit.owner,
                deposit.market,
                deposit.account,
                deposit.tokenAmount,
                _useNonce(deposit.owner),
                deposit.deadline
            )
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(deposit.owner, _hashTypedDataV4(structHash), signature)) {
            revert DepositNotSigned(deposit.owner);
        }
    }
}
