// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Rounds } from "./Rounds.sol";

/// @title Who takes part in rounds by words that are not theirs
/// @notice Forgeries: frozen books of other frames, books cut and joined, commitments of other rounds, markets and
/// proposers, plans of other horizons. Each call tries many; none may count (INV-22).
contract ForgingProposer is Rounds {
    bool private _counted;

    constructor(World world) Rounds(world) {}

    /// @notice A committed plan is revealed over books that are not the round's.
    function books(uint256 seed) external resumed refused("INV-22 a plan was scored over another book") {
        IBenefitRounds.RoundView memory round = _committed(seed);
        if (_idle) return;
        Proposal memory p = _proposals[_proposals.length - 1];
        WORLD.elapse(round.commitUntil);
        uint256[] memory book = MIRROR.frozenBook();
        uint256 count = MIRROR.bookCount();
        for (uint256 i = 1; i < count && i < 4; ++i) _reveal(p, MIRROR.bookAt(count - 1 - i));
        for (uint256 i; i <= book.length; ++i) _reveal(p, _span(book, i, i));
        for (uint256 i = 1; i < book.length; ++i) _reveal(p, _span(book, 0, i));
        _reveal(p, _joined(book, book));
        _reveal(p, _joined(_header(round.frame, book.length), book));
        _reveal(p, _joined(book, _header(round.frame, book.length)));
        if (count > 1) _reveal(p, _crossed(book, MIRROR.bookAt(count - 2)));
        _conclude();
    }

    /// @notice Commitments of other rounds, frames, markets and proposers, raw words, and what the contract itself keeps of
    /// one.
    function commitments(uint256 seed) external resumed refused("INV-22 a commitment counted for another round") {
        IBenefitRounds.RoundView memory earlier = _committed(seed);
        if (_idle) return;
        Proposal memory p = _proposals[_proposals.length - 1];
        WORLD.elapse(earlier.begins);
        IBenefitRounds.RoundView memory round = _newRound(_mix(seed, 1));
        _idle = round.frame == p.frame || block.timestamp >= round.commitUntil;
        if (_idle) return;
        uint256 horizon = (MIRROR.frozenBook()[0] >> 154) & 0x3f;
        // The plan suits this round's horizon: only its commitment is of another.
        Proposal memory q = Proposal(round.frame, p.proposer, new bytes(6 * horizon), p.salt);
        IMarket pretender = IMarket(address(this));
        bytes32[7] memory forged = [
            ROUNDS.commitmentOf(MARKET, p.frame, q.proposer, q.plan, q.salt),
            ROUNDS.commitmentOf(MARKET, round.frame + 1, q.proposer, q.plan, q.salt),
            ROUNDS.commitmentOf(pretender, round.frame, q.proposer, q.plan, q.salt),
            ROUNDS.commitmentOf(MARKET, round.frame, People.STRANGER, q.plan, q.salt),
            keccak256(q.plan),
            bytes32(uint256(1)),
            bytes32(0)
        ];
        WORLD.elapse(round.commitUntil - 1);
        // The commitment of the earlier round is still stored.
        _revealIn(round, p);
        for (uint256 i; i < forged.length && !_counted; ++i) {
            WORLD.elapse(block.timestamp);
            _commitAndReveal(round, q, forged[i]);
        }
        bytes32 honest = ROUNDS.commitmentOf(MARKET, round.frame, q.proposer, q.plan, q.salt);
        bytes32 kept = keccak256(abi.encode(keccak256("AdBEV commitment of a round"), round.frame, honest));
        _commitAndReveal(round, q, kept);
        _conclude();
    }

    /// @notice Plans of other horizons, committed to in due form.
    function horizons(uint256 seed) external resumed refused("INV-22 a plan of another horizon counted") {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return;
        _counted = false;
        uint256 length = 6 * ((MIRROR.frozenBook()[0] >> 154) & 0x3f);
        uint256[7] memory lengths = [length - 6, length + 6, length - 1, length + 1, 0, 48 * 6, 6];
        for (uint256 i; i < lengths.length; ++i) {
            if (lengths[i] == length) continue;
            Proposal memory q = Proposal(round.frame, _proposer(seed), new bytes(lengths[i]), bytes32(seed));
            _commitAndReveal(round, q, ROUNDS.commitmentOf(MARKET, q.frame, q.proposer, q.plan, q.salt));
        }
        _conclude();
    }

    /// @notice A round is finalised with plans and books that are not its own.
    function finals(uint256 seed) external resumed refused("INV-22 a round was finalised by another's words") {
        IBenefitRounds.RoundView memory round = _committed(seed);
        if (_idle) return;
        Proposal memory p = _proposals[_proposals.length - 1];
        if (seed % 3 != 0) _revealOne(round, 0);
        WORLD.elapse(round.revealUntil);
        round = ROUNDS.roundOf(MARKET);
        uint256[] memory book = MIRROR.frozenBook();
        uint256 count = MIRROR.bookCount();
        bytes memory due = round.winner == keccak256(p.plan) ? p.plan : bytes("");
        if (round.winner != 0 && due.length == 0) {
            _idle = true;
            return;
        }
        for (uint256 i = 1; i < count && i < 4; ++i) _finalise(MIRROR.bookAt(count - 1 - i), due);
        for (uint256 i; i < book.length; ++i) _finalise(_span(book, i, i), due);
        _finalise(_joined(book, book), due);
        _finalise(_joined(_header(round.frame, book.length), book), due);
        if (round.winner != 0) _finalise(book, "");
        else _finalise(book, p.plan);
        _finalise(book, bytes.concat(p.plan, p.plan));
        _finalise(book, abi.encode(round.winner));
        for (uint256 i = _proposals.length; i != 0 && i + 6 > _proposals.length; --i) {
            if (keccak256(_proposals[i - 1].plan) != round.winner) _finalise(book, _proposals[i - 1].plan);
        }
        _conclude();
    }

    /// @dev A round with somebody's commitment.
    function _committed(uint256 seed) private returns (IBenefitRounds.RoundView memory round) {
        round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return round;
        _counted = false;
        _commit(round, seed);
    }

    function _reveal(Proposal memory p, uint256[] memory book) private {
        if (_counted) return;
        VM.prank(p.proposer);
        try ROUNDS.reveal(MARKET, book, p.plan, p.salt) {
            _counted = true;
        } catch {}
    }

    function _finalise(uint256[] memory book, bytes memory plan) private {
        if (_counted) return;
        VM.prank(People.STRANGER);
        try ROUNDS.finalise(MARKET, book, plan) {
            _counted = true;
        } catch {}
    }

    /// @dev Reveals a plan in a round's phase, then goes back to where commitments count.
    function _revealIn(IBenefitRounds.RoundView memory round, Proposal memory p) private {
        uint256 before = block.timestamp;
        VM.warp(round.commitUntil);
        _reveal(p, MIRROR.frozenBook());
        VM.warp(before);
    }

    function _commitAndReveal(IBenefitRounds.RoundView memory round, Proposal memory p, bytes32 commitment) private {
        if (_counted) return;
        VM.prank(p.proposer);
        ROUNDS.commit(MARKET, commitment);
        _revealIn(round, p);
    }

    /// @dev Reverts where every forgery was refused, so that this call changes nothing.
    function _conclude() private view {
        if (!_counted) revert("every forgery was refused");
    }

    function _header(uint256 frame, uint256 length) private view returns (uint256[] memory word) {
        word = new uint256[](1);
        word[0] = (uint256(keccak256("AdBEV frozen book") >> 224) << 224) | (uint256(uint160(address(MARKET))) << 64);
        word[0] |= (frame << 32) | length;
    }

    /// @dev A book without one word or, where `from` is 0, its first words.
    function _span(uint256[] memory book, uint256 gap, uint256 length) private pure returns (uint256[] memory cut) {
        bool prefix = gap == 0 && length != 0;
        cut = new uint256[](prefix ? length : (gap < book.length ? book.length - 1 : book.length + 1));
        uint256 next;
        for (uint256 i; i < book.length && next < cut.length; ++i) {
            if (!prefix && i == gap) continue;
            cut[next++] = book[i];
        }
    }

    function _joined(uint256[] memory a, uint256[] memory b) private pure returns (uint256[] memory list) {
        list = new uint256[](a.length + b.length);
        for (uint256 i; i < list.length; ++i) list[i] = i < a.length ? a[i] : b[i - a.length];
    }

    /// @dev The terms of one book before the rest of another.
    function _crossed(uint256[] memory book, uint256[] memory other) private pure returns (uint256[] memory list) {
        list = new uint256[](other.length);
        for (uint256 i; i < list.length; ++i) list[i] = i == 0 ? book[0] : other[i];
    }
}
