// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { SignedTerms, SignedTermsLib } from "../../../contracts/types/SignedTerms.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Piles place, replace and cancel orders, themselves or by signature
/// @notice Handlers are named after the market's functions.
contract OrdersHandler is Handler {
    bytes32 private constant ORDER_OF = keccak256(
        "OrderOf(address account,Order order)Order(uint8 action,bool charge,uint256 price,uint256 energyWh,uint256 peakWh,uint256 expiryFrame,uint256 nonce,uint256 deadline)"
    );

    constructor(World world) Handler(world) {}

    /// @notice A pile without an order places one.
    function place(uint256 seed) external resumed {
        uint256 pile = _pileWith(false, seed);
        _fund(pile, seed);
        IOrderBook.OrderRequest memory request = _request(pile, seed);
        VM.prank(People.pile(pile));
        MARKET.place(request);
        _did(People.pile(pile));
    }

    /// @notice A pile replaces its order; once its window is over, where all are behind the gate.
    function replace(uint256 seed) external resumed {
        uint256 pile = _beforeGate(seed);
        _fund(pile, seed);
        IOrderBook.OrderRequest memory request = _request(pile, seed);
        VM.prank(People.pile(pile));
        MARKET.replace(request);
        _did(People.pile(pile));
    }

    /// @notice A pile cancels its order.
    function cancel(uint256 seed) external resumed {
        uint256 pile = _beforeGate(seed);
        VM.prank(People.pile(pile));
        MARKET.cancel();
        _did(People.pile(pile));
    }

    /// @notice A stranger submits an order that a pile signed.
    function submit(uint256 seed) external resumed {
        _reopen(seed);
        uint256 pile = _pileWith(seed % 4 == 0, _mix(seed, 7));
        _fund(pile, seed);
        IOrderBook.SignedOrder memory order = _signed(pile, seed);
        VM.prank(People.STRANGER);
        MARKET.submit(order);
        MIRROR.read(VM.getRecordedLogs(), People.STRANGER, 1 << pile);
    }

    /// @notice A stranger submits an order that a pile signed as its account.
    function submitFor(uint256 seed) external resumed {
        _reopen(seed);
        uint256 pile = _pileWith(seed % 4 == 0, _mix(seed, 7));
        _fund(pile, seed);
        SignedTerms terms = _signed(pile, seed).terms;
        bytes32 hash = keccak256(abi.encode(ORDER_OF, People.pile(pile), terms.structHash()));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(People.pileKey(pile), _typedHash(hash));
        VM.prank(People.STRANGER);
        MARKET.submitFor(People.pile(pile), terms, abi.encodePacked(r, s, v));
        MIRROR.read(VM.getRecordedLogs(), People.STRANGER, 1 << pile);
    }

    /// @notice A stranger submits several, some of which the market refuses.
    function submitBatch(uint256 seed) external resumed {
        _reopen(seed);
        IOrderBook.SignedOrder[] memory orders = new IOrderBook.SignedOrder[](_in(seed, 1, 4));
        uint256 signers;
        for (uint256 i; i < orders.length; ++i) {
            uint256 pile = _pileWith(_mix(seed, i) % 4 == 0, _mix(seed, 10 + i));
            if (_mix(seed, i) % 3 != 0) _fund(pile, seed);
            orders[i] = _signed(pile, _mix(seed, 20 + i));
            // A pile that signed two orders with one nonce has only the first accepted.
            signers |= 1 << pile;
            if (_mix(seed, i) % 7 == 0) orders[i].r = bytes32(uint256(orders[i].r) ^ 1);
        }
        VM.prank(People.STRANGER);
        MARKET.submitBatch(orders);
        MIRROR.read(VM.getRecordedLogs(), People.STRANGER, signers);
    }

    /// @notice A pile makes void what it signed.
    function skipNonce(uint256 seed) external resumed {
        address account = People.pile(_pile(seed));
        VM.prank(account);
        MARKET.skipNonce();
        _did(account);
    }

    /// @dev A pile whose live order is before the gate.
    function _beforeGate(uint256 seed) private returns (uint256 pile) {
        pile = _pileWith(true, seed);
        if (MIRROR.isBehindGate(pile)) {
            WORLD.elapse((block.timestamp / FRAME_SECONDS + 1) * FRAME_SECONDS);
            pile = _pileWith(true, seed);
        }
    }

    /// @dev An action that suits the pile: an order where it has none, else another one or none.
    function _signed(uint256 pile, uint256 seed) private view returns (IOrderBook.SignedOrder memory order) {
        PileState s = MIRROR.stateOf(pile);
        uint256 action = SignedTermsLib.PLACE;
        if (MIRROR.isLive(pile)) action = seed % 2 == 0 ? SignedTermsLib.REPLACE : SignedTermsLib.CANCEL;
        uint256 word = action | (s.nonce() << 128) | ((block.timestamp + _in(seed, 0, 3600)) << 152);
        if (action != SignedTermsLib.CANCEL) {
            IOrderBook.OrderRequest memory request = _request(pile, seed);
            if (request.charge) word |= 4;
            word |= (request.energyWh << 8) | (request.peakWh << 32) | (request.expiryFrame << 56);
            word |= request.price << 88;
        }
        order.terms = SignedTerms.wrap(word);
        (uint8 v, bytes32 r, bytes32 sOfSignature) = VM.sign(People.pileKey(pile), _signingHash(order.terms));
        (order.r, order.vs) = (r, bytes32(uint256(sOfSignature) | (uint256(v - 27) << 255)));
    }
}
