// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { PlansTold } from "./PlansTold.sol";

/// @title Benefit rounds as their events tell them
/// @notice A plan counts only for who committed to it, in that round, once (INV-11); a round's book is bound by one hash
/// (INV-13); everything that a round stores follows from its events and the revealed salts (INV-24).
abstract contract RoundsTold is PlansTold {
    /// @dev A round as its events make it; raw words as they are in storage.
    struct RoundTold {
        uint256 frame;
        uint256 commitUntil;
        uint256 revealUntil;
        uint256 winnerUntil;
        uint256 begins;
        bool executed;
        bytes32 bookHash;
        uint256 scoredFrame;
        uint256 unservedWh;
        uint256 squaredStepsW2;
        uint256 tiedProposers;
        uint256 lastReveal;
        bytes32 winner;
    }

    bytes32 private constant COMMITTED = keccak256("AdBEV commitment of a round");
    uint256 private constant BOOK_DOMAIN = uint256(keccak256("AdBEV frozen book") >> 224) << 224;
    uint256 internal constant MAX_CANDIDATES = 64;

    /// @notice Frozen books of earlier rounds, the latest last.
    uint256[][] internal _books;
    RoundTold internal _round;
    address internal _roundsAt;
    /// @dev Score of the fallback in the latest round.
    uint256 private _fallbackUnservedWh;
    uint256 private _fallbackSquaredStepsW2;
    /// @dev Plan of the round that is being executed; empty for the fallback.
    bytes internal _executing;
    mapping(bytes32 planHash => bytes) private _plans;

    /// @notice A proposer's last commitment; 1 where it was opened.
    mapping(address proposer => bytes32) public commitmentOf;
    /// @dev The same as the rounds' contract keeps it.
    mapping(address proposer => bytes32) internal _kept;
    mapping(uint256 index => address) internal _candidates;
    bytes32 internal _seed;
    bytes32 private _salt;

    /// @notice The salt of the reveal whose logs are read next: it is in the call, not in the event.
    function expectReveal(bytes32 salt) external {
        _salt = salt;
    }

    /// @notice The latest round's frozen book.
    function frozenBook() external view returns (uint256[] memory) {
        return _words;
    }

    /// @notice How many rounds were opened.
    function bookCount() external view returns (uint256) {
        return _books.length;
    }

    /// @notice A round's frozen book, by the order of their opening.
    function bookAt(uint256 index) external view returns (uint256[] memory) {
        return _books[index];
    }

    function _roundOpened(uint256 frame, uint256[] memory book) internal {
        _hold(frame > _round.frame, "INV-13 a frame's round was opened twice");
        uint256 header = BOOK_DOMAIN | (uint256(uint160(_market)) << 64) | (frame << 32) | book.length;
        _round.frame = frame;
        _round.executed = false;
        _round.bookHash = keccak256(abi.encodePacked(header, book));
        _round.commitUntil = block.timestamp + _rules.roundSeconds;
        _round.revealUntil = _round.commitUntil + _rules.roundSeconds;
        _round.winnerUntil = _round.revealUntil + _rules.finaliseSeconds;
        _round.begins = frame * _rules.frameSeconds;
        _words = book;
        _books.push(book);
        _budget = _budgetNow();
        (_fallbackUnservedWh, _fallbackSquaredStepsW2) = IBenefitRounds(_roundsAt).scoreFallback(book);
        ++_counters.roundsOpened;
    }

    function _committed(uint256 frame, address proposer, bytes32 commitment, address actor) internal {
        _hold(proposer == actor && frame == _round.frame, "INV-11 a commitment in somebody else's name or round");
        _hold(block.timestamp < _round.commitUntil, "INV-11 a commitment after its phase");
        commitmentOf[proposer] = commitment;
        _kept[proposer] = keccak256(abi.encode(COMMITTED, frame, commitment));
    }

    function _planRevealed(
        uint256 frame,
        address proposer,
        uint256 unservedWh,
        uint256 squaredStepsW2,
        bytes memory plan,
        address actor
    ) internal {
        _hold(proposer == actor && frame == _round.frame, "INV-11 a plan revealed in somebody else's name or round");
        _hold(
            block.timestamp >= _round.commitUntil && block.timestamp < _round.revealUntil,
            "INV-11 a plan was revealed out of its phase"
        );
        bytes32 planHash = keccak256(plan);
        _openCommitment(frame, proposer, plan);
        _plans[planHash] = plan;
        _seed = keccak256(abi.encode(_seed, proposer, planHash, _salt));
        _rank(planHash, proposer, unservedWh, squaredStepsW2);
        _hold(plan.length == 6 * ((_words[0] >> 154) & 0x3f), "INV-12 a plan of another horizon counted");
        _holdScore(plan, unservedWh, squaredStepsW2);
        ++_counters.plansRevealed;
    }

    function _openCommitment(uint256 frame, address proposer, bytes memory plan) private {
        bytes32 commitment = IBenefitRounds(_roundsAt).commitmentOf(IMarket(_market), frame, proposer, plan, _salt);
        _hold(
            _kept[proposer] == keccak256(abi.encode(COMMITTED, frame, commitment)),
            "INV-11 a plan was revealed that nobody committed to in this round, or twice"
        );
        (commitmentOf[proposer], _kept[proposer]) = (bytes32(uint256(1)), bytes32(uint256(1)));
    }

    function _holdScore(bytes memory plan, uint256 unservedWh, uint256 squaredStepsW2) private {
        (uint256 unserved, uint256 steps) = IBenefitRounds(_roundsAt).scorePlan(_words, plan);
        _hold(unserved == unservedWh && steps == squaredStepsW2, "INV-12 a plan was scored over another book");
    }

    /// @dev Ranks a revealed plan among those before it; the fallback is the first.
    function _rank(bytes32 planHash, address proposer, uint256 unservedWh, uint256 squaredStepsW2) private {
        if (_round.scoredFrame != _round.frame) {
            (_round.scoredFrame, _round.tiedProposers, _round.winner) = (_round.frame, 0, 0);
            (_round.unservedWh, _round.squaredStepsW2) = (_fallbackUnservedWh, _fallbackSquaredStepsW2);
        }
        _round.lastReveal = block.number;
        if (unservedWh == _round.unservedWh && squaredStepsW2 == _round.squaredStepsW2) {
            if (_round.tiedProposers == 0) return;
            if (planHash < _round.winner) _round.winner = planHash;
            if (_round.tiedProposers < MAX_CANDIDATES) _candidates[_round.tiedProposers++] = proposer;
        } else if (
            unservedWh < _round.unservedWh ||
            (unservedWh == _round.unservedWh && squaredStepsW2 < _round.squaredStepsW2)
        ) {
            (_round.unservedWh, _round.squaredStepsW2, _round.tiedProposers) = (unservedWh, squaredStepsW2, 1);
            (_round.winner, _candidates[0]) = (planHash, proposer);
        }
    }

    /// @notice A round was finalised.
    /// @return byPlan whether a plan was executed
    function _finalised(uint256 frame, bytes32 planHash) internal returns (bool byPlan) {
        _hold(frame == _round.frame && !_round.executed, "INV-7 a round was finalised twice");
        _hold(
            block.timestamp >= _round.revealUntil && block.timestamp < _round.begins,
            "INV-14 a round was finalised out of its phase"
        );
        _round.executed = true;
        byPlan = planHash != 0;
        bytes32 winner = _round.scoredFrame == frame ? _round.winner : bytes32(0);
        if (byPlan) {
            ++_counters.plansExecuted;
            _hold(planHash == winner, "INV-12 a plan was executed though a better one was revealed");
            _hold(block.timestamp < _round.winnerUntil, "INV-14 a winner was executed after its time");
            _executing = _plans[planHash];
        } else {
            ++_counters.fallbacksExecuted;
            _hold(
                winner == 0 || block.timestamp >= _round.winnerUntil,
                "INV-14 the fallback took a winner's place within its time"
            );
            delete _executing;
        }
    }
}
