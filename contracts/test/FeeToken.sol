// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Token that keeps part of every transfer
/// @notice Worth nothing: anybody may mint and set the fee.
contract FeeToken is ERC20 {
    uint256 private constant WHOLE_BPS = 10_000;

    uint256 private _feeBps;
    bool private _onTop;

    // solhint-disable-next-line no-empty-blocks
    constructor() ERC20("Fee", "FEE") {}

    /// @notice Mints, without a fee.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Sets the fee.
    /// @param feeBps fee in hundredths of a percent of what is sent
    /// @param onTop whether the sender loses it beside what is sent; otherwise the receiver gets less
    function setFee(uint256 feeBps, bool onTop) external {
        _feeBps = feeBps;
        _onTop = onTop;
    }

    /// @dev Burns the fee.
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        uint256 fee = (value * _feeBps) / WHOLE_BPS;
        super._update(from, address(0), fee);
        super._update(from, to, _onTop ? value : value - fee);
    }
}
