// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Money comes in and goes out
/// @notice Handlers are named after the market's functions.
contract AccountsHandler is Handler {
    bytes32 private constant PERMIT = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    bytes32 private constant WITHDRAWAL = keccak256(
        "Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)"
    );

    constructor(World world) Handler(world) {}

    /// @notice A pile or somebody else deposits for a pile, dust included.
    function deposit(uint256 seed) external resumed {
        _reopen(seed);
        uint256 pile = _pile(seed);
        address payer = seed % 4 == 0 ? People.STRANGER : People.pile(pile);
        uint256 tokenAmount = _tokenAmount(seed);
        VM.prank(payer);
        MARKET.deposit(People.pile(pile), tokenAmount);
        MIRROR.addUncounted(tokenAmount % UNIT);
        _did(payer);
    }

    /// @notice A pile deposits with a permit.
    function depositWithPermit(uint256 seed) external resumed {
        _reopen(seed);
        uint256 pile = _pile(seed);
        address account = People.pile(pile);
        uint256 tokenAmount = _tokenAmount(seed);
        IERC20Permit permitted = IERC20Permit(address(TOKEN));
        bytes32 structHash = keccak256(
            abi.encode(PERMIT, account, address(MARKET), tokenAmount, permitted.nonces(account), block.timestamp)
        );
        bytes32 hash = keccak256(abi.encodePacked(hex"1901", permitted.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(People.pileKey(pile), hash);
        VM.prank(account);
        MARKET.depositWithPermit(account, tokenAmount, block.timestamp, v, r, s);
        MIRROR.addUncounted(tokenAmount % UNIT);
        // The permit took the place of the endless allowance.
        VM.prank(account);
        TOKEN.approve(address(MARKET), type(uint256).max);
        _did(account);
    }

    /// @notice Somebody deposits for the grid operator.
    function depositGrid(uint256 seed) external resumed {
        _reopen(seed);
        uint256 tokenAmount = _tokenAmount(seed);
        VM.prank(People.STRANGER);
        MARKET.depositGrid(tokenAmount);
        MIRROR.addUncounted(tokenAmount % UNIT);
        _did(People.STRANGER);
    }

    /// @notice A pile takes out some of what it has free, or all.
    function withdraw(uint256 seed) external resumed {
        (uint256 pile, uint256 amount) = _withdrawable(seed);
        address account = People.pile(pile);
        address to = _receiver(pile, seed);
        VM.prank(account);
        MARKET.withdraw(to, amount);
        _did(account);
    }

    /// @notice A stranger submits what a pile signed to withdraw.
    function withdrawFor(uint256 seed) external resumed {
        (uint256 pile, uint256 amount) = _withdrawable(seed);
        address account = People.pile(pile);
        address to = _receiver(pile, seed);
        uint256 nonce = MIRROR.stateOf(pile).nonce();
        bytes32 hash = keccak256(abi.encode(WITHDRAWAL, account, to, amount, nonce, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(People.pileKey(pile), _typedHash(hash));
        VM.prank(People.STRANGER);
        MARKET.withdrawFor(account, to, amount, block.timestamp, abi.encodePacked(r, s, v));
        MIRROR.read(VM.getRecordedLogs(), People.STRANGER, 1 << pile);
    }

    /// @notice A payout address fetches some of its pile's money; a pile names one first where it has none.
    function withdrawFrom(uint256 seed) external resumed {
        (uint256 pile, uint256 amount) = _withdrawable(seed);
        address payout = People.payout(pile);
        if (MIRROR.payoutOf(pile) == address(0)) _name(pile, People.pile(pile), payout);
        VM.prank(payout);
        MARKET.withdrawFrom(People.pile(pile), amount);
        _did(payout);
    }

    /// @notice A pile names its payout address, or that address lets it go.
    function setPayout(uint256 seed) external resumed {
        uint256 pile = _pile(seed);
        bool named = MIRROR.payoutOf(pile) != address(0);
        _name(pile, named ? People.payout(pile) : People.pile(pile), named ? address(0) : People.payout(pile));
    }

    /// @notice The grid operator takes out some of its income.
    function withdrawGrid(uint256 seed) external resumed {
        _pastRound(seed);
        // At times all of it, so that surplus becomes a claim and plans have nothing to export for.
        uint256 amount = _mix(seed, 1) % 12 == 0 ? MIRROR.unclaimed() : _in(seed, 1, MIRROR.unclaimed() / 4 + 1);
        VM.prank(People.OPERATOR);
        MARKET.withdrawGrid(People.OPERATOR, amount);
        _did(People.OPERATOR);
    }

    /// @notice The grid operator sets more or less aside for what sellers get beyond what buyers pay.
    function setMatchingFund(uint256 seed) external resumed {
        _pastRound(seed);
        uint256 amount = _in(seed, 1, MIRROR.matchingFund() + MIRROR.unclaimed() / 4);
        VM.prank(People.OPERATOR);
        MARKET.setMatchingFund(amount);
        _did(People.OPERATOR);
    }

    /// @notice Somebody sends the market tokens without a deposit.
    function donate(uint256 seed) external resumed {
        uint256 tokenAmount = _in(seed, 0, 10 * UNIT);
        VM.prank(People.STRANGER);
        TOKEN.transfer(address(MARKET), tokenAmount);
        MIRROR.addUncounted(tokenAmount);
    }

    /// @dev Sets a pile's payout address in somebody's name.
    function _name(uint256 pile, address actor, address payout) private {
        VM.prank(actor);
        MARKET.setPayout(People.pile(pile), payout);
        _did(actor);
    }

    /// @dev Whom a pile may pay out to.
    function _receiver(uint256 pile, uint256 seed) private view returns (address) {
        address payout = MIRROR.payoutOf(pile);
        if (payout != address(0)) return payout;
        return seed % 4 == 0 ? People.STRANGER : People.pile(pile);
    }

    /// @dev A pile with free money, where there is one, and some of it or all.
    function _withdrawable(uint256 seed) private view returns (uint256 pile, uint256 amount) {
        pile = _pile(seed);
        uint256 count = _pileCount();
        for (uint256 i; i < count && MIRROR.freeOf(pile) <= MIRROR.heldMarginOf(pile); ++i) pile = _next(pile);
        uint256 free = MIRROR.freeOf(pile);
        uint256 held = MIRROR.heldMarginOf(pile);
        free = free > held ? free - held : 0;
        amount = seed % 8 == 0 ? free : _in(_mix(seed, 1), 1, free / 3 + 1);
    }

    /// @dev Smallest token units of a deposit.
    function _tokenAmount(uint256 seed) private view returns (uint256) {
        return _in(_mix(seed, 1), 1, 2_000_000) * UNIT + _in(_mix(seed, 2), 0, UNIT - 1);
    }
}
