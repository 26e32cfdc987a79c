// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import { IAccounts } from "./interfaces/IAccounts.sol";
import { IOrderBook } from "./interfaces/IOrderBook.sol";
import { PileRegistry } from "./PileRegistry.sol";
import { Chronicle } from "./types/Chronicle.sol";
import { PileState, PileStateLib } from "./types/PileState.sol";

/// @title Money in the market
/// @notice Deposits and withdrawals of the one token that the market counts in.
/// @dev The only calls out of the market are to its token, here, with every figure that a hostile token could want
/// stale either written before or read after, and this file's functions closed to re-entry.
abstract contract Accounts is PileRegistry, ReentrancyGuardTransient, IAccounts {
    using SafeERC20 for IERC20;

    /// @inheritdoc IAccounts
    function deposit(address account, uint256 tokenAmount) external nonReentrant {
        _deposit(account, tokenAmount);
    }

    /// @inheritdoc IAccounts
    function depositWithPermit(
        address account,
        uint256 tokenAmount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), tokenAmount, deadline, v, r, s) {} catch {
            // Somebody may have submitted the permit first; the transfer shows whether the allowance is there.
        }
        _deposit(account, tokenAmount);
    }

    /// @inheritdoc IAccounts
    function depositGrid(uint256 tokenAmount) external nonReentrant {
        uint256 amount = _receive(tokenAmount);
        Chronicle c = _chronicle;
        uint256 balance = c.gridBalance() + amount;
        _chronicle = c.withGridBalance(balance);
        emit GridDeposited(msg.sender, amount, balance);
    }

    /// @inheritdoc IAccounts
    function withdraw(address to, uint256 amount) external nonReentrant {
        if (amount == 0) revert AmountTooSmall(0, UNIT);
        uint256 pile = _pileOf(msg.sender);
        PileState s = _withoutDeadOrder(_states[pile]);
        uint256 free = s.balance();
        // What is beyond the debt stays the pile's own, as when it cancels an order after its debt was made.
        unchecked {
            // Where this wraps, the amount is refused below.
            if (s.isIndebted() && free < _debts[pile] + amount) revert PileInDebt(pile, _debts[pile]);
        }
        if (amount > free) revert InsufficientBalance(free, amount);
        _states[pile] = s.withBalance(free - amount);
        // Before the transfer: a token that calls back may change the balance again, and events tell it in order.
        emit Withdrawn(pile, to, amount, free - amount);
        _pay(to, amount);
    }

    /// @inheritdoc IAccounts
    function withdrawGrid(address to, uint256 amount) external nonReentrant onlyRole(GRID_OPERATOR_ROLE) {
        if (amount == 0) revert AmountTooSmall(0, UNIT);
        uint256 held = _chronicle.gridBalance();
        if (amount > held) revert InsufficientBalance(held, amount);
        _chronicle = _chronicle.withGridBalance(held - amount);
        emit GridWithdrawn(to, amount, held - amount);
        _pay(to, amount);
    }

    /// @inheritdoc IAccounts
    function freeBalanceOf(address account) external view returns (uint256) {
        return _withoutDeadOrder(_states[_pileOf(account)]).balance();
    }

    /// @inheritdoc IAccounts
    function lockedBalanceOf(address account) external view returns (uint256) {
        PileState s = _withoutDeadOrder(_states[_pileOf(account)]);
        return s.remainingWh() == 0 ? 0 : _lockOf(s);
    }

    /// @inheritdoc IAccounts
    function gridBalance() external view returns (uint256) {
        return _chronicle.gridBalance();
    }

    /// @dev Pays out. A token that takes more from the market than it pays would take it from the other piles.
    function _pay(address to, uint256 amount) private {
        if (to == address(this)) revert InvalidReceiver(to);
        uint256 tokenAmount = amount * UNIT;
        uint256 heldBefore = TOKEN.balanceOf(address(this));
        TOKEN.safeTransfer(to, tokenAmount);
        uint256 held = TOKEN.balanceOf(address(this));
        if (held + tokenAmount < heldBefore) revert TokenTookTooMuch(heldBefore - held, tokenAmount);
    }

    /// @dev Credits a pile with what really arrived; its debt is paid first.
    function _deposit(address account, uint256 tokenAmount) private {
        uint256 pile = _pileOf(account);
        uint256 amount = _receive(tokenAmount);
        PileState s = _states[pile];
        uint256 balance = s.balance() + amount;
        // Should the token take balances back, claims may exceed what is held: this pile's own must still fit.
        if (balance > PileStateLib.MAX_BALANCE) revert TooMuchMoney(balance, PileStateLib.MAX_BALANCE);
        int256 toGrid;
        // An amount that the balance below takes fits 52 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        (s, toGrid) = _withMoney(pile, s, int256(amount));
        _states[pile] = s;
        // Not negative: a deposit pays debt and makes none.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (toGrid != 0) _chronicle = _chronicle.withGridBalance(_chronicle.gridBalance() + uint256(toGrid));
        emit Deposited(pile, msg.sender, amount, s.balance());
    }

    /// @notice Takes tokens from the caller. What is less than a money unit stays with the market.
    /// @return amount what really arrived, money units
    function _receive(uint256 tokenAmount) private returns (uint256 amount) {
        if (_head.isPaused()) revert IOrderBook.EntryPaused();
        uint256 heldBefore = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), tokenAmount);
        uint256 held = TOKEN.balanceOf(address(this));
        amount = held > heldBefore ? (held - heldBefore) / UNIT : 0;
        if (amount == 0) revert AmountTooSmall(tokenAmount, UNIT);
        // Claims never exceed what is held, so no balance can outgrow its field while this holds.
        if (held / UNIT > PileStateLib.MAX_BALANCE) revert TooMuchMoney(held / UNIT, PileStateLib.MAX_BALANCE);
    }
}
