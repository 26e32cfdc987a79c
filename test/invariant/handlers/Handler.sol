// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { IPlanRewards } from "../../../contracts/interfaces/IPlanRewards.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { SignedTerms } from "../../../contracts/types/SignedTerms.sol";
import { Mirror } from "../mirror/Mirror.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { IFaucet, World } from "../World.sol";

/// @title Common part of the handlers
/// @notice A handler brings about the state that its call needs, calls in somebody's name, and hands the logs to the
/// mirror. A refusal by the market makes the handler revert, so that forge's count of reverts is the market's.
abstract contract Handler {
    /// @dev The market's cap on a transaction, EIP-7825.
    uint256 internal constant TRANSACTION_GAS = 16_777_216;

    World internal immutable WORLD;
    IMarket internal immutable MARKET;
    IBenefitRounds internal immutable ROUNDS;
    IPlanRewards internal immutable REWARDS;
    IDelivery internal immutable DELIVERY;
    IFaucet internal immutable TOKEN;
    Mirror internal immutable MIRROR;
    uint256 internal immutable FRAME_SECONDS;
    uint256 internal immutable AUCTION_SECONDS;
    uint256 internal immutable READING_SECONDS;
    uint256 internal immutable TICK_SIZE;
    uint256 internal immutable UNIT;
    uint256 internal immutable BOND_PRICE;
    uint256 internal immutable WHEELING_CAP;
    uint256 internal immutable MIN_CREDIT;
    uint256 internal immutable IMPORT_CAP;
    /// @dev Number of the first pile that is not a pretence.
    uint256 internal immutable FIRST_PILE;
    /// @dev Money that lets a pile take part most of the time, margins included, money units.
    uint256 internal immutable PLENTY;

    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    /// @dev Whether a hostile handler found nothing to attack.
    bool internal _idle;

    /// @dev A hostile handler's attack: it reverts with the refusal, or is noted. Where there is nothing to attack the
    /// handler returns, so that its reverts are refusals.
    modifier refused(string memory otherwise) {
        _idle = false;
        _;
        if (!_idle) MIRROR.violate(otherwise);
    }

    /// @dev Every handler's call begins where the chain was left, with no logs.
    modifier resumed() {
        WORLD.resume();
        VM.recordLogs();
        _;
    }

    constructor(World world) {
        WORLD = world;
        MARKET = world.market();
        ROUNDS = world.rounds();
        REWARDS = IPlanRewards(address(ROUNDS));
        DELIVERY = world.delivery();
        TOKEN = world.token();
        MIRROR = world.mirror();
        IMarketParameters.Parameters memory p = world.parameters();
        FRAME_SECONDS = p.frameSeconds;
        AUCTION_SECONDS = p.auctionSeconds;
        READING_SECONDS = p.readingSeconds;
        TICK_SIZE = p.tickSize;
        UNIT = p.unit;
        BOND_PRICE = p.bondPricePerKwh;
        WHEELING_CAP = p.wheelingCapPerKwh;
        MIN_CREDIT = p.minCredit;
        IMPORT_CAP = p.importCapPerKwh;
        FIRST_PILE = MIRROR.firstPile();
        PLENTY = p.readingSeconds == 0 ? 300_000 : 4_500_000;
    }

    /// @dev Hands the logs since the last time to the mirror.
    function _did(address actor) internal {
        MIRROR.read(VM.getRecordedLogs(), actor, 0);
    }

    /// @dev A number within bounds, both included.
    function _in(uint256 seed, uint256 lowest, uint256 highest) internal pure returns (uint256) {
        return lowest + (seed % (highest - lowest + 1));
    }

    /// @dev Another number from the same seed.
    function _mix(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    /// @dev A price within bounds, in whole ticks.
    function _price(uint256 seed, uint256 lowest, uint256 highest) internal view returns (uint256) {
        return (_in(seed, lowest, highest) / TICK_SIZE) * TICK_SIZE;
    }

    /// @dev Some registered pile.
    function _pile(uint256 seed) internal view returns (uint256) {
        return _in(seed, FIRST_PILE, MIRROR.pileCount());
    }

    /// @dev Number of registered piles.
    function _pileCount() internal view returns (uint256) {
        return MIRROR.pileCount() - FIRST_PILE + 1;
    }

    /// @dev The pile after another; the first after the last.
    function _next(uint256 pile) internal view returns (uint256) {
        return pile == MIRROR.pileCount() ? FIRST_PILE : pile + 1;
    }

    /// @dev One of the three piles that propose plans.
    function _proposingPile(uint256 seed) internal view returns (uint256) {
        return FIRST_PILE + (seed % 3);
    }

    /// @dev Hash that a pile signs to have an order submitted for it.
    function _signingHash(SignedTerms terms) internal view returns (bytes32) {
        return _typedHash(terms.structHash());
    }

    /// @dev Hash of what is signed for the market.
    function _typedHash(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("AdBEV Market"), keccak256("1"), block.chainid, address(MARKET))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @dev Lets time pass until no round can be executed, mostly.
    function _pastRound(uint256 seed) internal {
        if (seed % 5 != 0 && MIRROR.isExecutable()) WORLD.elapse(MIRROR.lastFrame() * FRAME_SECONDS);
    }

    /// @dev Lets time pass until the window of the next frame that nobody cleared is open, at most a quarter into it.
    function _toWindow(uint256 seed) internal returns (uint256 frame) {
        frame = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS;
        if (frame == block.timestamp / FRAME_SECONDS || frame <= MIRROR.lastFrame()) {
            frame = block.timestamp / FRAME_SECONDS + 1;
            if (frame <= MIRROR.lastFrame()) ++frame;
            WORLD.elapse(frame * FRAME_SECONDS - AUCTION_SECONDS + _in(seed, 0, AUCTION_SECONDS / 4));
        }
    }

    /// @dev Clears a frame in its window; whatever is in the book, that works and fits into a transaction.
    function _clear(uint256 frame, address actor) internal {
        VM.prank(actor);
        uint256 gasBefore = gasleft();
        try MARKET.clear(frame) {
            uint256 gasUsed = gasBefore - gasleft();
            MIRROR.noteClearingGas(gasUsed);
            if (gasUsed >= TRANSACTION_GAS) MIRROR.violate("INV-8 a clearing does not fit into a transaction");
        } catch {
            MIRROR.violate("INV-8 a clearing in its window reverted");
        }
        _did(actor);
    }

    /// @dev Reopens entry, mostly.
    function _reopen(uint256 seed) internal {
        if (!MIRROR.paused() || seed % 8 == 0) return;
        VM.prank(People.GUARDIAN);
        MARKET.setEntryPaused(false);
        _did(People.GUARDIAN);
    }

    /// @dev Deposits for a pile out of its own pocket, money units.
    function _deposit(uint256 pile, uint256 amount) internal {
        address account = People.pile(pile);
        VM.prank(account);
        MARKET.deposit(account, amount * UNIT);
        _did(account);
    }

    /// @dev Gives a pile enough to place an order with and, but for some, to take part.
    function _fund(uint256 pile, uint256 seed) internal {
        _reopen(seed);
        uint256 wanted = _mix(seed, 6) % 8 == 0 ? 300_000 : PLENTY;
        if (MIRROR.freeOf(pile) < wanted) _deposit(pile, _in(seed, wanted, 3_000_000 + wanted));
    }

    /// @dev An order that the pile can pay, at a price that often meets others'.
    function _request(uint256 pile, uint256 seed) internal view returns (IOrderBook.OrderRequest memory request) {
        request.charge = seed % 5 < 3;
        request.price =
            request.charge ? _price(_mix(seed, 1), 120_000, 420_000) : _price(_mix(seed, 1), 40_000, 300_000);
        uint256 lockPrice = request.charge ? request.price + WHEELING_CAP : BOND_PRICE;
        uint256 free = MIRROR.pileMoney(pile);
        // The margins stay free.
        if (READING_SECONDS != 0 && free > PLENTY) free -= PLENTY - 1_000_000;
        // Half of the orders are small enough to be normal ones.
        uint256 most = _mix(seed, 5) % 2 == 0 ? 2700 : 9000;
        if (lockPrice != 0 && (free * 1000) / lockPrice < most) most = (free * 1000) / lockPrice;
        if (most == 0) most = 1;
        request.energyWh = _in(_mix(seed, 2), most > 400 ? most / 8 : 1, most);
        request.peakWh = seed % 3 == 0 ? _in(_mix(seed, 3), 1, request.energyWh) : 0;
        uint256 first = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        request.expiryFrame = first + _in(_mix(seed, 4), 0, seed % 7 == 0 ? 96 : 8);
    }

    /// @dev A pile in good standing, with a live order before the gate or without one; any where there is none such.
    function _pileWith(bool live, uint256 seed) internal view returns (uint256 pile) {
        uint256 count = _pileCount();
        for (uint256 i; i < count; ++i) {
            pile = FIRST_PILE + (((seed % count) + i) % count);
            if (MIRROR.isLive(pile) != live || (live && MIRROR.isBehindGate(pile))) continue;
            PileState s = MIRROR.stateOf(pile);
            if (!s.isSuspended() && s.credit() >= MIN_CREDIT) return pile;
        }
    }

    /// @dev The fills of a frame as settling wants them.
    function _fillsOf(Told.Frame memory f) internal pure returns (Fill[] memory fills) {
        uint256[] memory words = f.fills;
        assembly ("memory-safe") {
            fills := words
        }
    }

    /// @dev The market's roles.
    function _roles() internal view returns (IAccessControl) {
        return IAccessControl(address(MARKET));
    }
}
