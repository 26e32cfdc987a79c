// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Token that can be told to refuse transfers, loudly or quietly
/// @notice Worth nothing: anybody may mint and choose. Stands for paused tokens and for those of the first years, which
/// return false instead of reverting.
contract RefusingToken is ERC20 {
    /// @notice Behaviour of a transfer. Move: as it should. ReturnFalse: moves nothing, and says so. Revert: fails.
    enum Mood {
        Move,
        ReturnFalse,
        Revert
    }

    /// @notice Transfers are switched off.
    error TransfersOff();

    Mood private _mood;

    // solhint-disable-next-line no-empty-blocks
    constructor() ERC20("Refusing", "NO") {}

    /// @notice Mints.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Chooses what transfers do.
    /// @param mood from now on
    function setMood(Mood mood) external {
        _mood = mood;
    }

    /// @inheritdoc ERC20
    function transfer(address to, uint256 value) public override returns (bool) {
        return _refuses() ? false : super.transfer(to, value);
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return _refuses() ? false : super.transferFrom(from, to, value);
    }

    function _refuses() private view returns (bool) {
        if (_mood == Mood.Revert) revert TransfersOff();
        return _mood == Mood.ReturnFalse;
    }
}
