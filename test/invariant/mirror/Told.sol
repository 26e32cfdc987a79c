// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookHeadLib } from "../../../contracts/types/BookHead.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { Rules } from "./Rules.sol";

/// @title State of a market as its events have told it so far
/// @notice State of the mirror, functions of a slot, and the first broken invariant.
abstract contract Told {
    /// @notice Counters of a run, for the campaign's table.
    struct Counters {
        uint256 clearings;
        uint256 clearingsWithTrades;
        uint256 clearingsFull;
        uint256 trades;
        uint256 gridFills;
        uint256 pricesOfLoad;
        uint256 pricesAboveCap;
        uint256 exportFills;
        uint256 roundsOpened;
        uint256 plansRevealed;
        uint256 plansExecuted;
        uint256 fallbacksExecuted;
        uint256 settlements;
        uint256 readingsStored;
        uint256 silentPostings;
        uint256 settledInPart;
        uint256 framesOfBoth;
        uint256 claims;
        uint256 cancelFees;
        uint256 ordersPlaced;
        uint256 suspendedLeft;
        uint256 maxClearingGas;
    }

    /// @notice Knowledge of a cleared frame.
    /// @param matched number of `fills` that the match made
    /// @param setAside money that waits for the settlement of `fills`, money units
    /// @param digest recorded part of its hash, in its place
    /// @param matchDigest the same after its match
    /// @param fills unsettled fills
    /// @param all every fill
    /// @param allMatched number of them that the match made
    struct Frame {
        bool cleared;
        bool settled;
        int256 loadW;
        int256 matchLoadW;
        uint256 drawnWh;
        uint256 matched;
        uint256 setAside;
        uint256 digest;
        uint256 matchDigest;
        uint256[] fills;
        uint256[] all;
        uint256 allMatched;
    }

    uint256 internal constant WH_PER_KWH = 1000;
    /// @dev Piles whose live bits are in the book's first word.
    uint256 internal constant HEAD_PILES = 208;
    uint256 internal constant REMAINING_SHIFT = 76;
    uint256 internal constant NONCE_SHIFT = 194;
    /// @dev Everything of a slot that outlives an order: balance, suspension, nonce, credit, registration.
    uint256 internal constant LASTING = ((1 << 52) - 1) | (1 << 161) | (((1 << 62) - 1) << NONCE_SHIFT);
    /// @dev Upper 184 bits, which a record keeps of a hash.
    uint256 internal constant KEPT = ~uint256((1 << 72) - 1);
    /// @dev Beginning of the hash of a frame's fills.
    uint256 private constant DOMAIN = uint256(keccak256("AdBEV frame") >> 232) << 232;
    /// @dev Levels of that hash: a match, a round without one, a round after one, what is left of either.
    uint256 internal constant OF_MATCH = 1;
    uint256 internal constant OF_ROUND = 2;
    uint256 internal constant OF_ROUND_AFTER_MATCH = 3;
    uint256 internal constant OF_REST = 4;

    /// @notice The first invariant that did not hold; empty where all did.
    string public violation;
    /// @notice Number of the first pile; those before it are the campaign's pretence of a large market.
    uint256 public firstPile;
    /// @notice Number of the last registered pile.
    uint256 public pileCount;
    /// @notice Slots by pile.
    mapping(uint256 pile => PileState) public stateOf;
    /// @notice Who trades as a pile.
    mapping(uint256 pile => address) public accountOf;
    /// @notice Number of the pile that trades as an account.
    mapping(address account => uint256) public pileOf;
    /// @notice Energy that a pile moves in a frame, Wh.
    mapping(uint256 pile => uint256) public reachWh;
    /// @notice Publications by frame.
    mapping(uint256 frame => PublishedFrame) public publicationOf;
    /// @notice Cleared frames that await settlement, in the order of clearing.
    uint256[] public unsettled;
    /// @notice Money that waits for settlement, money units.
    uint256 public inDelivery;
    /// @notice The grid operator's account, money units.
    uint256 public gridBalance;
    /// @notice Matching fund, out of which sellers get more than buyers pay, money units.
    uint256 public matchingFund;
    /// @notice Tokens that came in without being anybody's, smallest token units.
    uint256 public uncounted;
    /// @notice Last cleared frame.
    uint256 public lastFrame;
    /// @notice Whether its benefit round may still fill orders.
    bool public roundOpen;
    /// @notice Whether entry is paused.
    bool public paused;

    int256 internal _lastLoadW;
    bool internal _lastKnown;
    uint256 internal _pflW;
    uint256 internal _openFrames;
    /// @dev Bit i = pile i + 1 may have a live order.
    uint256 internal _live;
    uint256 internal _sequence;
    address internal _market;
    Rules internal _rules;
    Counters internal _counters;
    mapping(uint256 frame => Frame) internal _frames;
    /// @dev Energy that an order still displays in a frame after its match, Wh.
    mapping(uint256 frame => mapping(uint256 pile => uint256)) internal _leftWh;
    /// @dev Whether an order took part in a frame.
    mapping(uint256 frame => mapping(uint256 pile => bool)) internal _displayed;

    /// @notice Notes that an invariant does not hold; the first one stays.
    function violate(string memory what) public {
        if (bytes(violation).length == 0) violation = what;
    }

    /// @notice Knowledge of a frame.
    function frameOf(uint256 frame) external view returns (Frame memory) {
        return _frames[frame];
    }

    /// @notice Counters so far.
    function counters() external view returns (Counters memory) {
        return _counters;
    }

    /// @notice Number of frames that await settlement.
    function unsettledCount() external view returns (uint256) {
        return unsettled.length;
    }

    /// @notice Whether a pile has an order that can still be filled.
    function isLive(uint256 pile) external view returns (bool) {
        return _isLive(stateOf[pile]);
    }

    /// @notice Money that a pile can spend now, money units: a dead order's lock is free.
    function freeOf(uint256 pile) public view returns (uint256) {
        PileState s = stateOf[pile];
        return _isLive(s) ? s.balance() : s.balance() + _lock(s, s.remainingWh());
    }

    /// @notice Whether a pile's order takes part in the frame whose window is open, or whose round is.
    function isBehindGate(uint256 pile) external view returns (bool) {
        return _isBehindGate(stateOf[pile]);
    }

    /// @notice Money that piles' slots stand for, live order or not.
    function pileMoney(uint256 pile) public view returns (uint256) {
        PileState s = stateOf[pile];
        return s.balance() + _lock(s, s.remainingWh());
    }

    /// @dev Notes a violation unless something holds.
    function _hold(bool holds, string memory what) internal {
        if (!holds) violate(what);
    }

    /// @dev Lock of an order with `energyWh` left, money units.
    function _lock(PileState s, uint256 energyWh) internal view returns (uint256) {
        uint256 price =
            s.isCharge() ? s.priceTicks() * _rules.tickSize + _rules.wheelingCapPerKwh : _rules.bondPricePerKwh;
        return _roundedUp(price, energyWh);
    }

    /// @dev An order ends with the clearing of its last frame, round included, or with that frame's begin.
    function _isLive(PileState s) internal view returns (bool) {
        uint256 last = s.expiryFrame();
        if (s.remainingWh() == 0 || block.timestamp >= last * _rules.frameSeconds) return false;
        return lastFrame < last || (lastFrame == last && roundOpen);
    }

    function _isBehindGate(PileState s) internal view returns (bool) {
        uint256 next = block.timestamp / _rules.frameSeconds + 1;
        if (block.timestamp + _rules.auctionSeconds < next * _rules.frameSeconds) return false;
        if (next < s.firstFrame() || next > s.expiryFrame() || s.remainingWh() == 0) return false;
        return lastFrame < next || roundOpen;
    }

    /// @dev The slot without its order, whose lock is free.
    function _freed(PileState s) internal view returns (PileState) {
        return PileState.wrap((PileState.unwrap(s) & LASTING) + _lock(s, s.remainingWh()));
    }

    /// @dev The slot without an order that is dead. The remains of a filled or cancelled one stay in the slot.
    function _withoutDeadOrder(PileState s) internal view returns (PileState) {
        return s.remainingWh() == 0 || _isLive(s) ? s : _freed(s);
    }

    /// @notice Money that a pile filled in a frame sets aside beside its fills, money units: as much as it moves in a
    /// frame, at the price of a kWh that nobody agreed to.
    function marginOf(uint256 pile, uint256 frame) public view returns (uint256) {
        if (_rules.readingSeconds == 0) return 0;
        PublishedFrame p = publicationOf[frame];
        uint256 ticks = p.importTicks();
        if (_rules.defaulterPays) ticks = 2 * ticks - p.exportTicks();
        return
            _roundedUp(ticks * _rules.tickSize, reachWh[pile]) +
            _roundedUp(p.wheelingTicks() * _rules.tickSize, reachWh[pile]);
    }

    /// @notice Whether the latest round can still be executed.
    function isExecutable() public view returns (bool) {
        return roundOpen && block.timestamp < lastFrame * _rules.frameSeconds;
    }

    /// @dev Header of a hash of this market's fills.
    function _header(uint256 level, uint256 frame, uint256 count) internal view returns (uint256) {
        return DOMAIN | (level << 224) | (uint256(uint160(_market)) << 64) | (frame << 32) | count;
    }

    /// @dev The first word of the market's book.
    function _head() internal view returns (uint256) {
        uint256 moreWords = pileCount > HEAD_PILES ? 1 : 0;
        uint256 word = BookHeadLib.SENTINEL | (_live & ((1 << HEAD_PILES) - 1)) | (_sequence << 208);
        return word | (moreWords << 249) | (paused ? 1 << 248 : 0);
    }

    /// @dev The next word of live piles.
    function _secondWord() internal view returns (uint256) {
        return BookHeadLib.SENTINEL | (_live >> HEAD_PILES);
    }

    /// @dev The market's running totals in their word.
    function _marketTotals() internal view returns (uint256) {
        uint256 word = lastFrame | (uint256(uint40(int40(_lastLoadW))) << 32) | (_pflW << 73) | (gridBalance << 153);
        if (_lastKnown) word |= 1 << 72;
        word |= _openFrames << 218;
        return roundOpen ? word | (1 << 217) : word;
    }

    /// @dev `ceil(price * energyWh / 1000)`.
    function _roundedUp(uint256 price, uint256 energyWh) internal pure returns (uint256) {
        return (price * energyWh + WH_PER_KWH - 1) / WH_PER_KWH;
    }

    /// @dev `floor(price * energyWh / 1000)`.
    function _amount(uint256 price, uint256 energyWh) internal pure returns (uint256) {
        return (price * energyWh) / WH_PER_KWH;
    }
}
