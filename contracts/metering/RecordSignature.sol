// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { P256 } from "@openzeppelin/contracts/utils/cryptography/P256.sol";

import { IOcmfVerifier } from "../interfaces/IOcmfVerifier.sol";

/// @title Signatures of meters
/// @notice ECDSA over SHA-256, as meters sign, on two curves.
library RecordSignature {
    uint256 internal constant SECP256R1 = 1;
    uint256 internal constant SECP256K1 = 2;

    /// @notice Reverts unless the signature is the meter's over the payload.
    /// @dev Both `s` and `n - s` pass: meters write either, and nothing here counts signatures.
    function check(IOcmfVerifier.RecordMeter calldata meter, IOcmfVerifier.SignedRecord calldata record) internal view {
        bytes32 hash = sha256(record.payload);
        bool signed;
        if (meter.curve == SECP256R1) signed = P256.verify(hash, record.r, _low(record.s), meter.x, meter.y);
        else if (meter.curve == SECP256K1) signed = _isOnK1(hash, record.r, record.s, meter.x, meter.y);
        else revert IOcmfVerifier.UnknownCurve(meter.curve);
        if (!signed) revert IOcmfVerifier.RecordNotSigned(hash);
    }

    /// @dev Of `s` and `n - s` the one that OpenZeppelin's library accepts.
    function _low(bytes32 s) private pure returns (bytes32) {
        unchecked {
            // An `s` that is not below n becomes 0 or wraps to far above n, and is refused.
            return uint256(s) > P256.N / 2 ? bytes32(P256.N - uint256(s)) : s;
        }
    }

    /// @dev Recovers with either parity, since records do not tell it.
    function _isOnK1(bytes32 hash, bytes32 r, bytes32 s, bytes32 x, bytes32 y) private pure returns (bool) {
        address signer = address(uint160(uint256(keccak256(abi.encode(x, y)))));
        // The precompile accepts either s.
        return ecrecover(hash, 27, r, s) == signer || ecrecover(hash, 28, r, s) == signer;
    }
}
