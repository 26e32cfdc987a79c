// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Effect of a frame's settlement on one pile, in one word. {Delivery} hands it to the market, which logs it.
///
/// ```
///  bits      field       meaning
///  0..15     pile        number of the pile
///  16..39    agreedWh    agreed energy that its credit is judged by
///  40..63    creditedWh  how much of that counts as delivered
///  64..87    consumedWh  metered consumption; presumed where silent
///  88..111   producedWh  metered production; presumed where silent
///  112       silent      1 = no reading arrived in time
///  128..191  money       what its fills and margin set aside, less what it owes, more what it is paid, money units
/// ```
type Posting is uint256;

using PostingLib for Posting global;

/// @title Reading and writing the fields of a {Posting}
/// @notice Effect of a frame's settlement on one pile.
library PostingLib {
    uint256 private constant ENERGY_MASK = type(uint24).max;

    /// @notice Packs a posting; energies of a frame fit by construction.
    function pack(
        uint256 pile_,
        uint256 agreedWh_,
        uint256 creditedWh_,
        uint256 consumedWh_,
        uint256 producedWh_,
        bool silent,
        uint256 money_
    ) internal pure returns (Posting) {
        uint256 word = pile_ | (agreedWh_ << 16) | (creditedWh_ << 40) | (consumedWh_ << 64) | (producedWh_ << 88);
        if (silent) word |= 1 << 112;
        return Posting.wrap(word | (money_ << 128));
    }

    /// @notice Number of the pile.
    function pile(Posting p) internal pure returns (uint256) {
        return Posting.unwrap(p) & type(uint16).max;
    }

    /// @notice Agreed energy that the pile's credit is judged by, Wh.
    function agreedWh(Posting p) internal pure returns (uint256) {
        return (Posting.unwrap(p) >> 16) & ENERGY_MASK;
    }

    /// @notice Part of {agreedWh} that counts as delivered, Wh.
    function creditedWh(Posting p) internal pure returns (uint256) {
        return (Posting.unwrap(p) >> 40) & ENERGY_MASK;
    }

    /// @notice Money that the pile's account grows by, money units.
    function money(Posting p) internal pure returns (uint256) {
        return (Posting.unwrap(p) >> 128) & type(uint64).max;
    }
}
