// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IFrameClearing } from "../interfaces/IFrameClearing.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { Auction } from "../libraries/Auction.sol";
import { FillsDigest } from "../libraries/FillsDigest.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { Money } from "../libraries/Money.sol";
import { Ranking } from "../libraries/Ranking.sol";
import { Refusals } from "./Refusals.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { RoundOpener } from "./RoundOpener.sol";
import { BookEntry } from "../types/BookEntry.sol";
import { BookHeadLib } from "../types/BookHead.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { FrameRecord, FrameRecordLib } from "../types/FrameRecord.sol";
import { PileState } from "../types/PileState.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Clearing frames
/// @notice A clearing reads each live order once, decides in memory, writes each touched order once and keeps one hash
/// of what it decided. What a fill owes leaves the orders' locks at once and waits, bound by that hash, for the frame's
/// end.
abstract contract FrameClearing is RoundOpener, IFrameClearing {
    /// @inheritdoc IFrameClearing
    function clear(uint256 frame) external {
        MarketTotals before = _requireClearable(frame);
        PublishedFrame published = _publicationOf(frame);
        uint256 roomWh = _chargingRoomWh(published);
        bool mayOpenRound = _isKnown(published) && _hasTimeForRound(frame);

        (Auction.Book memory book, uint256[] memory live) = _collect(
            frame,
            METERED ? _sureMargin(published) : 0,
            roomWh == 0 ? type(uint256).max : published.importTicks(),
            mayOpenRound
        );
        if (RANK_BY_CREDIT) {
            (book.bids, book.asks) = IDelivery(DELIVERY).rankByCredit(
                IMarket(address(this)),
                book,
                ICEBERG_THRESHOLD_WH
            );
        } else {
            Auction.prune(book);
        }

        // Laid out as the event's data: load, PFL, offset, then the list of fills.
        (uint256[] memory log, uint256[] memory fills) = UnsafeList.reserveTwo(
            2,
            2 * book.bids.length + book.asks.length
        );
        uint256 gridWh;
        if (mayOpenRound || book.bids.length != 0) {
            gridWh = _match(book, fills, published.wheelingTicks() * TICK_SIZE, roomWh);
            _writeBack(book.bids, live, published);
            _writeBack(book.asks, live, published);
        }
        _writeLive(live);

        int256 loadW =
            // Energies of a frame, times at most 20 000.
            // forge-lint: disable-next-line(unsafe-typecast)
            published.baseLoadW() + Fluctuation.powerW(int256(CHARGE_EFFICIENCY_BPS * gridWh), FRAME_SECONDS * BPS);
        uint256 pflW = _chronicleFrame(before, frame, loadW, fills.length, mayOpenRound, gridWh, book);
        bytes32 digest =
            fills.length == 0 ? bytes32(0) : _digest(FillsDigest.MATCH, frame, fills, PublishedFrame.unwrap(published));
        _keepRecord(frame, FrameRecordLib.pack(frame, loadW, digest));

        _logCleared(frame, loadW, pflW, log);
    }

    /// @inheritdoc IFrameClearing
    function chronicle() external view returns (MarketTotals) {
        return _chronicle;
    }

    /// @inheritdoc IFrameClearing
    function frameRecord(uint256 frame) external view returns (FrameRecord record) {
        record = _records[frame % REMEMBERED_FRAMES];
        if (record.frame() != frame) record = _unsettledRecords[frame];
    }

    /// @notice Collects the orders that take part in a frame. Orders that are gone, and those in their last frame, lose
    /// their live bit; a suspended pile's order leaves.
    /// @return book the book of the frame
    /// @return live the live bits afterwards, word by word
    function _collect(
        uint256 frame,
        uint256 sureMargin,
        uint256 importTicks,
        bool icebergsWait
    ) private returns (Auction.Book memory book, uint256[] memory live) {
        unchecked {
            uint256 wordCount = 1 + _head.moreWords();
            live = UnsafeList.reserve(wordCount);
            uint256 capacity;
            for (uint256 word; word < wordCount; ++word) {
                uint256 bits = _liveWord(word);
                UnsafeList.push(live, bits);
                capacity += Ranking.popcount128(bits & type(uint128).max) + Ranking.popcount128(bits >> 128);
            }
            book = Auction.open(frame, importTicks, MAX_WAIT_FRAMES, icebergsWait, capacity);
            uint256 firstPile = 1;
            for (uint256 word; word < wordCount; ++word) {
                uint256 bits = UnsafeList.get(live, word);
                uint256 kept = bits;
                for (uint256 bit; bits != 0;) {
                    if (bits & 1 != 0) {
                        if (!_join(book, firstPile + bit, frame, sureMargin)) kept ^= 1 << bit;
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

    /// @notice Adds a pile's order to the book if it takes part.
    /// @param sureMargin margin that covers every pile's
    /// @return stays whether the order may still be live after this frame
    function _join(
        Auction.Book memory book,
        uint256 pile,
        uint256 frame,
        uint256 sureMargin
    ) private returns (bool stays) {
        PileState s = _stateOf(pile);
        (bool takesPart, uint256 waited, bool last) = s.takesPart(frame);
        if (takesPart) {
            if (s.balance() >= sureMargin || _hasMargin(pile, s, frame)) Auction.add(book, pile, s, waited);
            return !last;
        }
        if (s.remainingWh() == 0 || s.expiryFrame() < frame) {
            return false;
        }
        if (s.isSuspended()) {
            _setState(pile, s.withBalance(s.balance() + _lockOf(s)).withoutOrder());
            return false;
        }
        return true;
    }

    /// @dev What the pile with the largest reach must have free to take part: whoever has that has enough.
    function _sureMargin(PublishedFrame published) private view returns (uint256) {
        return
            _marginOf(_largestReachWh, published.importTicks(), published.exportTicks(), published.wheelingTicks()) <<
            MARGIN_SHIFT;
    }

    /// @dev Whether a pile has free what it needs to take part: in a market with rounds the match and the round may fill it.
    function _hasMargin(uint256 pile, PileState s, uint256 frame) private view returns (bool) {
        return s.balance() >= _marginOf(pile, _publicationOf(frame)) << MARGIN_SHIFT;
    }

    /// @dev Writes the orders that were filled, their piles' margins taken; a wholly filled one loses its live bit.
    function _writeBack(uint256[] memory entries, uint256[] memory live, PublishedFrame published) private {
        unchecked {
            for (uint256 i; i < entries.length; ++i) {
                BookEntry entry = BookEntry.wrap(UnsafeList.get(entries, i));
                if (!entry.isTouched()) continue;
                uint256 pile = entry.pile();
                PileState s = _stateOf(pile).less(_marginOf(pile, published));
                uint256 filledWh = s.displayedWh() - entry.leftWh();
                uint256 remainingWh = s.remainingWh();
                uint256 lockPrice = _lockPrice(s);
                // What the fills did not take of the part of the lock that falls away is free.
                uint256 freed =
                    Money.amountUp(lockPrice, remainingWh) -
                        Money.amountUp(lockPrice, remainingWh - filledWh) -
                        entry.spent();
                _setState(pile, s.withFill(filledWh, freed));
                if (remainingWh == filledWh) _unmark(live, pile);
            }
        }
    }

    /// @dev Takes a pile's live bit away.
    function _unmark(uint256[] memory live, uint256 pile) private pure {
        (uint256 word, uint256 bit) = _liveBit(pile);
        UnsafeList.set(live, word, UnsafeList.get(live, word) & ~(1 << bit));
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

    /// @dev Keeps a record in its frame's slot; one that nobody settled yet moves out of the way.
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
        c = _chronicle;
        if (c.lastFrame() == frame) Refusals.raise(FrameAlreadyCleared.selector, frame);
    }

    /// @dev The PFL up to the frame before `frame`, and that frame's load. A frame that nobody cleared counts as its base
    /// load; a step with an unpublished end is skipped.
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

    /// @dev Energy that the grid may deliver in a frame within the transformer's capacity, Wh; none without publication.
    function _chargingRoomWh(PublishedFrame published) private view returns (uint256) {
        if (!_isKnown(published)) return 0;
        // 32 bits, and not negative by the check of the parameters.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 limitW = int256(CAPACITY_W - LOSS_ALLOWANCE_W);
        return Fluctuation.chargingRoomWh(limitW, published.baseLoadW(), FRAME_SECONDS * BPS) / CHARGE_EFFICIENCY_BPS;
    }

    /// @dev Writes the chronicle of a frame that was just cleared, and opens its round where there is to be one.
    function _chronicleFrame(
        MarketTotals c,
        uint256 frame,
        int256 loadW,
        uint256 fillCount,
        bool mayOpenRound,
        uint256 gridWh,
        Auction.Book memory book
    ) private returns (uint256 pflW) {
        bool known = _isKnown(_publicationOf(frame));
        bool previousKnown;
        int256 previousW;
        (pflW, previousKnown, previousW) = _pflUntil(c, frame);
        if (known && previousKnown) pflW += Fluctuation.stepW(loadW, previousW);
        c = c.withFrame(frame, loadW, known, pflW);
        if (mayOpenRound && _openRound(frame, gridWh, previousKnown, previousW, book.bids, book.asks)) {
            c = c.withRoundOpen(true);
        }
        if (fillCount != 0) c = c.withOneMoreOpen();
        _chronicle = c;
        if (KEEPER_PAID && (fillCount != 0 || c.isRoundOpen())) IDelivery(DELIVERY).rewardClearing(msg.sender);
    }

    /// @dev Ranks the book, where credit has not done so, and fills it. Returns what the grid delivers, Wh.
    function _match(
        Auction.Book memory book,
        uint256[] memory fills,
        uint256 wheelingPrice,
        uint256 roomWh
    ) private view returns (uint256 gridWh) {
        Auction.Rules memory rules = Auction.Rules({
            alpha: ALPHA,
            beta: BETA,
            tickSize: TICK_SIZE,
            bondPrice: BOND_PRICE
        });
        if (!RANK_BY_CREDIT) Auction.rank(book, rules);
        return Auction.run(book, rules, fills, wheelingPrice, roomWh);
    }

    /// @notice Emits {FrameCleared}.
    /// @param log room for three words, followed in memory by the list of fills
    function _logCleared(uint256 frame, int256 loadW, uint256 pflW, uint256[] memory log) private {
        bytes32 topic = FrameCleared.selector;
        assembly ("memory-safe") {
            mstore(log, loadW)
            mstore(add(log, 0x20), pflW)
            mstore(add(log, 0x40), 0x60)
            log2(log, add(0x80, shl(5, mload(add(log, 0x60)))), topic, frame)
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
