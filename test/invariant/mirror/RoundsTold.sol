// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { SettlementsTold } from "./SettlementsTold.sol";

/// @title Benefit rounds and rewards as their events tell them
/// @notice A plan counts only for who committed to it, once (INV-11); a round's book is bound by one hash (INV-13).
abstract contract RoundsTold is SettlementsTold {
    /// @notice A revealed plan.
    struct Revealed {
        uint256 unservedWh;
        uint256 squares;
        bytes plan;
    }

    /// @notice Frame of the latest round; 0 = none yet.
    uint256 public roundFrame;
    /// @notice Whether it was finalised.
    bool public roundExecuted;
    /// @notice Hash of its frozen book.
    bytes32 public bookHash;
    /// @notice What was paid in for rewards and not paid out, smallest token units.
    uint256 public rewardsHeld;

    uint256[] internal _words;
    Revealed[] internal _revealed;
    /// @notice What a proposer committed to last; 1 where it was opened.
    mapping(address proposer => bytes32) public commitmentOf;
    /// @notice What a proposer may claim, smallest token units.
    mapping(address proposer => uint256) public claimableOf;

    /// @notice The latest round's frozen book.
    function frozenBook() external view returns (uint256[] memory) {
        return _words;
    }

    /// @notice Plans revealed in the latest round.
    function revealedPlans() external view returns (Revealed[] memory) {
        return _revealed;
    }

    function _roundOpened(uint256 frame, uint256[] memory book) internal {
        _hold(frame > roundFrame, "INV-13 a frame's round was opened twice");
        (roundFrame, roundExecuted, bookHash) = (frame, false, keccak256(abi.encodePacked(book)));
        _words = book;
        delete _revealed;
        ++_counters.roundsOpened;
    }

    function _committed(address proposer, bytes32 commitment, address actor) internal {
        _hold(proposer == actor, "INV-11 a commitment in somebody else's name");
        commitmentOf[proposer] = commitment;
    }

    function _planRevealed(
        uint256 frame,
        address proposer,
        uint256 unservedWh,
        uint256 squares,
        bytes memory plan,
        address actor
    ) internal {
        _hold(proposer == actor && frame == roundFrame, "INV-11 a plan revealed in somebody else's name or round");
        // Salts are the campaign's own: the handler that reveals has checked what the commitment opens.
        _hold(uint256(commitmentOf[proposer]) > 1, "INV-11 a plan was revealed that nobody committed to, or twice");
        commitmentOf[proposer] = bytes32(uint256(1));
        _revealed.push(Revealed(unservedWh, squares, plan));
        ++_counters.plansRevealed;
    }

    function _finalised(uint256 frame, bytes32 plan) internal {
        _hold(frame == roundFrame && !roundExecuted, "INV-7 a round was finalised twice");
        roundExecuted = true;
        if (plan == 0) ++_counters.fallbacksExecuted;
        else ++_counters.plansExecuted;
        _hold(plan == 0 || _isBest(plan), "INV-12 a plan was executed though a better one was revealed");
    }

    function _rewardFunded(uint256 tokenAmount) internal {
        rewardsHeld += tokenAmount;
    }

    function _rewardDrawn(address proposer, uint256 tokenAmount) internal {
        claimableOf[proposer] += tokenAmount;
    }

    function _rewardClaimed(address proposer, uint256 tokenAmount, address actor) internal {
        _hold(proposer == actor && tokenAmount == claimableOf[proposer], "INV-6 a reward went to somebody else");
        claimableOf[proposer] = 0;
        rewardsHeld -= tokenAmount;
    }

    /// @dev Whether a revealed plan with this hash is not worse than any other.
    function _isBest(bytes32 planHash) private view returns (bool) {
        for (uint256 i; i < _revealed.length; ++i) {
            if (keccak256(_revealed[i].plan) != planHash) continue;
            Revealed storage best = _revealed[i];
            for (uint256 j; j < _revealed.length; ++j) {
                Revealed storage other = _revealed[j];
                if (other.unservedWh < best.unservedWh) return false;
                if (other.unservedWh == best.unservedWh && other.squares < best.squares) return false;
            }
            return true;
        }
        return false;
    }
}
