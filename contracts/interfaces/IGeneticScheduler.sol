// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Charge } from "../baseline/types/Charge.sol";
import { RunState } from "../baseline/types/RunState.sol";

/// @title Scheduling by a genetic algorithm, the benchmark of [T 4.4.3]
/// @notice Plans one day's charging for a feeder: when each EV starts and for how long it charges [T Table 3-A], so
/// that the sum of the absolute steps of the load is small [T 4.4]. Nobody owns it, anyone may open, continue and
/// conclude any run, and many runs go on side by side.
///
/// [T] gives 1 000 generations and no more. The rest is chosen for few evaluations and cheap ones:
///
/// 1. **Chromosome**: one byte per EV, in the order of the orders, 32 to a word; every byte is a feasible charge
///    ({Gene}).
/// 2. **Fitness**: the sum of the absolute steps of P_total over the frames, the one from the frame before included,
///    plus 8 W for each W that exceeds the limit, in each frame. The least is best.
/// 3. **First population**: gene `j` of individual `i` is byte `j % 32` of `D(0, 2^16 i + floor(j / 32))`, where
///    `D(g, n) = keccak256(seed, 2^32 g + n)`, both 32 bytes wide, highest byte first.
/// 4. **Generation** `g`, from 1: one birth for each individual, one after the other (steady state). Birth `c` draws
///    `D(g, c)`, cut into numbers of 16 bits `x0, x1 ...` from the highest; "`x` of `n`" is `floor(x n / 2^16)`.
/// 5. **Selection**: mother is the fitter of individuals `x0` and `x1` of the population's size, father that of `x2`
///    and `x3`; the former of equals.
/// 6. **Crossover**: `a` = `x4` of the number of EVs; the child has the mother's genes but for those from `a` on, as
///    many as `1 + (x5 of (32 - a % 32))`, which are the father's: a run within one word.
/// 7. **Mutation**: gene `x6` of the number of EVs becomes the low byte of `x7`.
/// 8. **Survival**: of individuals `x8` and `x9` of the population's size the less fit, the former of equals, makes
///    room for the child if the child is at least as fit. The fittest is thereby never lost (elitism).
///
/// `scripts/schemes/genetic/algorithm.ts` is the same algorithm, written independently.
///
/// Between transactions only a hash of the population is stored. Its individuals are logged, load profiles included,
/// and the caller who continues hands them back. That costs at most 24 gas a byte; rewriting them in storage would cost
/// 156, and recomputing a profile some 300 for each EV.
interface IGeneticScheduler {
    /// @notice A day to be scheduled, and the settings of the search.
    /// @param seed of all draws
    /// @param population individuals, 2 to 256
    /// @param generations 1 to 1 000
    /// @param evs orders, 1 to 512
    /// @param frames 1 to 192
    /// @param frameSeconds length of a frame, s; a divisor of 3 600, so that 1 Wh a frame is a whole number of W
    /// @param limitW capacity less the loss allowance, W [T 4.3b]
    /// @param beforeW P_total of the frame before the first, W
    /// @param baseLoads P_home of each frame, W: eight to a word of 32 bits each, the first one highest; zero after the
    /// last. Steps do not change when the same figure is added to all loads and the limit: so are negative ones handed
    /// in.
    /// @param orders the EVs' orders, four to a word, the first one highest; zero after the last
    struct Problem {
        uint256 seed;
        uint16 population;
        uint16 generations;
        uint16 evs;
        uint16 frames;
        uint16 frameSeconds;
        uint32 limitW;
        uint32 beforeW;
        uint256[] baseLoads;
        uint256[] orders;
    }

    /// @notice A run was opened.
    /// @param runId hash of the problem
    event RunOpened(bytes32 indexed runId, Problem problem);
    /// @notice A run went on.
    /// @param generation generations run so far
    /// @param fitnessW fitness of the fittest individual, W
    /// @param individuals the population, for whoever continues: each individual its genes, a word of its fitness (the
    /// highest 224 bits, W) and of `beforeW`, and its load profile packed like the base loads
    event PopulationEvolved(bytes32 indexed runId, uint256 generation, uint256 fitnessW, uint256[] individuals);
    /// @notice A run was concluded; its schedule was found feasible.
    /// @param pflW sum of the absolute steps of the load, W [T 4.4]
    /// @param overloadW excess of the load over the limit, summed over the frames, W
    /// @param schedule one charge per order
    event RunConcluded(bytes32 indexed runId, uint256 pflW, uint256 overloadW, Charge[] schedule);

    /// @notice The same problem was opened before, by whomever; continue that run.
    error RunExists(bytes32 runId);
    /// @notice No run of this problem was opened.
    error RunUnknown(bytes32 runId);
    /// @notice The run has its result.
    error RunOver(bytes32 runId);
    /// @notice The run has had all its generations; conclude it.
    error RunComplete(bytes32 runId, uint256 generations);
    /// @notice The run has generations left.
    error RunIncomplete(bytes32 runId, uint256 generation, uint256 generations);
    /// @notice The list handed in is not the run's population; somebody may have continued the run in the meantime.
    error WrongPopulation(bytes32 runId, uint256 generation);
    /// @notice No generation was asked for.
    error NoGenerations();

    /// @notice The population's size is not from 2 to 256.
    error PopulationOutOfRange(uint256 population);
    /// @notice The number of generations is not from 1 to 1 000.
    error GenerationsOutOfRange(uint256 generations);
    /// @notice The number of orders is not from 1 to 512.
    error EvsOutOfRange(uint256 evs);
    /// @notice The number of frames is not from 1 to 192.
    error FramesOutOfRange(uint256 frames);
    /// @notice The population is too large to be handed from transaction to transaction.
    /// @param genes population's size times number of EVs
    error TooManyGenes(uint256 genes, uint256 most);
    /// @notice The length of a frame does not divide an hour.
    error FrameLengthUnusable(uint256 frameSeconds);
    /// @notice A packed list has fewer words than its figures take.
    error WordsMissing(uint256 words, uint256 needed);
    /// @notice A packed list has something after its last figure.
    error RestNotZero(uint256 rest);
    /// @notice The load could grow beyond the range of the arithmetic.
    error LoadTooLarge(uint256 mostW, uint256 boundW);
    /// @notice An order's stay is not within the frames.
    error StayOutOfRange(uint256 order, uint256 firstFrame, uint256 lastFrame);
    /// @notice An order asks for nothing.
    error NoEnergy(uint256 order);
    /// @notice An order asks for more than its pile can move in its stay.
    error EnergyTooLarge(uint256 order, uint256 energyWh, uint256 mostWh);

    /// @notice Opens a run. Anyone, once for each problem.
    /// @return runId hash of the problem
    function open(Problem calldata problem) external returns (bytes32 runId);

    /// @notice Continues a run: makes the missing part of the first population, then runs `maxGenerations` generations,
    /// or as many as the gas allows where that is less. Anyone, from any population that the run is at.
    /// @param individuals of the run's last {PopulationEvolved}; empty where there was none
    /// @param maxGenerations most generations to run now
    /// @return generation generations run so far
    function evolve(
        Problem calldata problem,
        uint256[] calldata individuals,
        uint256 maxGenerations
    ) external returns (uint256 generation);

    /// @notice Concludes a run that has had its generations: the fittest schedule is worked out plainly, checked for
    /// feasibility, and recorded. Anyone, once.
    /// @param individuals of the run's last {PopulationEvolved}
    function conclude(Problem calldata problem, uint256[] calldata individuals) external;

    /// @notice The id of a problem's run, opened or not.
    function runIdOf(Problem calldata problem) external pure returns (bytes32);

    /// @notice Stored state of a run; zero where it was never opened.
    function run(bytes32 runId) external view returns (RunState);
}
