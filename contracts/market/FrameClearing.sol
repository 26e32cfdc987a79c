// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IFrameClearing } from "../interfaces/IFrameClearing.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";
import { FillsDigest } from "../libraries/FillsDigest.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { Refusals } from "./Refusals.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { ProposalBooking } from "./ProposalBooking.sol";
import { BookHeadLib } from "../types/BookHead.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { FrameRecord, FrameRecordLib } from "../types/FrameRecord.sol";
import { PileState } from "../types/PileState.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Clearing frames
/// @notice A clearing reads each live order once, has the mechanism propose, checks and books the proposal in memory,
/// writes each touched order once and keeps one hash of the decision. A fill's dues leave the orders' locks at once and
/// wait, bound by that hash, for the frame's end.
abstract contract FrameClearing is ProposalBooking, IFrameClearing {
    /// @inheritdoc IFrameClearing
    function clear(uint256 frame) external {
        MarketTotals c = _requireClearable(frame);
        (uint256 pflW, bool previousKnown, int256 previousW) = _pflUntil(c, frame);
        PublishedFrame published = _publicationOf(frame);
        (uint256[] memory live, uint256 capacity) = _readLive();
        // Allocated before the struct, which the orders follow in memory.
        uint256[] memory slots = new uint256[](live.length << 8);
        Clearing memory f = Clearing({
            live: live,
            slots: slots,
            sureMargin: METERED ? _sureMargin(published) : 0,
            bestBid: 0,
            bestAsk: type(uint256).max,
            selector: uint32(IMechanism.propose.selector),
            market: address(this),
            delivery: DELIVERY,
            frame: frame,
            published: published,
            roomWh: _chargingRoomWh(published),
            roundFollows: _isKnown(published) && _hasTimeForRound(frame),
            previousKnown: previousKnown,
            previousW: previousW,
            fund: _matchingFund,
            rules: RULES,
            ordersOffset: ORDERS_OFFSET,
            orderCount: 0
        });
        _collect(f, capacity);
        _decide(c, f, pflW);
    }

    /// @inheritdoc IFrameClearing
    function marketTotals() external view returns (MarketTotals) {
        return _marketTotals;
    }

    /// @inheritdoc IFrameClearing
    function frameRecord(uint256 frame) external view returns (FrameRecord record) {
        record = _records[frame % REMEMBERED_FRAMES];
        if (record.frame() != frame) record = _unsettledRecords[frame];
    }

    /// @notice Has the mechanism decide about the orders, and records the frame.
    /// @param c the market's totals before
    /// @param pflW the PFL up to the frame before, W
    function _decide(MarketTotals c, Clearing memory f, uint256 pflW) private {
        (uint256[] memory fills, uint256[] memory flexible, uint256 gridWh) = _decideOrders(f);

        int256 loadW =
            f.published.baseLoadW() +
                // Energies of a frame, times at most 20 000.
                // forge-lint: disable-next-line(unsafe-typecast)
                Fluctuation.powerW(int256(CHARGE_EFFICIENCY_BPS * gridWh), FRAME_SECONDS * BPS);
        bool open = _isKnown(f.published);
        if (open && f.previousKnown) pflW += Fluctuation.stepW(loadW, f.previousW);
        c = c.withFrame(f.frame, loadW, open, pflW);
        open = flexible.length != 0;
        if (open) {
            _openRound(f, gridWh, flexible);
            c = c.withRoundOpen(true);
        }
        bytes32 digest;
        if (fills.length != 0) {
            c = c.withOneMoreOpen();
            digest = _digest(FillsDigest.MATCH, f.frame, fills, PublishedFrame.unwrap(f.published));
            open = true;
        }
        _marketTotals = c;
        _keepRecord(f.frame, FrameRecordLib.pack(f.frame, loadW, digest));
        if (KEEPER_PAID && open) IDelivery(DELIVERY).rewardClearing(msg.sender);
        _logCleared(f.frame, loadW, pflW, fills);
    }

    /// @notice Has the mechanism propose, checks and books it, and writes the changes.
    /// @return fills laid out as the event's data: room for load, PFL and offset, then the list
    /// @return flexible where a round follows, the flexible orders by priority
    /// @return gridWh energy that the grid delivers, Wh
    function _decideOrders(
        Clearing memory f
    ) private returns (uint256[] memory fills, uint256[] memory flexible, uint256 gridWh) {
        uint256[] memory ranked;
        (fills, ranked) = _propose(f);
        gridWh = _bookProposal(f, fills);
        flexible = _writeOrders(f, fills.length != 0, ranked);
        _writeLive(f.live);
    }

    /// @notice The live bits, word by word.
    /// @return live the words
    /// @return count number of set bits
    function _readLive() private view returns (uint256[] memory live, uint256 count) {
        unchecked {
            uint256 wordCount = 1 + _head.moreWords();
            live = UnsafeList.reserve(wordCount);
            for (uint256 word; word < wordCount; ++word) {
                uint256 bits = _liveWord(word);
                UnsafeList.push(live, bits);
                count += Ranking.popcount128(bits & type(uint128).max) + Ranking.popcount128(bits >> 128);
            }
        }
    }

    /// @notice Collects the orders that take part in a frame. Orders that are gone, and those in their last frame, lose
    /// their live bit; a suspended pile's order leaves.
    /// @param capacity most orders that may take part
    function _collect(Clearing memory f, uint256 capacity) private {
        unchecked {
            // The orders stand directly behind the struct.
            assembly ("memory-safe") {
                mstore(0x40, add(mload(0x40), shl(5, capacity)))
            }
            uint256[] memory live = f.live;
            uint256 wordCount = live.length;
            uint256 firstPile = 1;
            for (uint256 word; word < wordCount; ++word) {
                uint256 bits = UnsafeList.get(live, word);
                uint256 kept = bits;
                for (uint256 bit; bits != 0;) {
                    if (bits & 1 != 0) {
                        if (!_join(f, firstPile + bit)) kept ^= 1 << bit;
                    } else if (bits & 0xff == 0) {
                        bits >>= 8;
                        bit += 8;
                        continue;
                    }
                    bits >>= 1;
                    ++bit;
                }
                UnsafeList.set(live, word, kept);
                firstPile += word == 0 ? BookHeadLib.HEAD_BITS : BookHeadLib.LIVE_BITS_PER_WORD;
            }
        }
    }

    /// @notice Adds a pile's order to those that take part, if it does.
    /// @return stays whether the order may still be live after this frame
    function _join(Clearing memory f, uint256 pile) private returns (bool stays) {
        PileState s = _stateOf(pile);
        (bool takesPart, , bool last) = s.takesPart(f.frame);
        if (takesPart) {
            if (s.balance() >= f.sureMargin || _hasMargin(pile, s, f.frame)) _addOrder(f, pile, s);
            return !last;
        }
        if (s.remainingWh() == 0 || s.expiryFrame() < f.frame) {
            return false;
        }
        if (s.isSuspended()) {
            _setState(pile, s.withBalance(s.balance() + _lockOf(s)).withoutOrder());
            return false;
        }
        return true;
    }

    /// @dev Free balance that the pile with the largest reach needs to take part; it suffices for every pile.
    function _sureMargin(PublishedFrame published) private view returns (uint256) {
        return
            _marginOf(_largestReachWh, published.importTicks(), published.exportTicks(), published.wheelingTicks()) <<
            MARGIN_SHIFT;
    }

    /// @dev Whether a pile has enough free to take part: in a market with rounds the match and the round may both fill
    /// it.
    function _hasMargin(uint256 pile, PileState s, uint256 frame) private view returns (bool) {
        return s.balance() >= _marginOf(pile, _publicationOf(frame)) << MARGIN_SHIFT;
    }

    /// @dev Writes the words of the live bitmap that changed.
    function _writeLive(uint256[] memory live) private {
        for (uint256 word; word < live.length; ++word) {
            uint256 bits = UnsafeList.get(live, word);
            if (bits == _liveWord(word)) continue;
            if (word == 0) _head = _head.withLiveBits(bits);
            else _moreLive[word - 1] = bits | BookHeadLib.SENTINEL;
        }
    }

    /// @dev Stores a record in its frame's slot; an unsettled one there moves to the mapping first.
    function _keepRecord(uint256 frame, FrameRecord record) private {
        uint256 slot = frame % REMEMBERED_FRAMES;
        FrameRecord old = _records[slot];
        if (old.isOpen()) _unsettledRecords[old.frame()] = old;
        _records[slot] = record;
    }

    /// @dev Reverts unless a frame may be cleared now.
    function _requireClearable(uint256 frame) private view returns (MarketTotals c) {
        if (frame > type(uint32).max) Refusals.raise(FrameWindowNotOpen.selector, frame, type(uint256).max);
        unchecked {
            // Frames have 32 bits, their lengths 17.
            uint256 begins = frame * FRAME_SECONDS;
            if (block.timestamp >= begins) Refusals.raise(FrameWindowClosed.selector, frame, begins);
            uint256 opensAt = begins - AUCTION_SECONDS;
            if (block.timestamp < opensAt) Refusals.raise(FrameWindowNotOpen.selector, frame, opensAt);
        }
        c = _marketTotals;
        if (c.lastFrame() == frame) Refusals.raise(FrameAlreadyCleared.selector, frame);
    }

    /// @dev The PFL up to the frame before `frame`, and that frame's load. An uncleared frame counts as its base load;
    /// a step with an unpublished end is skipped.
    function _pflUntil(
        MarketTotals before,
        uint256 frame
    ) private view returns (uint256 pflW, bool previousKnown, int256 previousW) {
        pflW = before.pflW();
        uint256 previous = before.lastFrame();
        previousKnown = before.lastKnown();
        previousW = before.lastLoadW();
        if (previous == 0) (previous, previousKnown) = (frame - 2, false);
        if (previous + REMEMBERED_FRAMES <= frame) (previous, previousKnown) = (frame - REMEMBERED_FRAMES, false);
        for (uint256 skipped = previous + 1; skipped < frame; ++skipped) {
            PublishedFrame p = _publicationOf(skipped);
            bool skippedKnown = _isKnown(p);
            if (skippedKnown && previousKnown) pflW += Fluctuation.stepW(p.baseLoadW(), previousW);
            (previousKnown, previousW) = (skippedKnown, p.baseLoadW());
        }
    }

    /// @dev Whether the frame was published.
    function _isKnown(PublishedFrame published) private pure returns (bool) {
        return PublishedFrame.unwrap(published) != 0;
    }

    /// @dev Energy that the grid may deliver in a frame within the transformer's capacity, Wh; none without
    /// publication.
    function _chargingRoomWh(PublishedFrame published) private view returns (uint256) {
        if (!_isKnown(published)) return 0;
        // 32 bits, and not negative by the check of the parameters.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 limitW = int256(CAPACITY_W - LOSS_ALLOWANCE_W);
        return Fluctuation.chargingRoomWh(limitW, published.baseLoadW(), FRAME_SECONDS * BPS) / CHARGE_EFFICIENCY_BPS;
    }

    /// @notice Emits {FrameCleared}.
    /// @param fills the fills, with room for three words before them
    function _logCleared(uint256 frame, int256 loadW, uint256 pflW, uint256[] memory fills) private {
        bytes32 topic = FrameCleared.selector;
        assembly ("memory-safe") {
            let data := sub(fills, 0x60)
            mstore(data, loadW)
            mstore(add(data, 0x20), pflW)
            mstore(add(data, 0x40), 0x60)
            log2(data, add(0x80, shl(5, mload(fills))), topic, frame)
        }
    }

    /// @dev Live bits of a word as stored.
    function _liveWord(uint256 word) private view returns (uint256) {
        return word == 0 ? _head.live() : _moreLive[word - 1] & ~BookHeadLib.SENTINEL;
    }

    /// @dev Digest of some of a frame's fills behind a word.
    function _digest(
        uint256 level,
        uint256 frame,
        uint256[] memory fills,
        uint256 first
    ) internal view returns (bytes32) {
        return FillsDigest.digest(FillsDigest.header(level, address(this), frame, fills.length), first, fills);
    }
}
