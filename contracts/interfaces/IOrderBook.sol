// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookHead } from "../types/BookHead.sol";
import { PileState } from "../types/PileState.sol";
import { SignedTerms } from "../types/SignedTerms.sol";

/// @title The order book
/// @notice One live order per pile [T 4.3.2]. An order is an iceberg, and shows a tranche a frame [T 4.13], if it is
/// larger than the iceberg threshold, or than its pile moves in a frame, or names a peak below its quantity. Every
/// other order is normal and shown whole [T 4.6]. So is one whose last frame is its first; if it is too large for that
/// frame, it shows one tranche.
interface IOrderBook {
    /// @notice Terms of an order as a pile places it.
    /// @param charge true for a bid (charging), false for an ask (discharging) [T 4.7]
    /// @param price limit, money units per kWh; a multiple of the tick size
    /// @param energyWh total quantity, displayed and hidden
    /// @param peakWh named peak size; 0 names none
    /// @param expiryFrame last frame in which the order may be delivered
    struct OrderRequest {
        bool charge;
        uint256 price;
        uint256 energyWh;
        uint256 peakWh;
        uint256 expiryFrame;
    }

    /// @notice A signed order as a gateway submits it.
    /// @param terms the signed terms, packed; {SignedTerms}
    /// @param r first half of the signature
    /// @param vs second half with the parity in its top bit (ERC-2098)
    struct SignedOrder {
        SignedTerms terms;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice An order entered the book, in place of the pile's former order if it had a live one.
    /// @param state the pile's slot afterwards; {PileState} draws it
    event OrderPlaced(uint256 indexed pile, PileState state);
    /// @notice An order was cancelled and its lock freed.
    /// @param state the pile's slot afterwards
    event OrderCancelled(uint256 indexed pile, PileState state);
    /// @notice A flexible order that plans had reckoned with was cancelled or replaced, and paid for it.
    /// @param fee money units
    /// @param gridBalance the grid operator's account afterwards, money units
    event CancellationPaid(uint256 indexed pile, uint256 fee, uint256 gridBalance);
    /// @notice An order of a batch was refused; the others stand.
    /// @param position its place in the batch, from 0
    /// @param signer the account that signed it, or the address that a broken signature yields
    /// @param refusal the custom error, encoded as it would have been thrown
    event OrderRefused(uint256 indexed position, address indexed signer, bytes refusal);
    /// @notice The guardian paused or reopened entry.
    event EntryPauseSet(bool paused);

    /// @notice Entry is paused: no deposits, no orders. Cancelling, clearing, settling and withdrawing go on.
    error EntryPaused();
    /// @notice The price is zero or beyond what the book can hold.
    error PriceOutOfRange(uint256 price, uint256 lowest, uint256 highest);
    /// @notice The price is no multiple of the tick size.
    error PriceOffTick(uint256 price, uint256 tickSize);
    /// @notice The order is smaller than the market's minimum.
    error EnergyBelowMinimum(uint256 energyWh, uint256 minEnergyWh);
    /// @notice The order is larger than the book can hold.
    error EnergyAboveMaximum(uint256 energyWh, uint256 maxEnergyWh);
    /// @notice The order would expire before its first frame or too far ahead.
    error ExpiryOutOfRange(uint256 expiryFrame, uint256 firstFrame, uint256 lastFrame);
    /// @notice The pile's credit is below the market's minimum, 1/100 point.
    error CreditTooLow(uint256 pile, uint256 credit, uint256 minCredit);
    /// @notice The pile has a live order already; replace or cancel it.
    error LiveOrderExists(uint256 pile);
    /// @notice The pile has no live order.
    error NoLiveOrder(uint256 pile);
    /// @notice The order takes part in a frame whose window is open.
    error GateClosed(uint256 frame);
    /// @notice The signed order does not carry the pile's next nonce.
    error InvalidNonce(uint256 nonce, uint256 expected);
    /// @notice The terms have bits that mean nothing or name no action.
    error MalformedTerms(SignedTerms terms);

    /// @notice Places an order of the calling pile. Like {replace} and {cancel} it uses up the pile's nonce, which
    /// voids the order that the pile had signed with it.
    function place(OrderRequest calldata request) external;

    /// @notice Cancels the calling pile's live order and places another; a refusal leaves the old one untouched.
    function replace(OrderRequest calldata request) external;

    /// @notice Cancels the calling pile's live order. Never paused, open to suspended piles. In a market with rounds a
    /// flexible order that plans reckoned with pays `cancelPricePerKwh` for its displayed energy.
    function cancel() external;

    /// @notice Carries out one signed order, or reverts.
    function submit(SignedOrder calldata order) external;

    /// @notice Carries out signed orders in sequence; a refused one is reported by {OrderRefused} and skipped.
    /// @return accepted number of orders carried out
    function submitBatch(SignedOrder[] calldata orders) external returns (uint256 accepted);

    /// @notice {submit} for an account that may be a contract: it is asked (ERC-1271), a key's signature recovered.
    /// @param account who signed; a registered pile
    /// @param terms what the order is about, packed; {SignedTerms}
    /// @param signature over the EIP-712 struct `OrderOf(address account,Order order)`, as the account understands it;
    /// of a key 65 bytes
    function submitFor(address account, SignedTerms terms, bytes calldata signature) external;

    /// @notice Pauses or reopens entry. Guardian only.
    function setEntryPaused(bool paused) external;

    /// @notice Sequence, pause and live bits of the first piles.
    function bookHead() external view returns (BookHead);
}
