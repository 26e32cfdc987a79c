// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An order as a pile signs it, in one word; a batch pays calldata by the byte.
///
/// ```
///  bits      field        meaning
///  0..1      action       0 = place, 1 = replace, 2 = cancel
///  2         charge       1 = bid
///  8..31     energyWh     total quantity; 0 for cancel
///  32..55    peakWh       named peak size; 0 names none
///  56..87    expiryFrame  last frame in which the order may be delivered
///  88..127   price        money units per kWh
///  128..151  nonce        the pile's next nonce
///  152..191  deadline     last second in which the order may be submitted
/// ```
///
/// Every other bit is zero. Signed as the EIP-712 struct
/// `Order(uint8 action,bool charge,uint256 price,uint256 energyWh,uint256 peakWh,uint256 expiryFrame,uint256 nonce,uint256 deadline)`.
type SignedTerms is uint256;

using SignedTermsLib for SignedTerms global;

/// @title Reading the fields of {SignedTerms}
/// @notice An order as a pile signs it.
library SignedTermsLib {
    uint256 internal constant PLACE = 0;
    uint256 internal constant REPLACE = 1;
    uint256 internal constant CANCEL = 2;

    // solhint-disable-next-line gas-small-strings
    bytes32 internal constant TYPE_HASH = keccak256(
        "Order(uint8 action,bool charge,uint256 price,uint256 energyWh,uint256 peakWh,uint256 expiryFrame,uint256 nonce,uint256 deadline)"
    );

    /// @dev The bits that mean something.
    uint256 private constant USED = (uint256(type(uint184).max) << 8) | 7;

    /// @notice Whether only meaningful bits are set and the action is one of the three.
    function isWellFormed(SignedTerms t) internal pure returns (bool) {
        uint256 word = SignedTerms.unwrap(t);
        return word & ~USED == 0 && word & 3 != 3;
    }

    /// @notice {PLACE}, {REPLACE} or {CANCEL}.
    function action(SignedTerms t) internal pure returns (uint256) {
        return SignedTerms.unwrap(t) & 3;
    }

    /// @notice Whether the order is a bid.
    function isCharge(SignedTerms t) internal pure returns (bool) {
        return SignedTerms.unwrap(t) & 4 != 0;
    }

    /// @notice Total quantity, Wh.
    function energyWh(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 8) & type(uint24).max;
    }

    /// @notice Named peak size, Wh.
    function peakWh(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 32) & type(uint24).max;
    }

    /// @notice Last frame in which the order may be delivered.
    function expiryFrame(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 56) & type(uint32).max;
    }

    /// @notice Limit price, money units per kWh.
    function price(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 88) & type(uint40).max;
    }

    /// @notice The nonce that was signed.
    function nonce(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 128) & type(uint24).max;
    }

    /// @notice Last second in which the order may be submitted.
    function deadline(SignedTerms t) internal pure returns (uint256) {
        return (SignedTerms.unwrap(t) >> 152) & type(uint40).max;
    }

    /// @notice EIP-712 hash of the struct.
    function structHash(SignedTerms t) internal pure returns (bytes32 hash) {
        bytes32 typeHash = TYPE_HASH;
        uint256 action_ = t.action();
        bool charge_ = t.isCharge();
        uint256 price_ = t.price();
        uint256 energyWh_ = t.energyWh();
        uint256 peakWh_ = t.peakWh();
        uint256 expiryFrame_ = t.expiryFrame();
        uint256 nonce_ = t.nonce();
        uint256 deadline_ = t.deadline();
        assembly ("memory-safe") {
            // Scratch beyond the free-memory pointer: hashing one struct after another must not grow memory.
            let p := mload(0x40)
            mstore(p, typeHash)
            mstore(add(p, 0x20), action_)
            mstore(add(p, 0x40), charge_)
            mstore(add(p, 0x60), price_)
            mstore(add(p, 0x80), energyWh_)
            mstore(add(p, 0xa0), peakWh_)
            mstore(add(p, 0xc0), expiryFrame_)
            mstore(add(p, 0xe0), nonce_)
            mstore(add(p, 0x100), deadline_)
            hash := keccak256(p, 0x120)
        }
    }
}
