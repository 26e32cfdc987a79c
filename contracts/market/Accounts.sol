// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import { IAccounts } from "../interfaces/IAccounts.sol";
import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IOrderBook } from "../interfaces/IOrderBook.sol";
import { ISettlement } from "../interfaces/ISettlement.sol";
import { Refusals } from "./Refusals.sol";
import { SignedActs } from "./SignedActs.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";

/// @title Money in the market
/// @notice Deposits and withdrawals of the one token that the market counts in.
/// @dev Calls out: the token, here; accounts that are contracts (statically), about signatures; the mechanism
/// (statically), delivery and rounds contracts, which the market was deployed with. Only the token may be hostile:
/// every figure that it could want stale is written before the call or read after it, and this file's functions are
/// closed to re-entry.
abstract contract Accounts is SignedActs, ReentrancyGuardTransient, IAccounts {
    using SafeERC20 for IERC20;

    bytes32 private constant WITHDRAWAL = keccak256(
        "Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)"
    );

    /// @dev Where a pile's money leaves for, if its slot says that one is named.
    mapping(uint256 pile => address) private _payouts;

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
        MarketTotals c = _marketTotals;
        uint256 balance = c.gridBalance() + amount;
        _marketTotals = c.withGridBalance(balance);
        emit GridDeposited(msg.sender, amount, balance);
    }

    /// @inheritdoc IAccounts
    function withdraw(address to, uint256 amount) external nonReentrant {
        _withdraw(_pileOf(msg.sender), to, amount);
    }

    /// @inheritdoc IAccounts
    function withdrawFor(
        address account,
        address to,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deadline) Refusals.raise(SignatureExpired.selector, deadline);
        uint256 pile = _pileOf(account);
        uint256 nonce = _stateOf(pile).nonce();
        _requireSigned(account, keccak256(abi.encode(WITHDRAWAL, account, to, amount, nonce, deadline)), signature);
        _skipNonce(pile);
        _withdraw(pile, to, amount);
    }

    /// @inheritdoc IAccounts
    function withdrawFrom(address account, uint256 amount) external nonReentrant {
        uint256 pile = _pileOf(account);
        if (msg.sender != _payouts[pile]) Refusals.raise(NotPayout.selector, msg.sender);
        _withdraw(pile, msg.sender, amount);
    }

    /// @inheritdoc IAccounts
    function setPayout(address account, address payout) external {
        uint256 pile = _pileOf(account);
        address current = _payouts[pile];
        if (msg.sender != (current == address(0) ? account : current)) {
            Refusals.raise(NotPayout.selector, msg.sender);
        }
        if (payout == address(this)) Refusals.raise(InvalidReceiver.selector, payout);
        _payouts[pile] = payout;
        _setState(pile, _stateOf(pile).withPayout(payout != address(0)));
        emit PayoutSet(pile, payout);
    }

    /// @inheritdoc IAccounts
    function withdrawGrid(address to, uint256 amount) external nonReentrant onlyRole(GRID_OPERATOR_ROLE) {
        if (amount == 0) Refusals.raise(AmountTooSmall.selector, 0, UNIT);
        _requireUnclaimed(amount);
        _payFromGrid(to, amount);
    }

    /// @inheritdoc IAccounts
    function setMatchingFund(uint256 amount) external nonReentrant onlyRole(GRID_OPERATOR_ROLE) {
        uint256 fund = _matchingFund;
        if (amount > fund) _requireUnclaimed(amount - fund);
        uint256 balance = _takeFromGrid(amount, fund);
        // Not more than the account, which has 64 bits, and the fund had together.
        // forge-lint: disable-next-line(unsafe-typecast)
        _matchingFund = uint64(amount);
        emit MatchingFundSet(amount, balance);
    }

    /// @inheritdoc IAccounts
    function payClaim(address to, uint256 amount) external nonReentrant {
        if (msg.sender != DELIVERY) Refusals.raise(ISettlement.NotDelivery.selector, msg.sender);
        _payFromGrid(to, amount);
    }

    /// @inheritdoc IAccounts
    function payoutOf(address account) external view returns (address) {
        return _payouts[_numberOf(account)];
    }

    /// @inheritdoc IAccounts
    function freeBalanceOf(address account) external view returns (uint256) {
        return _withoutDeadOrder(_stateOf(_pileOf(account))).balance();
    }

    /// @inheritdoc IAccounts
    function lockedBalanceOf(address account) external view returns (uint256) {
        return _lockOf(_withoutDeadOrder(_stateOf(_pileOf(account))));
    }

    /// @inheritdoc IAccounts
    function gridBalance() external view returns (uint256) {
        return _marketTotals.gridBalance();
    }

    /// @inheritdoc IAccounts
    function matchingFund() external view returns (uint256) {
        return _matchingFund;
    }

    /// @dev Takes free money of a pile out.
    function _withdraw(uint256 pile, address to, uint256 amount) private {
        if (amount == 0) Refusals.raise(AmountTooSmall.selector, 0, UNIT);
        PileState s = _withoutDeadOrder(_stateOf(pile));
        if (s.hasPayout() && to != _payouts[pile]) Refusals.raise(InvalidReceiver.selector, to);
        uint256 free = s.balance();
        uint256 held = _heldMargin(pile, s);
        free = free > held ? free - held : 0;
        if (amount > free) Refusals.raise(InsufficientBalance.selector, free, amount);
        s = s.less(amount);
        _setState(pile, s);
        // Before the transfer: a token that calls back may change the balance again, and events tell it in order.
        emit Withdrawn(pile, to, amount, s.balance());
        _pay(to, amount);
    }

    /// @notice The part of a free balance that must stay while the pile has a live order. Behind the gate: the money it
    /// needs to take part; once the frame is cleared, the margin that a round's execution may still take. In front of
    /// the gate, where leaving costs a fee: its need at the highest tariffs, or an order would lapse for want of margin
    /// instead of being cancelled.
    function _heldMargin(uint256 pile, PileState s) private view returns (uint256) {
        if (s.remainingWh() == 0) return 0;
        uint256 closed = _closedFrame(s);
        if (closed == 0 && !_leavingCosts(s)) return 0;
        uint256 margin = _marginOf(pile, closed == 0 ? HIGHEST_TARIFFS : _publicationOf(closed));
        return _marketTotals.lastFrame() == closed ? margin : margin << MARGIN_SHIFT;
    }

    /// @dev Reverts where claims leave less of the operator's account.
    function _requireUnclaimed(uint256 amount) private view {
        uint256 unclaimed = IDelivery(DELIVERY).unclaimedOf(IMarket(address(this)));
        if (amount > unclaimed) Refusals.raise(InsufficientBalance.selector, unclaimed, amount);
    }

    /// @dev Takes money out of the operator's account and puts `back` in, but not while a round can be executed: the
    /// money that its plans were scored on stays.
    function _takeFromGrid(uint256 amount, uint256 back) private returns (uint256 balance) {
        MarketTotals c = _marketTotals;
        uint256 frame = c.lastFrame();
        if (c.isRoundOpen() && block.timestamp < frame * FRAME_SECONDS) Refusals.raise(RoundOpen.selector, frame);
        balance = c.gridBalance() + back - amount;
        _marketTotals = c.withGridBalance(balance);
    }

    /// @dev Pays out of the operator's account.
    function _payFromGrid(address to, uint256 amount) private {
        emit GridWithdrawn(to, amount, _takeFromGrid(amount, 0));
        _pay(to, amount);
    }

    /// @dev Pays out. A token that takes more from the market than it pays would take it from the other piles.
    function _pay(address to, uint256 amount) private {
        if (to == address(this)) Refusals.raise(InvalidReceiver.selector, to);
        uint256 tokenAmount = amount * UNIT;
        uint256 heldBefore = TOKEN.balanceOf(address(this));
        TOKEN.safeTransfer(to, tokenAmount);
        uint256 held = TOKEN.balanceOf(address(this));
        if (held + tokenAmount < heldBefore) Refusals.raise(TokenTookTooMuch.selector, heldBefore - held, tokenAmount);
    }

    /// @dev Credits a pile with the amount that arrived.
    function _deposit(address account, uint256 tokenAmount) private {
        uint256 pile = _pileOf(account);
        uint256 amount = _receive(tokenAmount);
        PileState s = _stateOf(pile);
        uint256 balance = s.balance() + amount;
        // Should the token take balances back, claims may exceed its holdings: this pile's own must still fit.
        if (balance > PileStateLib.MAX_BALANCE)
            Refusals.raise(TooMuchMoney.selector, balance, PileStateLib.MAX_BALANCE);
        _setState(pile, s.withBalance(balance));
        emit Deposited(pile, msg.sender, amount, balance);
    }

    /// @notice Takes tokens from the caller. A remainder below a money unit stays with the market.
    /// @return amount the amount that arrived, money units
    function _receive(uint256 tokenAmount) private returns (uint256 amount) {
        if (_head.isPaused()) revert IOrderBook.EntryPaused();
        uint256 heldBefore = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), tokenAmount);
        uint256 held = TOKEN.balanceOf(address(this));
        amount = held > heldBefore ? (held - heldBefore) / UNIT : 0;
        if (amount == 0) Refusals.raise(AmountTooSmall.selector, tokenAmount, UNIT);
        // Claims never exceed the holdings, so no balance can outgrow its field while this holds.
        if (held / UNIT > PileStateLib.MAX_BALANCE)
            Refusals.raise(TooMuchMoney.selector, held / UNIT, PileStateLib.MAX_BALANCE);
    }
}
