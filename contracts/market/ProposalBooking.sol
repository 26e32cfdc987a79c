// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IFrameClearing } from "../interfaces/IFrameClearing.sol";
import { IRoundExecution } from "../interfaces/IRoundExecution.sol";
import { Money } from "../libraries/Money.sol";
import { Refusals } from "./Refusals.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { RoundOpener } from "./RoundOpener.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FlexibleOrder, FlexibleOrderLib } from "../types/FlexibleOrder.sol";
import { PileState } from "../types/PileState.sol";

/// @title Asking the mechanism, and booking its proposal
/// @notice Nothing that a mechanism answers is believed: each fill is checked against its orders, the tariffs, the room
/// under the transformer and the operator's matching fund before anything is written.
abstract contract ProposalBooking is RoundOpener {
    /// @dev Bytes of a {Clearing} before the selector's word and before the orders.
    uint256 private constant SELECTOR_OFFSET = 0xa0;
    uint256 private constant FIRST_ORDER_OFFSET = 18 * 32;
    /// @dev Bytes from the first term to the list of orders.
    uint256 internal constant ORDERS_OFFSET = 11 * 32;
    /// @dev Gas that a mechanism gets, and for each order: more than any rule here takes with the worst book known, and
    /// little enough that at the largest cap of piles a transaction can bring it.
    uint256 private constant MECHANISM_GAS = 200_000;
    uint256 private constant MECHANISM_GAS_PER_ORDER = 12_000;
    /// @dev More than a call to an account that was not looked at before takes, with what is rounded off a 64th.
    uint256 private constant CALL_GAS = 3000;

    /// @notice Adds an order to the mechanism's list; there is room for it.
    function _addOrder(Clearing memory f, uint256 pile, PileState s) internal pure {
        uint256 price = s.priceTicks();
        if (s.isCharge()) {
            if (price > f.bestBid) f.bestBid = price;
        } else if (price < f.bestAsk) {
            f.bestAsk = price;
        }
        UnsafeList.set(f.slots, pile, PileState.unwrap(s));
        PileState tagged = s.taggedWith(pile);
        unchecked {
            uint256 count = f.orderCount;
            f.orderCount = count + 1;
            assembly ("memory-safe") {
                mstore(add(add(f, FIRST_ORDER_OFFSET), shl(5, count)), tagged)
            }
        }
    }

    /// @notice Has the mechanism propose.
    /// @return fills the proposal, unchecked, with room for three words before the list
    /// @return ranked the order of priority, unchecked; empty where no round follows
    function _propose(Clearing memory f) internal view returns (uint256[] memory fills, uint256[] memory ranked) {
        uint256 orderCount = f.orderCount;
        // If the best bid cannot pay it, nobody can: no proposal would be sound.
        uint256 leastTicks = f.roomWh == 0 ? type(uint256).max : f.published.importTicks();
        if (f.bestAsk < leastTicks) leastTicks = f.bestAsk;
        if (orderCount == 0 || (f.bestBid < leastTicks && !f.roundFollows)) {
            (, fills) = UnsafeList.reserveTwo(2, 0);
            return (fills, UnsafeList.reserve(0));
        }
        address mechanism = MECHANISM;
        bool sound;
        uint256 allowance;
        unchecked {
            allowance = MECHANISM_GAS + MECHANISM_GAS_PER_ORDER * orderCount;
            // The EVM keeps a 64th back, and hands on less than asked for without a word: whoever clears would choose
            // what a mechanism decides that goes by its gas.
            uint256 needed = allowance + allowance / 63 + CALL_GAS;
            if (gasleft() < needed) Refusals.raise(IFrameClearing.TooLittleGas.selector, gasleft(), needed);
        }
        assembly ("memory-safe") {
            sound := staticcall(
                allowance,
                mechanism,
                add(f, add(SELECTOR_OFFSET, 0x1c)),
                add(shl(5, orderCount), add(ORDERS_OFFSET, 0x24)),
                0,
                0
            )
            let size := returndatasize()
            sound := and(sound, and(gt(size, 0x7f), iszero(gt(size, add(0x80, mul(0x60, orderCount))))))
            // A word of room, so that with the two offsets there are three before the list of fills.
            let answer := add(mload(0x40), 0x20)
            if sound {
                returndatacopy(answer, 0, size)
                mstore(0x40, and(add(add(answer, size), 0x1f), not(0x1f)))
                fills := add(answer, 0x40)
                let count := mload(fills)
                let second := add(0x60, shl(5, count))
                ranked := add(answer, second)
                sound := and(eq(mload(answer), 0x40), eq(mload(add(answer, 0x20)), second))
                sound := and(sound, iszero(gt(count, shl(1, orderCount))))
                if sound {
                    let rankedCount := mload(ranked)
                    sound := and(
                        iszero(gt(rankedCount, orderCount)),
                        eq(size, add(add(second, 0x20), shl(5, rankedCount)))
                    )
                }
            }
        }
        if (!sound) Refusals.raise(IFrameClearing.MechanismFailed.selector, mechanism);
    }

    /// @notice Checks the fills and books them in memory.
    /// @return gridWh energy that the grid delivers, Wh
    function _bookProposal(Clearing memory f, uint256[] memory fills) internal returns (uint256 gridWh) {
        unchecked {
            uint256[] memory slots = f.slots;
            uint256 importPricePerKwh = f.published.importTicks() * TICK_SIZE;
            uint256 wheelingPricePerKwh = f.published.wheelingTicks() * TICK_SIZE;
            uint256 subsidies;
            for (uint256 i; i < fills.length; ++i) {
                Fill fill = Fill.wrap(UnsafeList.get(fills, i));
                uint256 buyer = fill.buy();
                uint256 seller = fill.sell();
                uint256 energyWh = fill.energyWh();
                uint256 price = fill.price();
                if (buyer >= slots.length || seller >= slots.length) _refuse(i);
                PileState s = PileState.wrap(UnsafeList.get(slots, buyer));
                uint256 spent = Money.amountDown(price, energyWh);
                if (seller == FillLib.GRID) {
                    if (price != importPricePerKwh || !_mayDraw(f, s)) _refuse(i);
                    if (!fill.isPlain()) {
                        price += _premiumOf(f, fill, i);
                        spent += Money.amountDown(fill.gap(), energyWh);
                    }
                    gridWh += energyWh;
                } else {
                    // Grid fills come last: metered energy is attributed in this order.
                    if (gridWh != 0) _refuse(i);
                    uint256 sellPrice = price;
                    if (!fill.isPlain()) {
                        sellPrice += fill.subsidy();
                        price += fill.premium();
                        spent += Money.amountDown(fill.premium(), energyWh);
                        subsidies += Money.amountDown(fill.subsidy(), energyWh);
                    }
                    if (wheelingPricePerKwh != 0) spent += Money.amountDown(wheelingPricePerKwh, energyWh);
                    PileState sold = PileState.wrap(UnsafeList.get(slots, seller));
                    sold = _filled(sold, seller, false, energyWh, sellPrice, 0);
                    UnsafeList.set(slots, seller, PileState.unwrap(sold));
                }
                s = _filled(s, buyer, true, energyWh, price, spent);
                UnsafeList.set(slots, buyer, PileState.unwrap(s));
            }
            if (gridWh > f.roomWh) _refuse(fills.length);
            if (subsidies != 0) {
                if (subsidies > f.fund) _refuse(fills.length);
                // At most the stored fund.
                // forge-lint: disable-next-line(unsafe-typecast)
                _matchingFund = uint64(f.fund - subsidies);
            }
        }
    }

    /// @notice Writes the filled orders, their piles' margins taken; a wholly filled one loses its live bit.
    /// @param booked whether any order was filled
    /// @param ranked the mechanism's order of priority
    /// @return flexible where a round follows, the flexible orders by priority, bids first; else empty
    function _writeOrders(
        Clearing memory f,
        bool booked,
        uint256[] memory ranked
    ) internal returns (uint256[] memory flexible) {
        if (!booked && !f.roundFollows) return UnsafeList.reserve(0);
        unchecked {
            uint256 flexibleCount;
            for (uint256 i; i < f.orderCount; ++i) {
                if (_writeOrder(f, i)) ++flexibleCount;
            }
            flexible = UnsafeList.reserve(flexibleCount);
            if (flexibleCount != 0) _order(flexible, flexibleCount, f.slots, ranked);
        }
    }

    /// @notice Writes a filled order, and puts its flexible rest in place of its slot.
    /// @param index its place among the orders of the frame
    /// @return flexible whether a round may move the rest
    function _writeOrder(Clearing memory f, uint256 index) private returns (bool flexible) {
        unchecked {
            PileState s;
            assembly ("memory-safe") {
                s := mload(add(add(f, FIRST_ORDER_OFFSET), shl(5, index)))
            }
            uint256 pile = s.balance();
            uint256 displayedWh = s.displayedWh();
            uint256 remainingWh = s.remainingWh();
            s = PileState.wrap(UnsafeList.get(f.slots, pile));
            uint256 filledWh = remainingWh - s.remainingWh();
            if (filledWh != 0) {
                if (filledWh > displayedWh) Refusals.raise(IRoundExecution.UnsoundFill.selector, pile);
                s = s.less(_marginOf(pile, f.published));
                _setState(pile, s);
                if (s.remainingWh() == 0) _unmark(f.live, pile);
            }
            if (!f.roundFollows) return false;
            // A round may move an iceberg bid or an ask with energy left.
            flexible = s.remainingWh() != 0 && !(s.isCharge() && !s.isIceberg());
            uint256 word;
            if (flexible) {
                word = FlexibleOrder.unwrap(FlexibleOrderLib.freeze(s, pile, displayedWh - filledWh, f.frame));
            }
            UnsafeList.set(f.slots, pile, word);
        }
    }

    /// @dev Puts flexible orders in order of priority. None may be missing or stand twice, and bids come first.
    function _order(
        uint256[] memory flexible,
        uint256 flexibleCount,
        uint256[] memory slots,
        uint256[] memory ranked
    ) private pure {
        unchecked {
            bool asks;
            for (uint256 i; i < ranked.length; ++i) {
                uint256 pile = UnsafeList.get(ranked, i) & type(uint16).max;
                uint256 word = pile < slots.length ? UnsafeList.get(slots, pile) : 0;
                if (word == 0) continue;
                UnsafeList.set(slots, pile, 0);
                if (!FlexibleOrder.wrap(word).isCharge()) asks = true;
                else if (asks) _refuse(i);
                UnsafeList.push(flexible, word);
            }
            if (flexible.length != flexibleCount) _refuse(ranked.length);
        }
    }

    /// @dev Premium of a fill from the grid: no kWh that is agreed to costs more than one that is taken unasked, 2 r - x.
    /// A subsidy, which the grid pays nobody, would stand above it.
    function _premiumOf(Clearing memory f, Fill fill, uint256 place) private view returns (uint256 premiumPerKwh) {
        unchecked {
            premiumPerKwh = fill.gap();
            if (premiumPerKwh > (f.published.importTicks() - f.published.exportTicks()) * TICK_SIZE) _refuse(place);
        }
    }

    /// @dev Shortage rule: a normal bid may be filled from the grid at once, an iceberg after its wait or in its last
    /// frame.
    function _mayDraw(Clearing memory f, PileState s) private view returns (bool) {
        if (!s.isIceberg()) return true;
        if (f.roundFollows) return false;
        return f.frame - s.firstFrame() >= MAX_WAIT_FRAMES || s.expiryFrame() == f.frame;
    }

    /// @dev Takes a pile's live bit away.
    function _unmark(uint256[] memory live, uint256 pile) private pure {
        (uint256 word, uint256 bit) = _liveBit(pile);
        UnsafeList.set(live, word, UnsafeList.get(live, word) & ~(1 << bit));
    }

    /// @dev Refuses a proposal for the fill or order at a place of it.
    function _refuse(uint256 index) private pure {
        Refusals.raise(IFrameClearing.UnsoundProposal.selector, index);
    }
}
