// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IGeneticScheduler } from "../interfaces/IGeneticScheduler.sol";
import { Gene } from "./Gene.sol";
import { LoadLanes } from "./LoadLanes.sol";
import { Population } from "./Population.sol";
import { ScheduleCheck } from "./ScheduleCheck.sol";
import { Charge } from "./types/Charge.sol";
import { ChargingOrder, ChargingOrderLib } from "./types/ChargingOrder.sol";
import { RunState, RunStateLib } from "./types/RunState.sol";

/// @title Scheduling by a genetic algorithm, the benchmark of [T 4.4.3]
/// @notice One storage word per run; everything else is handed in, and held to that word or to the run's id.
contract GeneticScheduler is IGeneticScheduler {
    uint256 private constant SECONDS_PER_HOUR = 3600;
    uint256 private constant MOST_INDIVIDUALS = 256;
    uint256 private constant MOST_GENERATIONS = 1000;
    uint256 private constant MOST_EVS = 512;
    uint256 private constant MOST_GENES = 25_600;
    uint256 private constant FRAMES_PER_WORD = 8;
    uint256 private constant ORDERS_PER_WORD = 4;
    uint256 private constant GENES_PER_WORD = 32;
    /// @dev Logging and hashing a word of the population; the rest of a transaction's end.
    uint256 private constant GAS_PER_WORD_KEPT = 270;
    uint256 private constant GAS_AT_THE_END = 40_000;
    /// @dev A birth among individuals that differ in every gene.
    uint256 private constant GAS_PER_FIRST_BIRTH = 15_000;

    mapping(bytes32 runId => RunState) private _runs;

    /// @inheritdoc IGeneticScheduler
    function open(Problem calldata problem) external returns (bytes32 runId) {
        runId = runIdOf(problem);
        if (RunState.unwrap(_runs[runId]) != 0) revert RunExists(runId);
        _requireSettings(problem);
        _requireData(problem);
        _runs[runId] = RunStateLib.opened();
        emit RunOpened(runId, problem);
    }

    /// @inheritdoc IGeneticScheduler
    function evolve(
        Problem calldata problem,
        uint256[] calldata individuals,
        uint256 maxGenerations
    ) external returns (uint256 generation) {
        (bytes32 runId, RunState state) = _requireOpen(problem, individuals);
        generation = state.generation();
        uint256 stop = problem.generations;
        if (generation == stop) revert RunComplete(runId, stop);
        if (maxGenerations == 0) revert NoGenerations();
        if (maxGenerations < stop - generation) stop = generation + maxGenerations;

        Population.Arena memory arena = _arena(problem);
        uint256 count = Population.restore(arena, individuals);
        (generation, count) = _work(arena, generation, count, stop);
        _keep(arena, runId, generation, count);
    }

    /// @inheritdoc IGeneticScheduler
    function conclude(Problem calldata problem, uint256[] calldata individuals) external {
        (bytes32 runId, RunState state) = _requireOpen(problem, individuals);
        uint256 generation = state.generation();
        if (generation != problem.generations) revert RunIncomplete(runId, generation, problem.generations);

        uint256 fittest = _fittest(problem, individuals);
        uint256 wattsPerWh = SECONDS_PER_HOUR / problem.frameSeconds;
        uint256[] memory orders = problem.orders;
        uint256[] memory loadsW = new uint256[](problem.frames);
        for (uint256 frame; frame < loadsW.length; ++frame) loadsW[frame] = _baseLoadW(problem, frame);
        Charge[] memory schedule = new Charge[](problem.evs);
        for (uint256 i; i < schedule.length; ++i) {
            ChargingOrder order = ChargingOrderLib.get(orders, i);
            uint256 genes = individuals[fittest + i / GENES_PER_WORD];
            // A gene is the lowest byte of what was shifted down.
            // forge-lint: disable-next-line(unsafe-typecast)
            (schedule[i], ) = Gene.decode(order, uint8(genes >> (248 - 8 * (i % GENES_PER_WORD))));
            ScheduleCheck.requireFeasible(i, order, schedule[i]);
            ScheduleCheck.addTo(loadsW, schedule[i], wattsPerWh);
        }
        (uint256 pflW, uint256 overloadW) = ScheduleCheck.measure(loadsW, problem.beforeW, problem.limitW);
        _runs[runId] = RunStateLib.concluded(generation, pflW, overloadW);
        emit RunConcluded(runId, pflW, overloadW, schedule);
    }

    /// @inheritdoc IGeneticScheduler
    function run(bytes32 runId) external view returns (RunState) {
        return _runs[runId];
    }

    /// @inheritdoc IGeneticScheduler
    function runIdOf(Problem calldata problem) public pure returns (bytes32) {
        return keccak256(abi.encode(problem));
    }

    /// @dev The open run of a problem, whose population `individuals` is.
    function _requireOpen(
        Problem calldata problem,
        uint256[] calldata individuals
    ) private view returns (bytes32 runId, RunState state) {
        runId = runIdOf(problem);
        state = _runs[runId];
        if (state.isConcluded()) revert RunOver(runId);
        if (!state.isOpen()) revert RunUnknown(runId);
        bool holds =
            state.isEmpty() ? individuals.length == 0 : state.matches(keccak256(abi.encodePacked(individuals)));
        if (!holds) revert WrongPopulation(runId, state.generation());
    }

    /// @notice Completes the first population, then runs generations, as far as wanted and as the gas lasts.
    /// @return generation reached
    /// @return count of individuals there are
    function _work(
        Population.Arena memory arena,
        uint256 generation,
        uint256 count,
        uint256 stop
    ) private view returns (uint256, uint256) {
        uint256 size = arena.size;
        uint256 gasToKeep = GAS_AT_THE_END + (GAS_PER_WORD_KEPT * size * arena.stride) / 32;
        uint256 gasBefore = gasleft();
        while (true) {
            if (count < size) Population.create(arena, count++);
            else Population.evolve(arena, ++generation);
            if (generation == stop) break;
            uint256 gasAfter = gasleft();
            // Each step costs about what the one before cost, and rather less; half as much again is on the safe side.
            uint256 gasOfNext =
                count == size && generation == 0 ? size * GAS_PER_FIRST_BIRTH : ((gasBefore - gasAfter) * 3) / 2;
            if (gasAfter < gasToKeep + gasOfNext) break;
            gasBefore = gasAfter;
        }
        return (generation, count);
    }

    /// @dev Hashes the population where it lies in memory, stores the hash, and logs it from there.
    function _keep(Population.Arena memory arena, bytes32 runId, uint256 generation, uint256 count) private {
        uint256 first = arena.first;
        uint256 length = count * arena.stride;
        uint256 fitnessW = Population.best(arena, count);
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(first, length)
        }
        _runs[runId] = RunStateLib.evolved(generation, hash);
        bytes32 topic = PopulationEvolved.selector;
        assembly ("memory-safe") {
            let head := sub(first, 128)
            mstore(head, generation)
            mstore(add(head, 32), fitnessW)
            mstore(add(head, 64), 96)
            mstore(add(head, 96), shr(5, length))
            log2(head, add(128, length), topic, runId)
        }
    }

    /// @dev Place of the fittest individual's first word, the first of equals.
    function _fittest(Problem calldata problem, uint256[] calldata individuals) private pure returns (uint256 fittest) {
        uint256 geneWords = _words(problem.evs, GENES_PER_WORD);
        uint256 leastW = type(uint256).max;
        for (uint256 i; i < individuals.length; i += geneWords + 1 + problem.baseLoads.length) {
            uint256 fitnessW = Population.fitnessIn(individuals[i + geneWords]);
            if (fitnessW < leastW) (fittest, leastW) = (i, fitnessW);
        }
    }

    /// @dev The memory of a problem's population.
    function _arena(Problem calldata problem) private pure returns (Population.Arena memory arena) {
        arena.seed = problem.seed;
        arena.size = problem.population;
        arena.evs = problem.evs;
        arena.geneWords = _words(problem.evs, GENES_PER_WORD);
        arena.loadWords = problem.baseLoads.length;
        arena.lastLane = 4 * (uint256(problem.frames) - 1);
        arena.limit = problem.limitW * LoadLanes.ONES;
        arena.wattsPerWh = SECONDS_PER_HOUR / problem.frameSeconds;
        arena.orders = problem.orders;
        Population.reserve(arena, problem.beforeW, problem.baseLoads);
    }

    /// @dev P_home of a frame, W.
    function _baseLoadW(Problem calldata problem, uint256 frame) private pure returns (uint256) {
        return uint32(problem.baseLoads[frame / FRAMES_PER_WORD] >> (224 - 32 * (frame % FRAMES_PER_WORD)));
    }

    /// @dev Words that `count` figures take.
    function _words(uint256 count, uint256 perWord) private pure returns (uint256) {
        return (count + perWord - 1) / perWord;
    }

    /// @dev Refuses settings that the algorithm cannot work with.
    function _requireSettings(Problem calldata problem) private pure {
        uint256 population = problem.population;
        if (population < 2 || population > MOST_INDIVIDUALS) revert PopulationOutOfRange(population);
        uint256 generations = problem.generations;
        if (generations == 0 || generations > MOST_GENERATIONS) revert GenerationsOutOfRange(generations);
        uint256 evs = problem.evs;
        if (evs == 0 || evs > MOST_EVS) revert EvsOutOfRange(evs);
        uint256 frames = problem.frames;
        if (frames == 0 || frames > LoadLanes.MOST_FRAMES) revert FramesOutOfRange(frames);
        if (population * evs > MOST_GENES) revert TooManyGenes(population * evs, MOST_GENES);
        uint256 frameSeconds = problem.frameSeconds;
        if (frameSeconds == 0 || SECONDS_PER_HOUR % frameSeconds != 0) revert FrameLengthUnusable(frameSeconds);
    }

    /// @dev Refuses loads and orders that the algorithm cannot work with.
    function _requireData(Problem calldata problem) private pure {
        _requireWords(problem.baseLoads, problem.frames, FRAMES_PER_WORD);
        _requireWords(problem.orders, problem.evs, ORDERS_PER_WORD);
        uint256 mostW = problem.beforeW;
        for (uint256 frame; frame < problem.frames; ++frame) {
            uint256 loadW = _baseLoadW(problem, frame);
            if (loadW > mostW) mostW = loadW;
        }
        // All at once and at the power of their shortest charge: more than any schedule comes to.
        uint256 allWh;
        uint256[] memory orders = problem.orders;
        for (uint256 i; i < problem.evs; ++i) {
            ChargingOrder order = ChargingOrderLib.get(orders, i);
            uint256 first = order.firstFrame();
            uint256 last = order.lastFrame();
            if (first > last || last >= problem.frames) revert StayOutOfRange(i, first, last);
            if (order.energyWh() == 0) revert NoEnergy(i);
            uint256 mostWh = (last + 1 - first) * order.maxFrameWh();
            if (order.energyWh() > mostWh) revert EnergyTooLarge(i, order.energyWh(), mostWh);
            allWh += order.maxFrameWh();
        }
        mostW += (allWh * SECONDS_PER_HOUR) / problem.frameSeconds;
        if (mostW >= LoadLanes.LOAD_BOUND_W) revert LoadTooLarge(mostW, LoadLanes.LOAD_BOUND_W);
        if (problem.limitW >= LoadLanes.LOAD_BOUND_W) revert LoadTooLarge(problem.limitW, LoadLanes.LOAD_BOUND_W);
    }

    /// @dev Refuses a packed list of another length than `count` figures take, or with more in it.
    function _requireWords(uint256[] calldata list, uint256 count, uint256 perWord) private pure {
        uint256 needed = _words(count, perWord);
        if (list.length != needed) revert WordsMissing(list.length, needed);
        uint256 used = count % perWord;
        if (used == 0) return;
        // Whole figures to a word: what the division leaves over is not used.
        // forge-lint: disable-next-line(divide-before-multiply)
        uint256 rest = list[needed - 1] << ((256 / perWord) * used);
        if (rest != 0) revert RestNotZero(rest);
    }
}
