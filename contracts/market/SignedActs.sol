// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC5267 } from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import { ISignedActs } from "../interfaces/ISignedActs.sol";
import { Refusals } from "./Refusals.sol";
import { PileRegistry } from "./PileRegistry.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";

/// @title Acts that piles sign
/// @notice One domain and one line of nonces for everything that a pile's account signs.
abstract contract SignedActs is PileRegistry, EIP712, ISignedActs {
    string private constant NAME = "AdBEV Market";
    string private constant VERSION = "1";

    constructor() EIP712(NAME, VERSION) {}

    /// @inheritdoc ISignedActs
    function skipNonce() external {
        _skipNonce(_pileOf(msg.sender));
    }

    /// @inheritdoc ISignedActs
    function nonces(address account) external view returns (uint256) {
        return _stateOf(_pileOf(account)).nonce();
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        public
        view
        override
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        // Constant strings take less code than the ones that the library keeps.
        return (hex"0f", NAME, VERSION, block.chainid, address(this), 0, extensions);
    }

    /// @dev Uses up a pile's nonce without an order.
    function _skipNonce(uint256 pile) internal {
        PileState s = _stateOf(pile);
        if (s.nonce() == PileStateLib.MAX_NONCE) Refusals.raise(NoncesExhausted.selector, pile);
        _setState(pile, s.withNextNonce());
        emit NonceSkipped(pile, s.nonce());
    }

    /// @dev Reverts unless an account signed a struct: a contract is asked, a key's signature recovered.
    function _requireSigned(address account, bytes32 structHash, bytes calldata signature) internal view {
        if (!SignatureChecker.isValidSignatureNowCalldata(account, _hashTypedDataV4(structHash), signature)) {
            revert InvalidSignature();
        }
    }
}
