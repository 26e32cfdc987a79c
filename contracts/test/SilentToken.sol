// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Token whose functions return nothing, as some old and much-used ones do
/// @notice Worth nothing: anybody may mint. Not quite an ERC-20, hence not declared one.
contract SilentToken {
    /// @notice Balance of an account, smallest units.
    mapping(address account => uint256) public balanceOf;
    /// @notice Allowance of a spender over an owner's balance, smallest units.
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    /// @notice Mints.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    /// @notice Allows a spender to move the caller's tokens.
    /// @param spender the spender
    /// @param amount smallest units
    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    /// @notice Moves the caller's tokens.
    /// @param to receiver
    /// @param amount smallest units
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    /// @notice Moves an owner's tokens.
    /// @param from the owner
    /// @param to receiver
    /// @param amount smallest units
    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
