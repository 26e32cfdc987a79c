// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Told } from "./Told.sol";

/// @title Claims on the operator's account as their events tell them
/// @notice A claim is what a settlement could not pay of a surplus, or a keeper's reward, and nothing else (INV-19). The
/// account pays no claim and no withdrawal while a round can be executed (INV-20).
abstract contract ClaimsTold is Told {
    /// @notice Claims by account, money units.
    mapping(address account => uint256) public claimOf;
    /// @notice All claims, money units.
    uint256 public claimed;
    /// @notice Everybody who ever had a claim.
    address[] public claimants;

    /// @dev Claims whose reason the logs have not told yet.
    mapping(address account => uint256) internal _unexplained;
    uint256 internal _unexplainedSum;
    /// @dev Rewards still due to a keeper for the latest logs.
    uint256 internal _keeperDue;
    /// @dev Payment of a claim that was just announced, before the market says that it pays.
    uint256 private _paying;

    mapping(address account => bool) private _isClaimant;

    /// @notice Number of those who ever had a claim.
    function claimantCount() external view returns (uint256) {
        return claimants.length;
    }

    /// @notice Unclaimed part of the operator's account, money units.
    function unclaimed() public view returns (uint256) {
        return gridBalance > claimed ? gridBalance - claimed : 0;
    }

    /// @dev The same before the claims whose reason is still to be told: a settlement tells of those that it makes before it
    /// tells of itself.
    function _unclaimedBefore() internal view returns (uint256) {
        uint256 before = claimed - _unexplainedSum;
        return gridBalance > before ? gridBalance - before : 0;
    }

    /// @dev A keeper got a claim for its work.
    function _claimAdded(address account, uint256 amount, address actor) internal {
        if (_keeperDue != 0 && account == actor && amount == _keeperDue) {
            _keeperDue = 0;
            _addClaim(account, amount);
        } else {
            // A clearing rewards its keeper before it tells of itself.
            _addUnexplained(account, amount);
        }
    }

    /// @dev Somebody got a claim whose reason is still to be told.
    function _addUnexplained(address account, uint256 amount) internal {
        _addClaim(account, amount);
        _unexplained[account] += amount;
        _unexplainedSum += amount;
    }

    /// @dev Somebody has a claim paid.
    function _claimPaid(address account, uint256 amount, address actor) internal {
        _hold(account == actor, "INV-6 somebody else collected a claim");
        _hold(amount != 0 && amount <= claimOf[account], "INV-19 more was paid than was claimed");
        claimOf[account] -= amount;
        claimed -= amount;
        _paying = amount;
    }

    /// @dev The operator's account paid, a claim or its operator.
    function _gridPaid(uint256 amount, uint256 balance, bool byOperator) internal {
        _hold(!isExecutable(), "INV-20 the operator's account paid while a round could be executed");
        if (_paying != 0) {
            _hold(amount == _paying, "INV-19 a claim was paid otherwise than it says");
        } else {
            _hold(byOperator, "INV-6 somebody else withdrew the grid's money");
            _hold(amount <= unclaimed(), "INV-19 the operator withdrew what others have a claim on");
        }
        _paying = 0;
        _gridMoved(0, amount, balance);
    }

    /// @dev The operator's account grew or shrank.
    function _gridMoved(uint256 amountIn, uint256 amountOut, uint256 balance) internal {
        _hold(gridBalance + amountIn == balance + amountOut, "INV-1 the grid's account moved by another amount");
        gridBalance = balance;
    }

    function _addClaim(address account, uint256 amount) private {
        claimOf[account] += amount;
        claimed += amount;
        ++_counters.claims;
        if (!_isClaimant[account]) {
            _isClaimant[account] = true;
            claimants.push(account);
        }
    }

    /// @dev Explains so much of an account's new claims.
    function _explain(address account, uint256 amount) internal {
        _hold(_unexplained[account] == amount, "INV-19 a claim is not what could not be paid");
        _unexplainedSum -= _unexplained[account];
        _unexplained[account] = 0;
    }

    /// @dev Holds that every claim has its reason and every keeper its reward.
    function _allExplained() internal {
        _hold(_unexplainedSum == 0, "INV-19 somebody got a claim for nothing");
        _hold(_keeperDue == 0, "INV-19 a keeper went without its reward");
    }
}
