// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { Address } from "@openzeppelin/contracts/utils/Address.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title An account that is a contract
/// @notice Its owner's key signs for it, as in simple wallets of the kind: it looks at the hash alone.
contract ContractWallet is IERC1271 {
    /// @notice How it answers whether it signed.
    enum Answer {
        Owner,
        Anything,
        Nothing,
        Reverts,
        BurnsGas,
        ShortWord
    }

    /// @notice It does not want to say.
    error Refuses();

    /// @notice Whose signature counts.
    address public owner;
    /// @notice How it answers.
    Answer public answer;

    /// @notice A wallet of a key.
    constructor(address owner_) {
        owner = owner_;
    }

    /// @notice Gives it another owner.
    function setOwner(address owner_) external {
        owner = owner_;
    }

    /// @notice Changes how it answers.
    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    /// @notice Calls something in its name.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        return Address.functionCall(target, data);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        if (answer == Answer.Anything) return IERC1271.isValidSignature.selector;
        if (answer == Answer.Nothing) return 0;
        if (answer == Answer.Reverts) revert Refuses();
        if (answer == Answer.BurnsGas) while (gasleft() != 0) {}
        if (answer == Answer.ShortWord) {
            bytes4 magic = IERC1271.isValidSignature.selector;
            assembly ("memory-safe") {
                mstore(0, magic)
                return(0, 4)
            }
        }
        (address signer, , ) = ECDSA.tryRecover(hash, signature);
        return signer == owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
