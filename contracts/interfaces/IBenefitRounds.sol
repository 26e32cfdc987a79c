// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "./IMarket.sol";
import { IPlanRewards } from "./IPlanRewards.sol";

/// @title Rounds in which plans compete for the flexible energy of a frame [T 5.2-5.3, 6.2-6.4]
/// @notice One contract serves all markets of a network; a market names it when it is deployed, and it keeps each
/// market's round apart. A market opens a round when it matches a frame; registered proposers commit to plans and
/// reveal them; the contract scores every plan itself on the round's frozen book. Anyone executes the best plan; if
/// none beats the fallback, the fallback.
interface IBenefitRounds is IPlanRewards {
    /// @notice State of a market's latest round.
    /// @param frame the round's frame; 0 = none yet
    /// @param commitUntil end of the commit phase, s
    /// @param revealUntil end of the reveal phase, s
    /// @param winnerUntil end of the time in which only a winning plan can be executed, s
    /// @param begins start of the frame and end of the round, s
    /// @param executed whether the round was finalised
    /// @param bookHash hash of the frozen book
    /// @param winner hash of the best plan; zero while none beats the fallback
    /// @param unservedWh energy that the best plan leaves unserved, Wh; that of the fallback while no plan beats it
    /// @param squaredStepsW2 its squared steps, W^2; both are 0 before the first reveal
    /// @param tiedProposers number of proposers of equally good best plans
    struct RoundView {
        uint256 frame;
        uint256 commitUntil;
        uint256 revealUntil;
        uint256 winnerUntil;
        uint256 begins;
        bool executed;
        bytes32 bookHash;
        bytes32 winner;
        uint256 unservedWh;
        uint256 squaredStepsW2;
        uint256 tiedProposers;
    }

    /// @notice A market opened a round.
    /// @param book the frozen book: terms, a publication for each frame of the horizon, flexible orders by priority,
    /// bids first; see {RoundTerms} and {FlexibleOrder}
    event RoundOpened(address indexed market, uint256 indexed frame, uint256[] book);
    /// @notice A proposer committed to a plan.
    event PlanCommitted(address indexed market, uint256 indexed frame, address indexed proposer, bytes32 commitment);
    /// @notice A proposer revealed a plan that can be carried out.
    /// @param unservedWh energy that it leaves unserved, Wh
    /// @param squaredStepsW2 its squared steps, W^2
    /// @param benefit lambda, scaled by 1e18
    event PlanRevealed(
        address indexed market,
        uint256 indexed frame,
        address indexed proposer,
        uint256 unservedWh,
        uint256 squaredStepsW2,
        uint256 benefit,
        bytes plan
    );
    /// @notice A round was finalised.
    /// @param plan hash of the executed plan; zero where the fallback was executed
    event RoundFinalised(address indexed market, uint256 indexed frame, bytes32 plan);

    /// @notice The market's round does not stand in the phase that the call belongs to.
    /// @param frame the market's latest round
    /// @param opensAt when the phase opens or opened, s
    /// @param closesAt when it closes or closed, s
    error WrongPhase(uint256 frame, uint256 opensAt, uint256 closesAt);
    /// @notice The round was finalised already.
    error AlreadyFinalised(uint256 frame);
    /// @notice The caller committed to nothing for this round that this plan and salt open, or has opened it already.
    error WrongCommitment(bytes32 commitment);
    /// @notice The words handed in are not the round's frozen book.
    error WrongBook(bytes32 bookHash);
    /// @notice A plan has six bytes for each frame of the horizon.
    error WrongHorizon(uint256 planBytes, uint256 horizon);
    /// @notice A frame's total exceeds the energy that the orders that may move then can take.
    error PlanNotAllottable(uint256 offset, bool charge, uint256 totalWh, uint256 allottedWh);
    /// @notice The plan takes a frame's load beyond capacity and further from zero than without it.
    error PlanOverCapacity(uint256 offset, int256 loadW, uint256 limitW);
    /// @notice The plan's exports up to a frame cost more than the operator's account held for them at the match.
    /// @param exportTickWh sum of export tariff in ticks times energy in Wh
    /// @param budgetTickWh the budget, in the same unit
    error PlanExportsUnfunded(uint256 offset, uint256 exportTickWh, uint256 budgetTickWh);
    /// @notice The plan is not the winning one, or it is the fallback while the winning plan has its time.
    error NotTheWinner(bytes32 plan, bytes32 winner);

    /// @notice Opens a round. Called by a market about itself, after its match.
    /// @param frame the round's frame
    /// @param matchedWh energy that the match drew from the grid, Wh
    /// @param previousKnown whether the step from the frame before counts
    /// @param previousW load of the frame before, W
    /// @param orders the flexible orders by priority, bids first; see {FlexibleOrder}
    function open(
        uint256 frame,
        uint256 matchedWh,
        bool previousKnown,
        int256 previousW,
        uint256[] calldata orders
    ) external;

    /// @notice Commits to a plan. Proposers, in the commit phase; a later commitment replaces an earlier one.
    /// @param commitment {commitmentOf} the plan
    function commit(IMarket market, bytes32 commitment) external;

    /// @notice Opens a committed plan: it is verified, scored, and kept if it is the best so far. In the reveal phase.
    /// @param book the round's frozen book, as {RoundOpened} tells it
    /// @param plan six bytes for each frame of the horizon, see {PlanLib}
    /// @param salt the commitment's blinding salt
    function reveal(IMarket market, uint256[] calldata book, bytes calldata plan, bytes32 salt) external;

    /// @notice Executes the winning plan, or the fallback. Anyone, once, after the reveals and before the frame begins.
    /// @param book the round's frozen book
    /// @param plan the winning plan; empty for the fallback
    function finalise(IMarket market, uint256[] calldata book, bytes calldata plan) external;

    /// @notice Commitment to a plan, as {commit} takes it.
    function commitmentOf(
        IMarket market,
        uint256 frame,
        address proposer,
        bytes calldata plan,
        bytes32 salt
    ) external view returns (bytes32 commitment);

    /// @notice State of a market's latest round.
    function roundOf(IMarket market) external view returns (RoundView memory);

    /// @notice Scores any plan on a frozen book as {reveal} would; reverts with the reason where it cannot be carried
    /// out.
    function scorePlan(
        uint256[] calldata book,
        bytes calldata plan
    ) external pure returns (uint256 unservedWh, uint256 squaredStepsW2);

    /// @notice Scores the fallback: clearing as it would go on without a round.
    function scoreFallback(uint256[] calldata book) external pure returns (uint256 unservedWh, uint256 squaredStepsW2);
}
