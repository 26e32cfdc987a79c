// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { CreditDraw } from "../../../contracts/rounds/CreditDraw.sol";
import { RoundsTold } from "./RoundsTold.sol";

/// @title Rewards of plans as their events tell them
/// @notice Who takes part in a draw, with what seed, for how much, and who wins it (INV-24).
abstract contract RewardsTold is RoundsTold {
    /// @dev Reward of a won frame: `current` before `fromFrame`, `next` from then on.
    struct RewardTold {
        uint256 current;
        uint256 next;
        uint256 fromFrame;
    }

    /// @dev A draw that anybody may hold.
    struct DrawTold {
        uint256 frame;
        uint256 candidates;
        uint256 revealBlock;
        uint256 tokenAmount;
    }

    /// @notice Rewards paid in and not paid out, smallest token units.
    uint256 public rewardsHeld;
    /// @notice Part of it that no draw has given away.
    uint256 public pot;
    /// @notice Rewards that a proposer may claim, smallest token units.
    mapping(address proposer => uint256) public claimableOf;

    RewardTold internal _reward;
    DrawTold internal _draw;

    function _rewardSet(uint256 tokenAmount, uint256 fromFrame) internal {
        _hold(fromFrame == _round.frame + 1, "INV-24 a reward changed for a round that is open");
        _reward = RewardTold(_rewardFor(_round.frame), tokenAmount, fromFrame);
    }

    function _rewardFunded(uint256 tokenAmount) internal {
        rewardsHeld += tokenAmount;
        pot += tokenAmount;
    }

    /// @dev A plan is executed: its round's draw opens.
    function _openDraw(uint256 frame) internal {
        uint256 amount = _rewardFor(frame);
        if (amount != 0) _draw = DrawTold(frame, _round.tiedProposers, _round.lastReveal, amount);
    }

    function _rewardDrawn(uint256 frame, address proposer, uint256 tokenAmount) internal {
        _hold(
            _draw.candidates != 0 && _draw.frame == frame && _round.scoredFrame == frame,
            "INV-24 a reward was drawn twice, or for a round whose candidates are gone"
        );
        _hold(block.number > _draw.revealBlock + 1, "INV-24 a reward was drawn before its block");
        uint256 amount = _draw.tokenAmount < pot ? _draw.tokenAmount : pot;
        _hold(tokenAmount == amount, "INV-24 a draw paid another reward than was set");
        _hold(proposer == _drawnOne(), "INV-24 a draw was won by somebody else than its seed says");
        _draw.candidates = 0;
        pot -= amount;
        claimableOf[proposer] += tokenAmount;
    }

    function _rewardClaimed(address proposer, uint256 tokenAmount, address actor) internal {
        _hold(proposer == actor && tokenAmount == claimableOf[proposer], "INV-6 a reward went to somebody else");
        claimableOf[proposer] = 0;
        rewardsHeld -= tokenAmount;
    }

    /// @dev Whom the seed draws, by credit.
    function _drawnOne() private view returns (address) {
        uint256[] memory credits = new uint256[](_draw.candidates);
        for (uint256 i; i < credits.length; ++i) {
            uint256 pile = pileOf[_candidates[i]];
            credits[i] = pile == 0 ? _rules.initialCredit : stateOf[pile].credit();
        }
        uint256 seed = uint256(keccak256(abi.encode(_seed, blockhash(_draw.revealBlock + 1))));
        return _candidates[CreditDraw.draw(credits, seed)];
    }

    function _rewardFor(uint256 frame) private view returns (uint256) {
        return frame >= _reward.fromFrame ? _reward.next : _reward.current;
    }
}
