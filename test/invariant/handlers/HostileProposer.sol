// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { RoundTerms } from "../../../contracts/types/RoundTerms.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Rounds } from "./Rounds.sol";

/// @title Forbidden calls in a benefit round
/// @notice As {HostileHandler}: every call must be refused.
contract HostileProposer is Rounds {
    constructor(World world) Rounds(world) {}

    /// @notice A proposer copies another's commitment and, once the plan is known, opens it.
    function copyCommitment(uint256 seed) external resumed refused("INV-11 a copied commitment was opened") {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return;
        _commit(round, seed);
        Proposal memory p = _proposals[_proposals.length - 1];
        address copier = p.proposer == People.pile(FIRST_PILE) ? People.pile(FIRST_PILE + 1) : People.pile(FIRST_PILE);
        bytes32 commitment = ROUNDS.commitmentOf(MARKET, p.frame, p.proposer, p.plan, p.salt);
        uint256[] memory book = MIRROR.frozenBook();
        VM.prank(copier);
        ROUNDS.commit(MARKET, commitment);
        WORLD.elapse(round.commitUntil);
        VM.prank(copier);
        ROUNDS.reveal(MARKET, book, p.plan, p.salt);
    }

    /// @notice A proposer opens a commitment twice, out of its phase, with another salt or another plan.
    function reveal(uint256 seed) external resumed refused("INV-11 a plan counted that was not committed to") {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return;
        _commit(round, seed);
        Proposal memory p = _proposals[_proposals.length - 1];
        uint256 which = seed % 5;
        uint256[] memory book = MIRROR.frozenBook();
        if (which == 0) _revealOne(round, 0);
        else if (which == 1) WORLD.elapse(round.revealUntil);
        else if (which != 2) WORLD.elapse(round.commitUntil);
        if (which == 3) p.salt = ~p.salt;
        if (which == 4) p.plan[p.plan.length - 1] ^= 0x01;
        VM.prank(p.proposer);
        ROUNDS.reveal(MARKET, book, p.plan, p.salt);
    }

    /// @notice A plan that draws more than the book can take, committed to in due form. A level can be carried out
    /// however high it is; there it is one for more frames than the round has.
    function exaggerate(uint256 seed) external resumed refused("INV-12 a plan counted that cannot be carried out") {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return;
        uint256[] memory book = MIRROR.frozenBook();
        RoundTerms terms = RoundTerms.wrap(book[0]);
        bytes memory plan = new bytes(6 * (terms.horizon() + (terms.isByLaxity() ? 1 : 0)));
        uint256 place = seed % plan.length;
        plan[place - (place % 3)] = 0xff;
        address proposer = _proposer(seed);
        bytes32 commitment = ROUNDS.commitmentOf(MARKET, round.frame, proposer, plan, bytes32(seed));
        VM.prank(proposer);
        ROUNDS.commit(MARKET, commitment);
        WORLD.elapse(round.commitUntil);
        VM.prank(proposer);
        ROUNDS.reveal(MARKET, book, plan, bytes32(seed));
    }

    /// @notice A round is finalised twice, too early, too late, with another plan or another book.
    function finalise(uint256 seed) external resumed refused("INV-14 a round was finalised that was not to be") {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        _idle = round.executed || block.timestamp >= round.commitUntil;
        if (_idle) return;
        uint256[] memory book = MIRROR.frozenBook();
        uint256 which = seed % 5;
        if (which == 0) WORLD.elapse(round.commitUntil);
        else if (which == 1) WORLD.elapse(round.begins);
        else WORLD.elapse(round.revealUntil);
        bytes memory plan;
        if (which == 2) plan = new bytes(6 * ((book[0] >> 154) & 0x3f));
        if (which == 3) book[book.length - 1] ^= 1 << (16 + (seed % 20));
        if (which == 4) ROUNDS.finalise(MARKET, book, plan);
        ROUNDS.finalise(MARKET, book, plan);
    }
}
