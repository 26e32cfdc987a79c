// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IBenefitRounds } from "../interfaces/IBenefitRounds.sol";
import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { BenefitScore } from "./BenefitScore.sol";
import { Fluctuation } from "../libraries/Fluctuation.sol";
import { PlanAllotment } from "./PlanAllotment.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { PlanRewards } from "./PlanRewards.sol";
import { BestPlan, BestPlanLib } from "../types/BestPlan.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FlexibleOrder } from "../types/FlexibleOrder.sol";
import { PlanLib } from "../types/Plan.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";
import { RoundTerms, RoundTermsLib } from "../types/RoundTerms.sol";

/// @title Rounds in which plans compete
/// @notice Stores of each market's round a hash of its frozen book, the best score and the best plan's hash; callers
/// hand everything else back in calldata.
contract BenefitRounds is PlanRewards, IBenefitRounds {
    /// @dev Times of a market's latest round, and the market's rules for proposers and keepers.
    struct Phases {
        uint32 frame;
        uint40 commitUntil;
        uint40 revealUntil;
        uint40 winnerUntil;
        uint40 begins;
        bool executed;
        uint16 minCredit;
        bool keeperPaid;
    }

    /// @dev A market's latest round.
    struct Round {
        Phases phases;
        bytes32 bookHash;
        BestPlan best;
        bytes32 winner;
    }

    /// @dev Overwrites an opened commitment: not zero, so that the next commitment finds no fresh slot.
    bytes32 private constant OPENED = bytes32(uint256(1));
    bytes32 private constant COMMITTED = keccak256("AdBEV commitment of a round");
    bytes32 private constant COMMITMENT = keccak256("AdBEV plan and salt");
    uint256 private constant BOOK_DOMAIN = uint256(keccak256("AdBEV frozen book") >> 224) << 224;

    mapping(address market => Round) private _rounds;
    mapping(address market => mapping(address proposer => bytes32)) private _commitments;

    /// @inheritdoc IBenefitRounds
    function open(
        uint256 frame,
        uint256 matchedWh,
        bool previousKnown,
        int256 previousW,
        uint256[] calldata orders
    ) external {
        IMarketParameters.Parameters memory p = IMarket(msg.sender).parameters();
        bool byLaxity = p.allotment == IMarketParameters.Allotment.Laxity;
        RoundTerms terms = RoundTermsLib.pack(
            frame,
            previousW,
            previousKnown,
            matchedWh,
            p.capacityW - p.lossAllowanceW,
            p.frameSeconds,
            _horizon(orders, p.maxHorizon, byLaxity),
            p.chargeEfficiencyBps,
            p.dischargeEfficiencyBps,
            p.maxWaitFrames,
            byLaxity
        );
        terms = terms.withExportBudget(_exportBudget(p.delivery, p.tickSize));
        _begin(frame, p, _freeze(terms, orders));
    }

    /// @dev Opens the round: the end of each of its phases, and the hash of its book.
    function _begin(uint256 frame, IMarketParameters.Parameters memory p, uint256[] memory book) private {
        Round storage round = _rounds[msg.sender];
        uint256 commitUntil = block.timestamp + p.roundSeconds;
        uint256 revealUntil = commitUntil + p.roundSeconds;
        round.phases = Phases({
            // A market clears frames of 32 bits only.
            // forge-lint: disable-next-line(unsafe-typecast)
            frame: uint32(frame),
            // Times have 40 bits for 34 000 years.
            // forge-lint: disable-next-line(unsafe-typecast)
            commitUntil: uint40(commitUntil),
            // As above.
            // forge-lint: disable-next-line(unsafe-typecast)
            revealUntil: uint40(revealUntil),
            // As above.
            // forge-lint: disable-next-line(unsafe-typecast)
            winnerUntil: uint40(revealUntil + p.finaliseSeconds),
            // As above.
            // forge-lint: disable-next-line(unsafe-typecast)
            begins: uint40(frame * p.frameSeconds),
            executed: false,
            minCredit: p.minCredit,
            keeperPaid: p.keeperReward != 0
        });
        round.bookHash = keccak256(abi.encodePacked(_bookHeader(IMarket(msg.sender), frame, book.length), book));
        emit RoundOpened(msg.sender, frame, book);
    }

    /// @inheritdoc IBenefitRounds
    function commit(IMarket market, bytes32 commitment) external {
        Phases memory phases = _rounds[address(market)].phases;
        if (block.timestamp >= phases.commitUntil) revert WrongPhase(phases.frame, 0, phases.commitUntil);
        _requireProposer(market, msg.sender, phases.minCredit);
        _commitments[address(market)][msg.sender] = _commitmentFor(phases.frame, commitment);
        emit PlanCommitted(address(market), phases.frame, msg.sender, commitment);
    }

    /// @inheritdoc IBenefitRounds
    function reveal(IMarket market, uint256[] calldata book, bytes calldata plan, bytes32 salt) external {
        Round storage round = _rounds[address(market)];
        Phases memory phases = round.phases;
        if (block.timestamp < phases.commitUntil || block.timestamp >= phases.revealUntil) {
            revert WrongPhase(phases.frame, phases.commitUntil, phases.revealUntil);
        }
        _requireProposer(market, msg.sender, phases.minCredit);
        _openCommitment(market, phases.frame, plan, salt);
        _requireBook(market, phases.frame, round, book);
        _requireHorizon(book, plan);
        (BenefitScore.Score memory best, uint256 tiedProposers) = _bestSoFar(round, phases.frame, book);
        BenefitScore.Score memory score = BenefitScore.scorePlan(BenefitScore.openForPlan(book), plan);
        bytes32 planHash = keccak256(plan);
        if (BenefitScore.isBetter(score, best)) {
            (best, tiedProposers) = (score, 1);
            round.winner = planHash;
            _setCandidate(market, 0, msg.sender);
        } else if (tiedProposers != 0 && !BenefitScore.isBetter(best, score)) {
            // As good as the best: the plan with the lowest hash stands for all, so coming first wins nothing.
            if (planHash < round.winner) round.winner = planHash;
            if (tiedProposers < MAX_CANDIDATES) _setCandidate(market, tiedProposers++, msg.sender);
        }
        round.best = BestPlanLib.pack(phases.frame, best.unservedWh, best.squaredStepsW2, tiedProposers, block.number);
        _mixReveal(market, planHash, salt);
        emit PlanRevealed(
            address(market),
            phases.frame,
            msg.sender,
            score.unservedWh,
            score.squaredStepsW2,
            BenefitScore.benefit(score.squaredStepsW2),
            plan
        );
    }

    /// @inheritdoc IBenefitRounds
    function finalise(IMarket market, uint256[] calldata book, bytes calldata plan) external {
        Round storage round = _rounds[address(market)];
        Phases memory phases = round.phases;
        if (phases.executed) revert AlreadyFinalised(phases.frame);
        if (block.timestamp < phases.revealUntil || block.timestamp >= phases.begins) {
            revert WrongPhase(phases.frame, phases.revealUntil, phases.begins);
        }
        bytes32 planHash = plan.length == 0 ? bytes32(0) : keccak256(plan);
        {
            bytes32 winner = round.best.frame() == phases.frame ? round.winner : bytes32(0);
            bool winnersTime = block.timestamp < phases.winnerUntil;
            if (planHash == 0 ? winner != 0 && winnersTime : planHash != winner || !winnersTime) {
                revert NotTheWinner(planHash, winner);
            }
        }
        _requireBook(market, phases.frame, round, book);
        round.phases.executed = true;
        BenefitScore.Book memory opened;
        if (planHash == 0) {
            opened = BenefitScore.openForFallback(book);
            BenefitScore.startFallback(opened);
        } else {
            opened = BenefitScore.openForPlan(book);
            BenefitScore.startPlan(opened, plan);
        }
        if (planHash != 0) _openDraw(market, phases.frame, round.best);
        emit RoundFinalised(address(market), phases.frame, planHash);
        _execute(market, book, opened);
        if (phases.keeperPaid) IDelivery(market.parameters().delivery).rewardFinalising(market, msg.sender);
    }

    /// @inheritdoc IBenefitRounds
    function roundOf(IMarket market) external view returns (RoundView memory) {
        Round memory round = _rounds[address(market)];
        Phases memory phases = round.phases;
        bool scored = phases.frame != 0 && round.best.frame() == phases.frame;
        return
            RoundView({
                frame: phases.frame,
                commitUntil: phases.commitUntil,
                revealUntil: phases.revealUntil,
                winnerUntil: phases.winnerUntil,
                begins: phases.begins,
                executed: phases.executed,
                bookHash: round.bookHash,
                winner: scored ? round.winner : bytes32(0),
                unservedWh: scored ? round.best.unservedWh() : 0,
                squaredStepsW2: scored ? round.best.squaredStepsW2() : 0,
                tiedProposers: scored ? round.best.tiedProposers() : 0
            });
    }

    /// @inheritdoc IBenefitRounds
    function scorePlan(
        uint256[] calldata book,
        bytes calldata plan
    ) external pure returns (uint256 unservedWh, uint256 squaredStepsW2) {
        _requireHorizon(book, plan);
        BenefitScore.Score memory score = BenefitScore.scorePlan(BenefitScore.openForPlan(book), plan);
        return (score.unservedWh, score.squaredStepsW2);
    }

    /// @inheritdoc IBenefitRounds
    function scoreFallback(uint256[] calldata book) external pure returns (uint256 unservedWh, uint256 squaredStepsW2) {
        BenefitScore.Score memory score = BenefitScore.scoreFallback(BenefitScore.openForFallback(book));
        return (score.unservedWh, score.squaredStepsW2);
    }

    /// @inheritdoc IBenefitRounds
    function commitmentOf(
        IMarket market,
        uint256 frame,
        address proposer,
        bytes calldata plan,
        bytes32 salt
    ) public view returns (bytes32 commitment) {
        return
            keccak256(
                abi.encode(COMMITMENT, block.chainid, address(this), market, frame, proposer, keccak256(plan), salt)
            );
    }

    /// @notice Frame of the market's latest round in which a plan was revealed.
    function _scoredFrame(IMarket market) internal view override returns (uint256 frame) {
        return _rounds[address(market)].best.frame();
    }

    /// @notice Frame of the market's latest round.
    function _latestFrame(IMarket market) internal view override returns (uint256 frame) {
        return _rounds[address(market)].phases.frame;
    }

    /// @dev The frozen book: terms, a publication for each frame of the horizon, orders.
    function _freeze(RoundTerms terms, uint256[] calldata orders) private view returns (uint256[] memory book) {
        uint256 horizon = terms.horizon();
        uint256 frame = terms.frame();
        book = new uint256[](1 + horizon + orders.length);
        book[0] = RoundTerms.unwrap(terms);
        for (uint256 i; i < horizon; ++i) {
            book[1 + i] = PublishedFrame.unwrap(IMarket(msg.sender).publication(frame + i).asForeseen(i));
        }
        for (uint256 i; i < orders.length; ++i) book[1 + horizon + i] = orders[i];
    }

    /// @dev Frames until the last flexible order ends, at most the market's horizon. By laxity one more, so that plans
    /// count the step by which the load comes down again.
    function _horizon(
        uint256[] calldata orders,
        uint256 maxHorizon,
        bool byLaxity
    ) private pure returns (uint256 horizon) {
        for (uint256 i; i < orders.length; ++i) {
            uint256 last = FlexibleOrder.wrap(orders[i]).lastOffset();
            if (last >= horizon) horizon = last + 1;
        }
        if (byLaxity) ++horizon;
        if (horizon > maxHorizon) horizon = maxHorizon;
    }

    /// @notice Has the market fill the energy that moves in the round's frame: bids at the import tariff, then asks at
    /// the export tariff. The operator's account still holds the money that the plan was scored on.
    /// @param frozen the frozen book
    /// @param opened the same after its first frame
    function _execute(IMarket market, uint256[] calldata frozen, BenefitScore.Book memory opened) private {
        uint256 tickSize = market.parameters().tickSize;
        MarketTotals c = market.marketTotals();
        RoundTerms terms = opened.terms;
        PublishedFrame published = PublishedFrame.wrap(UnsafeList.get(opened.publications, 0));
        uint256[] memory exports = UnsafeList.reserve(opened.asks.length);
        uint256 dischargedWh = _fills(frozen, opened.asks, published.exportTicks() * tickSize, exports);
        uint256[] memory fills = UnsafeList.reserve(frozen.length);
        uint256 drawnWh = _fills(frozen, opened.bids, published.importTicks() * tickSize, fills);
        for (uint256 i; i < exports.length; ++i) UnsafeList.push(fills, UnsafeList.get(exports, i));

        int256 loadW = BenefitScore.totalLoadW(terms, published, 0, drawnWh, dischargedWh);
        market.fillFlexibleOrders(terms.frame(), loadW, _pflWithW(c, terms, loadW), fills);
    }

    /// @dev The PFL with `loadW` in place of the frame's load after clearing.
    function _pflWithW(MarketTotals c, RoundTerms terms, int256 loadW) private pure returns (uint256 pflW) {
        pflW = c.pflW();
        if (terms.isPreviousKnown()) {
            int256 previousW = terms.previousW();
            pflW = pflW + Fluctuation.stepW(loadW, previousW) - Fluctuation.stepW(c.lastLoadW(), previousW);
        }
    }

    /// @dev Appends a fill for each order of one side that moved.
    function _fills(
        uint256[] calldata frozen,
        uint256[] memory orders,
        uint256 price,
        uint256[] memory fills
    ) private pure returns (uint256 movedWh) {
        for (uint256 i; i < orders.length; ++i) {
            (FlexibleOrder order, uint256 energyWh) = _moved(frozen, UnsafeList.get(orders, i));
            if (energyWh == 0) continue;
            movedWh += energyWh;
            bool charge = order.isCharge();
            uint256 sell = charge ? FillLib.GRID : order.pile();
            uint256 buy = charge ? order.pile() : FillLib.GRID;
            UnsafeList.push(fills, Fill.unwrap(FillLib.pack(sell, buy, energyWh, price)));
        }
    }

    /// @dev Energy that an order moved.
    function _moved(
        uint256[] calldata frozen,
        uint256 tranche
    ) private pure returns (FlexibleOrder order, uint256 energyWh) {
        order = FlexibleOrder.wrap(frozen[PlanAllotment.indexOf(tranche)]);
        return (order, order.servableWh() - PlanAllotment.leftWh(tranche));
    }

    /// @dev Marks the caller's commitment as opened, or reverts.
    function _openCommitment(IMarket market, uint256 frame, bytes calldata plan, bytes32 salt) private {
        bytes32 commitment = commitmentOf(market, frame, msg.sender, plan, salt);
        if (_commitments[address(market)][msg.sender] != _commitmentFor(frame, commitment)) {
            revert WrongCommitment(commitment);
        }
        _commitments[address(market)][msg.sender] = OPENED;
    }

    /// @dev The score to beat: the best plan's or, until one beats it, the fallback's.
    function _bestSoFar(
        Round storage round,
        uint256 frame,
        uint256[] calldata book
    ) private returns (BenefitScore.Score memory best, uint256 tiedProposers) {
        BestPlan kept = round.best;
        if (kept.frame() == frame) {
            return (BenefitScore.Score(kept.unservedWh(), kept.squaredStepsW2()), kept.tiedProposers());
        }
        if (round.winner != 0) round.winner = 0;
        return (BenefitScore.scoreFallback(BenefitScore.openForFallback(book)), 0);
    }

    /// @dev Reverts unless the words are the round's frozen book.
    function _requireBook(IMarket market, uint256 frame, Round storage round, uint256[] calldata book) private view {
        bytes32 bookHash = _hash(_bookHeader(market, frame, book.length), book);
        if (bookHash != round.bookHash) revert WrongBook(bookHash);
    }

    /// @dev Header of the hash of a frozen book: domain, market, frame, number of words.
    function _bookHeader(IMarket market, uint256 frame, uint256 length) private pure returns (uint256) {
        return BOOK_DOMAIN | (uint256(uint160(address(market))) << 64) | (frame << 32) | length;
    }

    /// @dev Stored form of a commitment: it counts only for the round in which it was made.
    function _commitmentFor(uint256 frame, bytes32 commitment) private pure returns (bytes32) {
        return keccak256(abi.encode(COMMITTED, frame, commitment));
    }

    /// @dev B of a round: the unclaimed part of the operator's account, in ticks.
    function _exportBudget(address delivery, uint256 tickSize) private view returns (uint256) {
        return Math.min(IDelivery(delivery).unclaimedOf(IMarket(msg.sender)) / tickSize, RoundTermsLib.MAX_BUDGET);
    }

    /// @dev Reverts unless a plan covers the horizon of its round.
    function _requireHorizon(uint256[] calldata book, bytes calldata plan) private pure {
        uint256 horizon = RoundTerms.wrap(book[0]).horizon();
        if (plan.length != horizon * PlanLib.BYTES_PER_FRAME) revert WrongHorizon(plan.length, horizon);
    }

    /// @dev Hash of a frozen book behind its header.
    function _hash(uint256 header, uint256[] calldata book) private pure returns (bytes32 bookHash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            let size := shl(5, book.length)
            mstore(scratch, header)
            calldatacopy(add(scratch, 0x20), book.offset, size)
            bookHash := keccak256(scratch, add(size, 0x20))
        }
    }
}
