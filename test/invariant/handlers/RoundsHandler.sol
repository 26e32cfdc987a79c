// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { PretendedMarket } from "./PretendedMarket.sol";
import { Rounds } from "./Rounds.sol";

/// @title Plans compete, and rewards are paid
/// @notice Handlers are named after the functions of the rounds' contract.
contract RoundsHandler is Rounds {
    constructor(World world) Rounds(world) {}

    /// @notice Proposers commit to plans, good ones and worse.
    function commit(uint256 seed) external resumed {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        uint256 count = _in(seed, 1, 3);
        for (uint256 i; i < count; ++i) _commit(round, _mix(seed, 40 + i));
    }

    /// @notice Proposers reveal their plans, all or some of them.
    function reveal(uint256 seed) external resumed {
        IBenefitRounds.RoundView memory round = _openRound(seed);
        if (block.timestamp >= round.revealUntil || !_revealOne(round, seed)) {
            round = _committableRound(seed);
            for (uint256 i; i < 3; ++i) _commit(round, _mix(seed, 50 + i));
            _revealOne(round, 0);
        }
        if (seed % 4 != 0 && _revealOne(round, 0)) _revealOne(round, 0);
    }

    /// @notice Anyone executes the winning plan in its time, or the fallback; whatever happened in the round, that works.
    function finalise(uint256 seed) external resumed {
        IBenefitRounds.RoundView memory round = _openRound(seed);
        for (uint256 i; i < seed % 4 && block.timestamp < round.commitUntil; ++i) _commit(round, _mix(seed, 60 + i));
        for (uint256 i; i < seed % 5 && block.timestamp < round.revealUntil; ++i) {
            if (!_revealOne(round, _mix(seed, 70 + i))) break;
        }
        round = ROUNDS.roundOf(MARKET);
        if (round.executed || block.timestamp >= round.begins) revert("no round was opened");
        // A round that opened at the last moment leaves the fallback no time beside the winner's.
        bool late = _mix(seed, 80) % 8 == 0 && round.winnerUntil < round.begins;
        WORLD.elapse(late ? round.winnerUntil : round.revealUntil);
        bytes memory plan;
        if (round.winner != 0 && block.timestamp < round.winnerUntil) plan = _planOf(round.winner);
        uint256[] memory book = MIRROR.frozenBook();
        VM.prank(People.STRANGER);
        try ROUNDS.finalise(MARKET, book, plan) {} catch {
            MIRROR.violate("INV-13 the plan that is due could not be executed");
        }
        _did(People.STRANGER);
    }

    /// @notice Somebody opens a round as if it were a market: the round is its own.
    function open(uint256 seed) external resumed {
        PretendedMarket pretender = new PretendedMarket(WORLD);
        uint256[] memory orders = new uint256[](_in(seed, 0, 3));
        for (uint256 i; i < orders.length; ++i) orders[i] = _mix(seed, i) & ((1 << 119) - 1);
        pretender.open(ROUNDS, block.timestamp / FRAME_SECONDS + 1, orders);
        _did(address(pretender));
    }

    /// @notice The grid operator sets what a won frame is worth.
    function setReward(uint256 seed) external resumed {
        VM.prank(People.OPERATOR);
        REWARDS.setReward(MARKET, _in(seed, 0, 5000));
        _did(People.OPERATOR);
    }

    /// @notice Somebody pays into the pot.
    function fundReward(uint256 seed) public resumed {
        VM.prank(People.STRANGER);
        REWARDS.fundReward(MARKET, _in(seed, 1, 20_000));
        _did(People.STRANGER);
    }

    /// @notice Anyone draws the reward of a round that a plan won.
    function drawReward(uint256 seed) external resumed {
        _draw(seed);
    }

    /// @notice A proposer claims what it won.
    function claimReward(uint256 seed) external resumed {
        address proposer = _winner(seed);
        if (proposer == address(0)) {
            fundReward(seed);
            _draw(seed);
            proposer = _winner(seed);
        }
        VM.prank(proposer);
        REWARDS.claimReward(TOKEN, proposer);
        _did(proposer);
    }

    /// @dev A proposer with something to claim; none where nobody has.
    function _winner(uint256 seed) private view returns (address) {
        for (uint256 i; i < 3; ++i) {
            address proposer = People.pile(_proposingPile(seed + i));
            if (MIRROR.claimableOf(proposer) != 0) return proposer;
        }
        return address(0);
    }

    /// @dev Anyone draws; a round is won first, in a few attempts.
    function _draw(uint256 seed) private {
        for (uint256 i; i < 3; ++i) {
            if (_winRound(_mix(seed, 30 + i))) break;
        }
        WORLD.mine(_in(seed, 2, 300));
        VM.prank(People.STRANGER);
        REWARDS.drawReward(MARKET);
        _did(People.STRANGER);
    }

    /// @dev Takes a round to its end, if it has one; true where a plan won it.
    function _winRound(uint256 seed) private returns (bool) {
        IBenefitRounds.RoundView memory round = _committableRound(seed);
        if (round.executed || block.timestamp >= round.commitUntil) return false;
        _commit(round, seed);
        _revealOne(round, 0);
        round = ROUNDS.roundOf(MARKET);
        WORLD.elapse(round.revealUntil);
        uint256[] memory book = MIRROR.frozenBook();
        bytes memory plan = round.winner == 0 ? bytes("") : _planOf(round.winner);
        VM.prank(People.STRANGER);
        ROUNDS.finalise(MARKET, book, plan);
        _did(People.STRANGER);
        return round.winner != 0;
    }

    /// @dev The plan of this round with a hash.
    function _planOf(bytes32 planHash) private view returns (bytes memory) {
        for (uint256 i = _proposals.length; i != 0; --i) {
            if (keccak256(_proposals[i - 1].plan) == planHash) return _proposals[i - 1].plan;
        }
        return "";
    }
}
