// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import { IAccounts } from "../interfaces/IAccounts.sol";
import { IOrderBook } from "../interfaces/IOrderBook.sol";
import { IPileRegistry } from "../interfaces/IPileRegistry.sol";
import { Money } from "../libraries/Money.sol";
import { Refusals } from "./Refusals.sol";
import { SignedActs } from "./SignedActs.sol";
import { BookHead } from "../types/BookHead.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";
import { SignedTerms, SignedTermsLib } from "../types/SignedTerms.sol";

/// @title The order book
/// @notice Orders enter, are replaced and leave, each in its pile's own slot.
/// @dev A refusal is built as the encoded custom error and returned: a single order throws it, a batch reports it and
/// goes on.
abstract contract OrderBook is SignedActs, IOrderBook {
    /// @dev An order of an account that may be a contract.
    // solhint-disable-next-line gas-small-strings
    bytes32 private constant ORDER_OF = keccak256(
        "OrderOf(address account,Order order)Order(uint8 action,bool charge,uint256 price,uint256 energyWh,uint256 peakWh,uint256 expiryFrame,uint256 nonce,uint256 deadline)"
    );

    /// @inheritdoc IOrderBook
    function place(OrderRequest calldata request) external {
        _act(SignedTermsLib.PLACE, request);
    }

    /// @inheritdoc IOrderBook
    function replace(OrderRequest calldata request) external {
        _act(SignedTermsLib.REPLACE, request);
    }

    /// @inheritdoc IOrderBook
    function cancel() external {
        uint256 pile = _pileOf(msg.sender);
        bytes memory refusal = _cancel(pile, _stateOf(pile).withNonceUsed());
        Refusals.raise(refusal);
    }

    /// @inheritdoc IOrderBook
    function submit(SignedOrder calldata order) external {
        assembly ("memory-safe") {
            // Adds nothing: no value is sent. A constant offset would have the compiler make a second copy of
            // {_submit}.
            order := add(order, callvalue())
        }
        (bytes memory refusal, , BookHead head) = _submit(order, _head);
        Refusals.raise(refusal);
        _head = head;
    }

    /// @inheritdoc IOrderBook
    function submitBatch(SignedOrder[] calldata orders) external returns (uint256 accepted) {
        BookHead head = _head;
        for (uint256 i; i < orders.length; ++i) {
            (bytes memory refusal, address signer, BookHead next) = _submit(orders[i], head);
            if (refusal.length == 0) {
                head = next;
                ++accepted;
            } else {
                emit OrderRefused(i, signer, refusal);
            }
        }
        if (accepted != 0) _head = head;
    }

    /// @inheritdoc IOrderBook
    function submitFor(address account, SignedTerms terms, bytes calldata signature) external {
        if (!terms.isWellFormed()) Refusals.raise(MalformedTerms.selector, SignedTerms.unwrap(terms));
        _requireSigned(account, keccak256(abi.encode(ORDER_OF, account, terms.structHash())), signature);
        (bytes memory refusal, BookHead head) = _carryOut(terms, account, _head);
        Refusals.raise(refusal);
        _head = head;
    }

    /// @inheritdoc IOrderBook
    function setEntryPaused(bool paused) external onlyRole(GUARDIAN_ROLE) {
        _head = _head.withPaused(paused);
        emit EntryPauseSet(paused);
    }

    /// @inheritdoc IOrderBook
    function bookHead() external view returns (BookHead) {
        return _head;
    }

    /// @dev Places or replaces for the caller.
    function _act(uint256 action, OrderRequest calldata request) private {
        (uint256 pile, uint256 reachWh) = _pileAndReach(msg.sender);
        if (pile == 0) Refusals.raise(NotRegistered.selector, msg.sender);
        (bytes memory refusal, BookHead head) = _enter(
            action,
            pile,
            reachWh,
            _stateOf(pile).withNonceUsed(),
            request,
            _head
        );
        Refusals.raise(refusal);
        _head = head;
    }

    /// @dev Carries out one signed order on the head as it is in memory.
    function _submit(
        SignedOrder calldata order,
        BookHead head
    ) private returns (bytes memory refusal, address signer, BookHead next) {
        SignedTerms terms = order.terms;
        next = head;
        if (!terms.isWellFormed())
            return (Refusals.encode(MalformedTerms.selector, SignedTerms.unwrap(terms)), signer, next);
        ECDSA.RecoverError failure;
        (signer, failure, ) = ECDSA.tryRecover(_hashTypedDataV4(terms.structHash()), order.r, order.vs);
        if (failure != ECDSA.RecoverError.NoError) {
            return (Refusals.encode(InvalidSignature.selector), signer, next);
        }
        (refusal, next) = _carryOut(terms, signer, head);
    }

    /// @dev Carries out what an account has signed.
    function _carryOut(
        SignedTerms terms,
        address signer,
        BookHead head
    ) private returns (bytes memory refusal, BookHead next) {
        next = head;
        if (block.timestamp > terms.deadline()) {
            return (Refusals.encode(SignatureExpired.selector, terms.deadline()), next);
        }
        (uint256 pile, uint256 reachWh) = _pileAndReach(signer);
        if (pile == 0) return (Refusals.encode(IPileRegistry.NotRegistered.selector, uint160(signer)), next);
        PileState s = _stateOf(pile);
        uint256 nonce = s.nonce();
        if (terms.nonce() != nonce) {
            return (Refusals.encode(InvalidNonce.selector, terms.nonce(), nonce), next);
        }
        if (nonce == PileStateLib.MAX_NONCE) {
            return (Refusals.encode(NoncesExhausted.selector, pile), next);
        }
        s = s.withNextNonce();
        if (terms.action() == SignedTermsLib.CANCEL) {
            refusal = _cancel(pile, s);
        } else {
            (refusal, next) = _enterSigned(terms, pile, reachWh, s, head);
        }
    }

    /// @dev {_enter} with the signed terms.
    function _enterSigned(
        SignedTerms terms,
        uint256 pile,
        uint256 reachWh,
        PileState s,
        BookHead head
    ) private returns (bytes memory refusal, BookHead next) {
        OrderRequest memory request = OrderRequest({
            charge: terms.isCharge(),
            price: terms.price(),
            energyWh: terms.energyWh(),
            peakWh: terms.peakWh(),
            expiryFrame: terms.expiryFrame()
        });
        return _enter(terms.action(), pile, reachWh, s, request, head);
    }

    /// @dev Cancels the live order of `s`, or returns why not.
    function _cancel(uint256 pile, PileState s) private returns (bytes memory refusal) {
        if (!_isLive(s)) return Refusals.encode(NoLiveOrder.selector, pile);
        uint256 closed = _closedFrame(s);
        if (closed != 0) return Refusals.encode(GateClosed.selector, closed);
        // The live bit stays until the next clearing prunes it, which is cheaper for everybody.
        uint256 lock = _lockOf(s);
        uint256 fee = _cancelFee(s, lock);
        s = s.withBalance(s.balance() + lock - fee).withoutOrder();
        _setState(pile, s);
        _bookCancelFee(pile, fee);
        emit OrderCancelled(pile, s);
    }

    /// @notice Places or replaces an order, or returns why not.
    /// @param reachWh energy that the pile moves in a frame, Wh
    /// @param s the pile's slot
    /// @param head the head as it is now
    /// @return refusal the encoded custom error; empty where the order entered the book
    /// @return next the head afterwards; the caller writes it
    function _enter(
        uint256 action,
        uint256 pile,
        uint256 reachWh,
        PileState s,
        OrderRequest memory request,
        BookHead head
    ) private returns (bytes memory refusal, BookHead next) {
        next = head;
        uint256 firstFrame = _nextFirstFrame();
        refusal = _refusal(action, pile, s, request, head, firstFrame);
        if (refusal.length != 0) return (refusal, next);

        // An order still in the slot is dead or being replaced: its lock is free.
        uint256 oldLock = _lockOf(s);
        uint256 free = s.balance() + oldLock;
        uint256 lock = Money.amountUp(_lockPrice(request.charge, request.price), request.energyWh);
        uint256 fee = action == SignedTermsLib.REPLACE ? _cancelFee(s, oldLock) : 0;
        lock += fee;
        if (lock > free) return (Refusals.encode(IAccounts.InsufficientBalance.selector, free, lock), next);
        unchecked {
            s = _withOrder(s.withBalance(free - lock), request, reachWh, firstFrame, head.sequence());
        }
        _setState(pile, s);
        _bookCancelFee(pile, fee);
        next = _markLive(pile, head.withNextSequence());
        emit OrderPlaced(pile, s);
    }

    /// @dev The slot with the requested order in it: an iceberg where it is too large to be displayed at once and has
    /// more than one frame.
    function _withOrder(
        PileState s,
        OrderRequest memory request,
        uint256 reachWh,
        uint256 firstFrame,
        uint256 sequence
    ) private view returns (PileState) {
        unchecked {
            s = s.withOrder(
                request.price / TICK_SIZE,
                request.energyWh,
                firstFrame,
                request.expiryFrame - firstFrame,
                request.charge,
                sequence
            );
        }
        uint256 energyWh = request.energyWh;
        uint256 peakWh = request.peakWh;
        bool large = energyWh > ICEBERG_THRESHOLD_WH || energyWh > reachWh || (peakWh != 0 && peakWh < energyWh);
        if (large) {
            if (peakWh == 0 || peakWh > ICEBERG_PEAK_WH) peakWh = ICEBERG_PEAK_WH;
            if (peakWh > reachWh) peakWh = reachWh;
        } else {
            peakWh = energyWh;
        }
        return s.withTranches(peakWh, large && request.expiryFrame != firstFrame);
    }

    /// @dev The reason why an order may not enter the book, whatever its pile owns; empty where it may.
    function _refusal(
        uint256 action,
        uint256 pile,
        PileState s,
        OrderRequest memory request,
        BookHead head,
        uint256 firstFrame
    ) private view returns (bytes memory) {
        if (head.isPaused()) return Refusals.encode(EntryPaused.selector);
        bool live = _isLive(s);
        if (action == SignedTermsLib.REPLACE) {
            if (!live) return Refusals.encode(NoLiveOrder.selector, pile);
            uint256 closed = _closedFrame(s);
            if (closed != 0) return Refusals.encode(GateClosed.selector, closed);
            live = false;
        }
        if (s.isSuspended()) return Refusals.encode(IPileRegistry.PileSuspended.selector, pile);
        if (s.credit() < MIN_CREDIT) {
            return Refusals.encode(CreditTooLow.selector, pile, s.credit(), MIN_CREDIT);
        }
        uint256 price = request.price;
        uint256 ticks = price / TICK_SIZE;
        if (price == 0 || ticks > PileStateLib.MAX_PRICE_TICKS) {
            uint256 highest = PileStateLib.MAX_PRICE_TICKS * TICK_SIZE;
            return Refusals.encode(PriceOutOfRange.selector, price, TICK_SIZE, highest);
        }
        if (ticks * TICK_SIZE != price) return Refusals.encode(PriceOffTick.selector, price, TICK_SIZE);
        uint256 energyWh = request.energyWh;
        if (energyWh < MIN_ENERGY_WH) {
            return Refusals.encode(EnergyBelowMinimum.selector, energyWh, MIN_ENERGY_WH);
        }
        if (energyWh > PileStateLib.MAX_ENERGY_WH) {
            return Refusals.encode(EnergyAboveMaximum.selector, energyWh, PileStateLib.MAX_ENERGY_WH);
        }
        uint256 expiryFrame = request.expiryFrame;
        uint256 lastFrame = firstFrame + PileStateLib.MAX_SPAN_FRAMES;
        if (expiryFrame < firstFrame || expiryFrame > lastFrame) {
            return Refusals.encode(ExpiryOutOfRange.selector, expiryFrame, firstFrame, lastFrame);
        }
        if (live) return Refusals.encode(LiveOrderExists.selector, pile);
        return "";
    }

    /// @dev Sets a pile's live bit; the head in memory, a further word in storage.
    function _markLive(uint256 pile, BookHead head) private returns (BookHead) {
        (uint256 word, uint256 bit) = _liveBit(pile);
        if (word == 0) return head.withLive(bit);
        uint256 live = _moreLive[word - 1];
        if ((live >> bit) & 1 == 0) _moreLive[word - 1] = live | (1 << bit);
        return head;
    }

    /// @dev First frame in which an order placed now takes part.
    function _nextFirstFrame() private view returns (uint256) {
        unchecked {
            return (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        }
    }

    /// @notice Fee of a flexible order that leaves after plans reckoned with it: they served it first, or others later,
    /// counting on its next tranche.
    /// @param lock the order's lock, which the fee never exceeds
    /// @return fee money units
    function _cancelFee(PileState s, uint256 lock) private view returns (uint256 fee) {
        if (!_leavingCosts(s)) return 0;
        fee = Money.amountDown(CANCEL_PRICE, s.displayedWh());
        if (fee > lock) fee = lock;
    }

    /// @dev Books a cancel fee to the operator's account.
    function _bookCancelFee(uint256 pile, uint256 fee) private {
        if (fee == 0) return;
        MarketTotals c = _marketTotals;
        uint256 gridBalance = c.gridBalance() + fee;
        _marketTotals = c.withGridBalance(gridBalance);
        emit CancellationPaid(pile, fee, gridBalance);
    }
}
