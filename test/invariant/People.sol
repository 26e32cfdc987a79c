// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { VM } from "./Vm.sol";

/// @title Who acts in the campaign
/// @notice Roles are held by one address each; piles and meters sign with keys that follow from their numbers.
library People {
    address internal constant ADMIN = address(0xA1);
    address internal constant OPERATOR = address(0xA2);
    address internal constant REGISTRAR = address(0xA3);
    address internal constant GUARDIAN = address(0xA4);
    /// @dev Holds no role and no pile.
    address internal constant STRANGER = address(0xA5);

    bytes32 internal constant ADMIN_ROLE = 0;
    bytes32 internal constant GRID_OPERATOR_ROLE = keccak256("GRID_OPERATOR_ROLE");
    bytes32 internal constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    bytes32 internal constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    bytes32 internal constant PROPOSER_ROLE = keccak256("PROPOSER_ROLE");

    /// @dev The market's cap in every campaign.
    uint256 internal constant MAX_PILES = 12;

    uint256 private constant PILE_KEYS = 0x1000;
    uint256 private constant METER_KEYS = 0x2000;
    uint256 private constant PAYOUTS = 0xB000;
    /// @dev A meter's second key is its first and this.
    uint256 private constant SPARE = 0x1000;

    /// @notice Key of a pile's account.
    function pileKey(uint256 pile_) internal pure returns (uint256) {
        return PILE_KEYS + pile_;
    }

    /// @notice Address to which a pile has itself paid out, if it has named one.
    function payout(uint256 pile_) internal pure returns (address) {
        return address(uint160(PAYOUTS + pile_));
    }

    /// @notice Account of a pile.
    function pile(uint256 pile_) internal pure returns (address) {
        return VM.addr(pileKey(pile_));
    }

    /// @notice Address of a pile's first meter key.
    function meter(uint256 pile_) internal pure returns (address) {
        return VM.addr(METER_KEYS + pile_);
    }

    /// @notice Address of a pile's second meter key.
    function spareMeter(uint256 pile_) internal pure returns (address) {
        return VM.addr(METER_KEYS + SPARE + pile_);
    }

    /// @notice Whichever of a pile's meter keys has that address.
    function meterKey(uint256 pile_, address key) internal pure returns (uint256) {
        return key == meter(pile_) ? METER_KEYS + pile_ : METER_KEYS + SPARE + pile_;
    }
}
