// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Token whose balances are not what was transferred
/// @notice Worth nothing: anybody may mint and choose the lie.
contract LyingToken is ERC20 {
    int256 private _perTransfer;
    mapping(address account => int256) private _lies;

    // solhint-disable-next-line no-empty-blocks
    constructor() ERC20("Lying", "LIE") {}

    /// @notice Mints.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Chooses by how much a receiver's balance is misstated from its next transfer on.
    /// @param perTransfer what each further transfer adds to the misstatement of its receiver, smallest units
    function lie(int256 perTransfer) external {
        _perTransfer = perTransfer;
    }

    /// @notice Misstates an account's balance at once.
    /// @param account the account
    /// @param by smallest units, negative to understate
    function misstate(address account, int256 by) external {
        _lies[account] = by;
    }

    /// @inheritdoc ERC20
    function balanceOf(address account) public view override returns (uint256) {
        return uint256(int256(super.balanceOf(account)) + _lies[account]);
    }

    /// @dev Lets the misstatement grow.
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0)) _lies[to] += _perTransfer;
    }
}
