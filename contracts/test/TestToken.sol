// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Token with a faucet for local and test networks
/// @notice Worth nothing: anybody may mint.
contract TestToken is ERC20Permit {
    uint8 private immutable _DECIMALS;

    /// @notice A token of that many decimals.
    /// @param decimals_ decimals; 6 as the market's figures are written for
    constructor(uint8 decimals_) ERC20("AdBEV Test Pound", "tGBP") ERC20Permit("AdBEV Test Pound") {
        _DECIMALS = decimals_;
    }

    /// @notice Mints.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _DECIMALS;
    }
}
