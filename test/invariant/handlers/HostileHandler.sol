// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IAccounts } from "../../../contracts/interfaces/IAccounts.sol";
import { IGridTariffs } from "../../../contracts/interfaces/IGridTariffs.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { IRoundExecution } from "../../../contracts/interfaces/IRoundExecution.sol";
import { ISettlement } from "../../../contracts/interfaces/ISettlement.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { MeterReading } from "../../../contracts/types/MeterReading.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { SignedTerms } from "../../../contracts/types/SignedTerms.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Forbidden calls
/// @notice Every call here must be refused: one that is not breaks an invariant. Refusals make the handlers revert, so
/// that forge counts them.
contract HostileHandler is Handler {
    constructor(World world) Handler(world) {}

    /// @notice Somebody without a role or pile does what only those may that have one.
    function act(uint256 seed) external resumed refused("INV-6 a stranger did what only others may") {
        uint256 which = seed % 20;
        VM.prank(People.STRANGER);
        if (which == 0) MARKET.withdraw(People.STRANGER, 1);
        else if (which == 1) MARKET.withdrawGrid(People.STRANGER, 1);
        else if (which == 2) MARKET.cancel();
        else if (which == 3) MARKET.skipNonce();
        else if (which == 4) MARKET.setEntryPaused(true);
        else if (which == 5) MARKET.setSuspended(People.pile(FIRST_PILE), true);
        else if (which == 6) MARKET.registerPile(People.STRANGER, People.STRANGER, People.STRANGER, 7000);
        else if (which == 7) _roles().grantRole(People.ADMIN_ROLE, People.STRANGER);
        else if (which == 8) _roles().revokeRole(People.GRID_OPERATOR_ROLE, People.OPERATOR);
        else if (which == 9) _roles().renounceRole(People.GRID_OPERATOR_ROLE, People.OPERATOR);
        else if (which == 10) DELIVERY.setMeterKey(MARKET, FIRST_PILE, People.STRANGER);
        else if (which == 11) DELIVERY.setWeatherFactor(MARKET, FIRST_PILE, 100);
        else if (which == 12) DELIVERY.setAttributes(MARKET, FIRST_PILE, IDelivery.PileAttributes(1, 1, 1, 1));
        else if (which == 13) REWARDS.setReward(MARKET, 0);
        else if (which == 14) ROUNDS.commit(MARKET, bytes32(seed));
        else if (which == 15) REWARDS.claimReward(TOKEN, People.STRANGER);
        else if (which == 16) MARKET.payClaim(People.STRANGER, 0);
        else if (which == 17) DELIVERY.rewardFinalising(MARKET, People.STRANGER);
        else if (which == 18) MARKET.publish(new IGridTariffs.FrameTariffs[](1));
        else MARKET.place(IOrderBook.OrderRequest(true, TICK_SIZE, 1, 0, block.timestamp / FRAME_SECONDS + 3));
    }

    /// @notice Roles reach for what is not theirs: the admin and the operator for a pile's money, a pile for the grid's.
    function overreach(uint256 seed) external resumed refused("INV-6 a role did what is not its own") {
        uint256 which = seed % 6;
        uint256 number = _pile(seed);
        address pile = People.pile(number);
        if (which == 0) VM.prank(People.ADMIN);
        else if (which == 1) VM.prank(People.OPERATOR);
        else if (which == 2) VM.prank(People.GUARDIAN);
        else VM.prank(pile);
        if (which == 0) MARKET.withdraw(People.ADMIN, 1);
        else if (which == 1) MARKET.setSuspended(pile, true);
        else if (which == 2) MARKET.publish(new IGridTariffs.FrameTariffs[](1));
        else if (which == 3) MARKET.withdrawGrid(pile, 1);
        else if (which == 4) _roles().grantRole(People.REGISTRAR_ROLE, pile);
        else DELIVERY.setMeterKey(MARKET, number, pile);
    }

    /// @notice Only the delivery contract books settlements.
    function bookSettlement(uint256 seed) external resumed refused("INV-6 somebody booked a settlement of its own") {
        uint256 count = MIRROR.unsettledCount();
        uint256 frame = count == 0 ? MIRROR.lastFrame() : MIRROR.unsettled(seed % count);
        Told.Frame memory f = MIRROR.frameOf(frame);
        (bool done, bytes memory answer) = _as(
            address(MARKET),
            abi.encodeWithSelector(
                ISettlement.bookSettlement.selector,
                frame,
                f.digest,
                0,
                f.setAside,
                new uint256[](0)
            ),
            seed
        );
        _bubble(done, answer);
    }

    /// @notice Only the delivery contract has claims paid.
    function payClaim(uint256 seed) external resumed refused("INV-6 somebody had the grid's money paid out") {
        (bool done, bytes memory answer) = _as(
            address(MARKET),
            abi.encodeCall(IAccounts.payClaim, (People.STRANGER, _in(seed, 0, MIRROR.gridBalance()))),
            seed
        );
        _bubble(done, answer);
    }

    /// @notice The operator reaches for what others have a claim on, and it or a claimant for what a round's plans count on.
    function takeFromRound(
        uint256 seed
    ) external resumed refused("INV-20 the operator's account paid what is not its own") {
        uint256 count = MIRROR.claimantCount();
        bool executable = MIRROR.isExecutable();
        if (seed % 2 == 0 || count == 0) {
            uint256 amount = executable ? 1 : MIRROR.unclaimed() + 1;
            VM.prank(People.OPERATOR);
            return MARKET.withdrawGrid(People.OPERATOR, amount);
        }
        address claimant = MIRROR.claimants(seed % count);
        _idle = !executable || MIRROR.claimOf(claimant) == 0;
        if (_idle) return;
        VM.prank(claimant);
        DELIVERY.collectClaim(MARKET, claimant);
    }

    /// @notice A pile whose order is behind the gate withdraws the margin that its order may need.
    function withdrawMargin(uint256 seed) external resumed refused("INV-18 a pile withdrew the margin of an order") {
        uint256 pile = _pile(seed);
        uint256 count = _pileCount();
        for (uint256 i; i < count && MIRROR.heldMarginOf(pile) == 0; ++i) pile = _next(pile);
        uint256 held = MIRROR.heldMarginOf(pile);
        uint256 free = MIRROR.freeOf(pile);
        _idle = held == 0 || free == 0;
        if (_idle) return;
        VM.prank(People.pile(pile));
        MARKET.withdraw(People.pile(pile), (free > held ? free - held : 0) + 1);
    }

    /// @notice Only the rounds' contract executes flexible orders.
    function fillFlexibleOrders(
        uint256 seed
    ) external resumed refused("INV-6 somebody filled orders of its own choice") {
        (bool done, bytes memory answer) = _as(
            address(MARKET),
            abi.encodeWithSelector(
                IRoundExecution.fillFlexibleOrders.selector,
                MIRROR.lastFrame(),
                int256(0),
                uint256(0),
                new uint256[](0)
            ),
            seed
        );
        _bubble(done, answer);
    }

    /// @notice Zero, maximal and otherwise senseless arguments, by people who may make the call.
    function extremes(uint256 seed) external resumed refused("INV-6 a senseless argument was accepted") {
        uint256 which = seed % 19;
        uint256 pile = _pile(_mix(seed, 1));
        uint256 most = type(uint256).max;
        if (which < 6) return _placeExtreme(pile, which);
        if (which == 6 || (which > 14 && which < 18)) VM.prank(People.OPERATOR);
        else VM.prank(People.pile(pile));
        if (which == 6) MARKET.withdrawGrid(People.OPERATOR, most);
        else if (which == 7) MARKET.deposit(People.pile(pile), 0);
        else if (which == 8) MARKET.deposit(People.pile(pile), UNIT << 52);
        else if (which == 9) MARKET.deposit(People.STRANGER, UNIT);
        else if (which == 10) MARKET.withdraw(People.pile(pile), most);
        else if (which == 11) MARKET.withdraw(People.pile(pile), 0);
        else if (which == 12) MARKET.withdraw(address(MARKET), 1);
        else if (which == 13) MARKET.depositGrid(most);
        else if (which == 14) REWARDS.fundReward(MARKET, 0);
        else if (which < 18) _publishExtreme(which);
        else DELIVERY.settle(MARKET, most, PublishedFrame.wrap(0), new Fill[](0), 0, new IDelivery.SignedReading[](0));
    }

    /// @notice A frame is cleared again, too early, too late, or one that there is not.
    function clear(uint256 seed) external resumed refused("INV-7 a frame was cleared that was not to be") {
        uint256 which = seed % 5;
        uint256 next = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS;
        uint256 frame = MIRROR.lastFrame();
        if (which == 1) frame = next + 1 + _in(_mix(seed, 1), 0, 200);
        else if (which == 2) frame = block.timestamp / FRAME_SECONDS - _in(_mix(seed, 1), 0, 200);
        else if (which == 3) frame = type(uint256).max - _in(_mix(seed, 1), 0, 3);
        else if (which == 4) frame = 0;
        MARKET.clear(frame);
    }

    /// @notice A pile's signed order with other terms, past its deadline, with a used nonce, or for another market.
    function submit(uint256 seed) external resumed refused("INV-6 a signature counted for what it was not given for") {
        uint256 pile = _pile(seed);
        PileState s = MIRROR.stateOf(pile);
        uint256 which = seed % 4;
        uint256 nonce = s.nonce();
        if (which == 0) nonce = nonce == 0 ? 1 : nonce - 1;
        uint256 deadline = which == 1 ? block.timestamp - 1 : block.timestamp + 60;
        uint256 expiry = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        uint256 word = (nonce << 128) | (deadline << 152) | (TICK_SIZE << 88) | (expiry << 56) | (1 << 8);
        bytes32 hash = _signingHash(SignedTerms.wrap(word));
        if (which == 2) word += 1 << 8;
        if (which == 3) hash = keccak256(abi.encode(hash));
        (uint8 v, bytes32 r, bytes32 sOfSignature) = VM.sign(People.pileKey(pile), hash);
        bytes32 vs = bytes32(uint256(sOfSignature) | (uint256(v - 27) << 255));
        VM.prank(People.STRANGER);
        MARKET.submit(IOrderBook.SignedOrder(SignedTerms.wrap(word), r, vs));
    }

    /// @notice Money of a pile for whoever may not have it: past its payout address, named by somebody else, or by what was
    /// signed for another receiver, amount, pile, act or time.
    function divert(uint256 seed) external resumed refused("INV-6 a pile's money went where it may not") {
        uint256 pile = _pile(seed);
        address account = People.pile(pile);
        bool named = MIRROR.payoutOf(pile) != address(0);
        uint256 which = seed % 8;
        if (which < 3) VM.prank(which == 0 && named ? account : People.STRANGER);
        if (which == 0) MARKET.withdraw(People.STRANGER, 1);
        else if (which == 1) MARKET.withdrawFrom(account, 1);
        else if (which == 2) MARKET.setPayout(account, People.STRANGER);
        else _withdrawForged(pile, which);
    }

    /// @dev A signature that is not one for the withdrawal that is submitted.
    function _withdrawForged(uint256 pile, uint256 which) private {
        address account = People.pile(pile);
        uint256 nonce = MIRROR.stateOf(pile).nonce() + (which == 3 ? 1 : 0);
        uint256 deadline = which == 4 ? block.timestamp - 1 : block.timestamp;
        address to = which == 5 ? account : People.STRANGER;
        bytes32 kind = keccak256(
            "Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)"
        );
        bytes32 hash = _typedHash(keccak256(abi.encode(kind, account, to, which == 6 ? 2 : 1, nonce, deadline)));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(which == 7 ? People.pileKey(pile) + 1 : People.pileKey(pile), hash);
        VM.prank(People.STRANGER);
        MARKET.withdrawFor(account, People.STRANGER, 1, deadline, abi.encodePacked(r, s, v));
    }

    /// @notice A suspended pile, or one whose orders are behind the gate.
    function trade(uint256 seed) external resumed refused("INV-6 a pile traded that may not") {
        uint256 pile = _pile(seed);
        uint256 count = _pileCount();
        for (uint256 i; i < count; ++i) {
            pile = _next(pile);
            PileState s = MIRROR.stateOf(pile);
            bool barred = s.isSuspended();
            if (!barred && !MIRROR.isBehindGate(pile)) continue;
            IOrderBook.OrderRequest memory request = _request(pile, seed);
            bool live = MIRROR.isLive(pile);
            VM.prank(People.pile(pile));
            if (!barred) MARKET.cancel();
            else if (live) MARKET.replace(request);
            else MARKET.place(request);
            return;
        }
        _idle = true;
    }

    /// @notice A frame is settled too early, twice, or with fills that are not its own.
    function settle(uint256 seed) external resumed refused("INV-7 a frame was settled by what it did not decide") {
        uint256 count = MIRROR.unsettledCount();
        uint256 frame = count == 0 || seed % 7 == 0 ? MIRROR.lastFrame() : MIRROR.unsettled(_mix(seed, 1) % count);
        Told.Frame memory f = MIRROR.frameOf(frame);
        PublishedFrame published = MIRROR.publicationOf(frame);
        if (!f.settled && seed % 7 == 1) {
            _idle = block.timestamp >= (frame + 1) * FRAME_SECONDS;
            if (_idle) return;
        } else {
            WORLD.elapse((frame + 1) * FRAME_SECONDS + READING_SECONDS);
            if (!f.settled) published = _forge(f, published, seed);
        }
        VM.prank(People.STRANGER);
        DELIVERY.settle(MARKET, frame, published, _fillsOf(f), f.matched, new IDelivery.SignedReading[](0));
    }

    /// @notice Readings signed by another key, of another frame, or handed in twice. They are reported, not thrown.
    function submitReadings(uint256 seed) external resumed refused("INV-17 a reading counted that is not its meter's") {
        uint256 count = MIRROR.unsettledCount();
        _idle = count == 0;
        if (_idle) return;
        uint256 frame = MIRROR.unsettled(_mix(seed, 1) % count);
        uint256 pile = _pile(seed);
        bool again = MIRROR.isStored(pile, frame);
        uint256 key = People.meterKey(pile, DELIVERY.meterOf(MARKET, pile, frame).key);
        if (!again) key = seed % 2 == 0 ? People.pileKey(pile) : key + 1;
        IDelivery.SignedReading[] memory readings = new IDelivery.SignedReading[](1);
        readings[0].reading = MeterReading.wrap(pile | (frame << 16) | (_in(seed, 0, 5000) << 48));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, DELIVERY.readingHash(MARKET, readings[0].reading));
        (readings[0].r, readings[0].vs) = (r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        WORLD.elapse((frame + 1) * FRAME_SECONDS);
        if (DELIVERY.submit(MARKET, readings) == 0) revert("refused");
    }

    /// @dev Somebody other than the one contract that may.
    function _as(address target, bytes memory data, uint256 seed) private returns (bool done, bytes memory answer) {
        uint256 which = seed % 4;
        if (which == 0) VM.prank(People.STRANGER);
        else if (which == 1) VM.prank(People.ADMIN);
        else if (which == 2) VM.prank(People.OPERATOR);
        else VM.prank(People.pile(_pile(seed)));
        (done, answer) = target.call(data);
    }

    /// @dev A refusal becomes this handler's.
    function _bubble(bool done, bytes memory answer) private pure {
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev An order that no market takes.
    function _placeExtreme(uint256 pile, uint256 which) private {
        uint256 first = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        IOrderBook.OrderRequest memory r = IOrderBook.OrderRequest(true, TICK_SIZE, 1, 0, first);
        if (which == 0) r.price = 0;
        else if (which == 1) r.price = type(uint256).max;
        else if (which == 2) r.energyWh = 0;
        else if (which == 3) r.energyWh = type(uint256).max;
        else if (which == 4) r.expiryFrame = first - 1;
        else r.expiryFrame = first + 97;
        bool live = MIRROR.isLive(pile);
        VM.prank(People.pile(pile));
        if (live) MARKET.replace(r);
        else MARKET.place(r);
    }

    /// @dev Tariffs that no market takes: above the cap on imports, with exports above imports, with wheeling above its cap.
    function _publishExtreme(uint256 which) private {
        IGridTariffs.FrameTariffs[] memory frames = new IGridTariffs.FrameTariffs[](1);
        uint256 frame = WORLD.nextPublication();
        uint256 earliest = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 3;
        frames[0].frame = uint32(frame < earliest ? earliest : frame);
        uint64 tick = uint64(TICK_SIZE);
        frames[0].importPricePerKwh = (uint64(IMPORT_CAP) / tick) * tick;
        if (which == 15) frames[0].importPricePerKwh += tick;
        else if (which == 16) frames[0].exportPricePerKwh = frames[0].importPricePerKwh + tick;
        else frames[0].wheelingPricePerKwh = (uint64(WHEELING_CAP) / tick + 1) * tick;
        MARKET.publish(frames);
    }

    /// @dev Changes one thing that a frame's settlement is bound to.
    function _forge(Told.Frame memory f, PublishedFrame published, uint256 seed) private pure returns (PublishedFrame) {
        uint256 count = f.fills.length;
        if (count == 0) return published;
        uint256 which = _mix(seed, 2) % 5;
        uint256 place = _mix(seed, 3) % count;
        if (which == 0) return PublishedFrame.wrap(PublishedFrame.unwrap(published) ^ (1 << (64 + (seed % 64))));
        if (which == 1) f.fills[place] += 1 << 32;
        else if (which == 2) f.fills[place] ^= 1 << (56 + (seed % 32));
        else if (which == 3) f.fills[place] = (f.fills[place] & ~uint256(0xffff0000)) | (_in(seed, 20, 200) << 16);
        else _drop(f);
        return published;
    }

    /// @dev Leaves out the last fill.
    function _drop(Told.Frame memory f) private pure {
        uint256[] memory fills = f.fills;
        assembly ("memory-safe") {
            mstore(fills, sub(mload(fills), 1))
        }
    }
}
