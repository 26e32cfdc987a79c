// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { VM } from "../Vm.sol";
import { RewardsTold } from "./RewardsTold.sol";

/// @title Storage of the contracts that no view shows
/// @notice Read slot by slot, as the compiler lays them out, and compared with the events (INV-24).
abstract contract Stored is RewardsTold {
    /// @dev Slots of the rounds' contract.
    uint256 private constant REWARDS = 0;
    uint256 private constant POT = 1;
    uint256 private constant CLAIMABLE = 2;
    uint256 private constant CANDIDATES = 3;
    uint256 private constant REVEALS = 4;
    uint256 private constant DRAWS = 5;
    uint256 private constant ROUNDS_SLOT = 6;
    uint256 private constant COMMITMENTS = 7;
    /// @dev Slots of the market.
    uint256 private constant PILE_COUNT = 3;
    uint256 private constant MORE_LIVE = 4;

    /// @dev The market's further words of live piles, and its number of piles.
    function _compareMarketSlots() internal {
        _hold(_load(_market, MORE_LIVE) == _secondWord(), "INV-9 events tell another second word of live piles");
        for (uint256 i = 1; i < 4; ++i) {
            _hold(_load(_market, MORE_LIVE + i) == 1 << 255, "INV-9 a word of piles that there are not changed");
        }
        uint256 largestWh;
        for (uint256 pile = firstPile; pile <= pileCount && _rules.readingSeconds != 0; ++pile) {
            if (reachWh[pile] > largestWh) largestWh = reachWh[pile];
        }
        _hold(
            _load(_market, PILE_COUNT) == pileCount | (largestWh << 32) | (matchingFund << 64),
            "INV-9 events tell another number of piles, largest reach or matching fund"
        );
    }

    /// @dev Everything that a round stores, with the commitments and winnings of these proposers.
    function _compareRound(address[] memory proposers, address token) internal {
        _compareRoundWords();
        uint256 candidates = _of(_market, CANDIDATES);
        for (uint256 i; i < _round.tiedProposers; ++i) {
            _hold(
                _load(_roundsAt, _of(i, candidates)) == uint160(_candidates[i]),
                "INV-24 events tell another candidate of a draw"
            );
        }
        uint256 commitments = _of(_market, COMMITMENTS);
        uint256 winnings = _of(token, CLAIMABLE);
        for (uint256 i; i < proposers.length; ++i) {
            _hold(
                _load(_roundsAt, _of(proposers[i], commitments)) == uint256(_kept[proposers[i]]),
                "INV-24 events tell another commitment"
            );
            _hold(
                _load(_roundsAt, _of(proposers[i], winnings)) == claimableOf[proposers[i]],
                "INV-24 events tell other winnings"
            );
        }
        _hold(_load(_roundsAt, _of(_market, REVEALS)) == uint256(_seed), "INV-24 reveals make another seed");
        _hold(_load(_roundsAt, _of(token, _of(_market, POT))) == pot, "INV-24 events tell another pot");
        uint256 draw = _draw.frame | (_draw.candidates << 32) | (_draw.revealBlock << 48);
        _hold(
            _load(_roundsAt, _of(_market, DRAWS)) == draw | (_draw.tokenAmount << 112),
            "INV-24 events tell another draw"
        );
        uint256 reward = _reward.current | (_reward.next << 112) | (_reward.fromFrame << 224);
        _hold(_load(_roundsAt, _of(_market, REWARDS)) == reward, "INV-24 events tell another reward");
    }

    /// @dev Phases, book, score, winner.
    function _compareRoundWords() private {
        uint256 slot = _of(_market, ROUNDS_SLOT);
        uint256 phases = _round.frame | (_round.commitUntil << 32) | (_round.revealUntil << 72);
        phases |= (_round.winnerUntil << 112) | (_round.begins << 152);
        if (_round.executed) phases |= 1 << 192;
        if (_round.frame != 0) phases |= _rules.minCredit << 200;
        if (_round.frame != 0 && _rules.keeperReward != 0) phases |= 1 << 216;
        _hold(_load(_roundsAt, slot) == phases, "INV-24 events tell other phases of a round");
        _hold(_load(_roundsAt, slot + 1) == uint256(_round.bookHash), "INV-13 a round's book changed");
        uint256 best = _round.scoredFrame | (_round.unservedWh << 32) | (_round.squaredStepsW2 << 72);
        best |= (_round.tiedProposers << 200) | (_round.lastReveal << 216);
        _hold(_load(_roundsAt, slot + 2) == best, "INV-24 events tell another best score");
        _hold(_load(_roundsAt, slot + 3) == uint256(_round.winner), "INV-24 events tell another winner");
    }

    function _load(address target, uint256 slot) private view returns (uint256) {
        return uint256(VM.load(target, bytes32(slot)));
    }

    /// @dev Slot of a mapping's value.
    function _of(address key, uint256 slot) private pure returns (uint256) {
        return _of(uint256(uint160(key)), slot);
    }

    function _of(uint256 key, uint256 slot) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(key, slot)));
    }
}
