// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookEntry, BookEntryLib } from "../types/BookEntry.sol";
import { BookHead, BookHeadLib } from "../types/BookHead.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FrameRecord, FrameRecordLib } from "../types/FrameRecord.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";
import { PublishedFrame, PublishedFrameLib } from "../types/PublishedFrame.sol";
import { SignedTerms } from "../types/SignedTerms.sol";
import { PlainTwins } from "./PlainTwins.sol";

/// @title The packed types' functions, callable
/// @notice Readers return all fields of a type at once, by the names that the layouts draw.
contract PackedTypesHarness {
    /// @notice Fields of a {PileState}.
    struct PileFields {
        uint256 balance;
        uint256 priceTicks;
        uint256 remainingWh;
        uint256 peakWh;
        uint256 firstFrame;
        uint256 expiryFrame;
        bool charge;
        bool iceberg;
        bool suspended;
        uint256 sequence;
        uint256 nonce;
        uint256 credit;
        uint256 creditWh;
        bool payout;
    }

    /// @notice Fields of a {BookEntry}; those that share bits are all read.
    struct EntryFields {
        uint256 pile;
        uint256 leftWh;
        uint256 price;
        bool gridEligible;
        uint256 sequence;
        uint256 waited;
        uint256 priority;
    }

    /// @notice Fields of a {BookHead} that are written as they are.
    struct HeadFields {
        uint256 live;
        bool paused;
        uint256 moreWords;
    }

    /// @notice Fields of {SignedTerms}.
    struct TermsFields {
        uint256 action;
        bool charge;
        uint256 energyWh;
        uint256 peakWh;
        uint256 expiryFrame;
        uint256 price;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice Every reader of {PileStateLib}.
    function readPileState(PileState s) external pure returns (PileFields memory f) {
        f.balance = s.balance();
        f.priceTicks = s.priceTicks();
        f.remainingWh = s.remainingWh();
        f.peakWh = s.peakWh();
        f.firstFrame = s.firstFrame();
        f.expiryFrame = s.expiryFrame();
        f.charge = s.isCharge();
        f.iceberg = s.isIceberg();
        f.suspended = s.isSuspended();
        f.sequence = s.sequence();
        f.nonce = s.nonce();
        f.credit = s.credit();
        f.creditWh = s.creditWh();
        f.payout = s.hasPayout();
    }

    /// @notice {PileStateLib.registered}.
    function registeredPile(uint256 credit, uint256 creditWh) external pure returns (PileState) {
        return PileStateLib.registered(credit, creditWh);
    }

    /// @notice {PileStateLib.withOrder} and {PileStateLib.withTranches}; what lasts of `f` but its balance is ignored.
    function withOrder(PileState s, PileFields calldata f) external pure returns (PileState) {
        return
            s
                .withBalance(f.balance)
                .withOrder(
                    f.priceTicks,
                    f.remainingWh,
                    f.firstFrame,
                    f.expiryFrame - f.firstFrame,
                    f.charge,
                    f.sequence
                )
                .withTranches(f.peakWh, f.iceberg);
    }

    /// @notice {PileStateLib.withoutOrder}.
    function withoutOrder(PileState s) external pure returns (PileState) {
        return s.withoutOrder();
    }

    /// @notice {PileStateLib.withBalance}.
    function withBalance(PileState s, uint256 balance) external pure returns (PileState) {
        return s.withBalance(balance);
    }

    /// @notice {PileStateLib.withFill}.
    function withFill(PileState s, uint256 filledWh, uint256 freed) external pure returns (PileState) {
        return s.withFill(filledWh, freed);
    }

    /// @notice {PileStateLib.withSuspended}.
    function withSuspended(PileState s, bool suspended) external pure returns (PileState) {
        return s.withSuspended(suspended);
    }

    /// @notice {PileStateLib.withPayout}.
    function withPayout(PileState s, bool named) external pure returns (PileState) {
        return s.withPayout(named);
    }

    /// @notice {PileStateLib.withNonceUsed}.
    function withNonceUsed(PileState s) external pure returns (PileState) {
        return s.withNonceUsed();
    }

    /// @notice {PileStateLib.less}.
    function less(PileState s, uint256 amount) external pure returns (PileState) {
        return s.less(amount);
    }

    /// @notice {PileStateLib.withDelivery}.
    function withDelivery(PileState s, uint256 agreedWh, uint256 creditedWh) external pure returns (PileState) {
        return s.withDelivery(agreedWh, creditedWh);
    }

    /// @notice {PileStateLib.withNextNonce}.
    function withNextNonce(PileState s) external pure returns (PileState) {
        return s.withNextNonce();
    }

    /// @notice {PileStateLib.displayedWh} and {PileStateLib.takesPart}.
    function partIn(
        PileState s,
        uint256 frame
    ) external pure returns (uint256 displayedWh, bool takes, uint256 waited, bool last) {
        displayedWh = s.displayedWh();
        (takes, waited, last) = s.takesPart(frame);
    }

    /// @notice {BookEntryLib.pack} of a slot that {PileStateLib.taggedWith} its pile.
    function packEntry(
        PileState s,
        uint256 pile,
        uint256 waited,
        bool charge,
        bool gridEligible
    ) external pure returns (BookEntry) {
        return BookEntryLib.pack(s.taggedWith(pile), waited, charge, gridEligible);
    }

    /// @notice Every reader of {BookEntryLib}.
    function readEntry(BookEntry e) external pure returns (EntryFields memory f) {
        f.pile = e.pile();
        f.leftWh = e.leftWh();
        f.price = e.priceTicks();
        f.gridEligible = e.isGridEligible();
        f.sequence = e.sequence();
        f.waited = e.waitedFrames();
        f.priority = e.priority();
    }

    /// @notice {BookEntryLib.withPriority}.
    function withPriority(BookEntry e, uint256 priority) external pure returns (BookEntry) {
        return e.withPriority(priority);
    }

    /// @notice {BookEntryLib.withFill}.
    function withEntryFill(BookEntry e, uint256 energyWh) external pure returns (BookEntry) {
        return e.withFill(energyWh);
    }

    /// @notice Every reader of {BookHeadLib}.
    function readHead(
        BookHead h
    ) external pure returns (uint256 live, uint256 sequence, bool paused, uint256 moreWords) {
        return (h.live(), h.sequence(), h.isPaused(), h.moreWords());
    }

    /// @notice {BookHeadLib.empty}.
    function emptyHead() external pure returns (BookHead) {
        return BookHeadLib.empty();
    }

    /// @notice Every writer of {BookHeadLib}, each on `h` alone.
    function writeHead(
        BookHead h,
        uint256 index,
        HeadFields calldata f
    ) external pure returns (BookHead next, BookHead marked, BookHead relit, BookHead set, BookHead grown) {
        next = h.withNextSequence();
        marked = h.withLive(index);
        relit = h.withLiveBits(f.live);
        set = h.withPaused(f.paused);
        grown = h.withMoreWords(f.moreWords);
    }

    /// @notice Every reader of {MarketTotalsLib}.
    function readMarketTotals(
        MarketTotals c
    )
        external
        pure
        returns (uint256 lastFrame, int256 lastLoadW, bool lastKnown, uint256 pflW, uint256 gridBalance, bool roundOpen)
    {
        return (c.lastFrame(), c.lastLoadW(), c.lastKnown(), c.pflW(), c.gridBalance(), c.isRoundOpen());
    }

    /// @notice {MarketTotalsLib.withRoundOpen}.
    function withRoundOpen(MarketTotals c, bool roundOpen) external pure returns (MarketTotals) {
        return c.withRoundOpen(roundOpen);
    }

    /// @notice {MarketTotalsLib.withFrame}.
    function withFrame(
        MarketTotals c,
        uint256 frame,
        int256 loadW,
        bool known,
        uint256 pflW
    ) external pure returns (MarketTotals) {
        return c.withFrame(frame, loadW, known, pflW);
    }

    /// @notice {MarketTotalsLib.openFrames} as it is, with one more and with one less.
    function countOpen(MarketTotals c) external pure returns (uint256 open, MarketTotals more, MarketTotals less_) {
        return (c.openFrames(), c.withOneMoreOpen(), c.withOneLessOpen());
    }

    /// @notice {MarketTotalsLib.withGridBalance}.
    function withGridBalance(MarketTotals c, uint256 balance) external pure returns (MarketTotals) {
        return c.withGridBalance(balance);
    }

    /// @notice {FillLib.pack}.
    function packFill(
        uint256 sell,
        uint256 buy,
        uint256 energyWh,
        uint256 price,
        uint256 premium,
        uint256 subsidy
    ) external pure returns (Fill) {
        return FillLib.pack(sell, buy, energyWh, price).withGap(premium, subsidy);
    }

    /// @notice Every reader of {FillLib}.
    function readFill(
        Fill f
    )
        external
        pure
        returns (uint256 sell, uint256 buy, uint256 energyWh, uint256 price, uint256 premium, uint256 subsidy)
    {
        return (f.sell(), f.buy(), f.energyWh(), f.price(), f.premium(), f.subsidy());
    }

    /// @notice {FrameRecordLib.pack}.
    function packRecord(uint256 frame, int256 loadW, bytes32 hash) external pure returns (FrameRecord) {
        return FrameRecordLib.pack(frame, loadW, hash);
    }

    /// @notice Every reader of {FrameRecordLib}, and {FrameRecordLib.withDigest}.
    function readRecord(
        FrameRecord r,
        bytes32 hash
    ) external pure returns (uint256 frame, int256 loadW, bool open, bool matches, FrameRecord next) {
        return (r.frame(), r.loadW(), r.isOpen(), r.matches(hash), r.withDigest(hash));
    }

    /// @notice {PublishedFrameLib.pack}.
    function packPublication(
        uint256 frame,
        int32 baseLoadW,
        uint256 importTicks,
        uint256 exportTicks,
        uint256 wheelingTicks
    ) external pure returns (PublishedFrame) {
        return PublishedFrameLib.pack(frame, baseLoadW, importTicks, exportTicks, wheelingTicks);
    }

    /// @notice Every reader of {PublishedFrameLib}.
    function readPublication(
        PublishedFrame p
    )
        external
        pure
        returns (uint256 frame, int256 baseLoadW, uint256 importTicks, uint256 exportTicks, uint256 wheelingTicks)
    {
        return (p.frame(), p.baseLoadW(), p.importTicks(), p.exportTicks(), p.wheelingTicks());
    }

    /// @notice Every reader of {SignedTermsLib}.
    function readTerms(SignedTerms t) external pure returns (TermsFields memory f) {
        f.action = t.action();
        f.charge = t.isCharge();
        f.energyWh = t.energyWh();
        f.peakWh = t.peakWh();
        f.expiryFrame = t.expiryFrame();
        f.price = t.price();
        f.nonce = t.nonce();
        f.deadline = t.deadline();
    }

    /// @notice {SignedTermsLib.isWellFormed}.
    function isWellFormed(SignedTerms t) external pure returns (bool) {
        return t.isWellFormed();
    }

    /// @notice {SignedTermsLib.structHash} twice, and its plain twin.
    function structHashes(SignedTerms t) external pure returns (bytes32 hash, bytes32 again, bytes32 plain) {
        hash = t.structHash();
        again = t.structHash();
        plain = PlainTwins.structHash(t);
    }
}
