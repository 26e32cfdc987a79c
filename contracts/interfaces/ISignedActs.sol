// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Acts that piles sign
/// @notice Whatever a pile's account signs for a market carries its next nonce, and uses it up.
interface ISignedActs {
    /// @notice A nonce was used up without an order: its pile voided the orders signed with it, or withdrew by
    /// signature.
    event NonceSkipped(uint256 indexed pile, uint256 nonce);

    /// @notice The signature's deadline has passed.
    error SignatureExpired(uint256 deadline);
    /// @notice The pile has used every nonce; its account may still act itself.
    error NoncesExhausted(uint256 pile);
    /// @notice The signature recovers no address, or is not one of the account that it is said to be of.
    error InvalidSignature();

    /// @notice Makes everything void that the calling pile has signed with its next nonce.
    function skipNonce() external;

    /// @notice The nonce that whatever a pile's account signs next has to carry.
    /// @param account registered; reverts with `NotRegistered` where it is not
    function nonces(address account) external view returns (uint256);
}
