// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Gene } from "./Gene.sol";
import { LoadLanes } from "./LoadLanes.sol";
import { Charge } from "./types/Charge.sol";
import { ChargingOrder, ChargingOrderLib } from "./types/ChargingOrder.sol";

/// @title A population of schedules in memory, and how it evolves
/// @notice The genetic algorithm itself; what is drawn, and in which order, is told in {IGeneticScheduler}.
///
/// An individual is one block of memory: its genes, 32 to a word; a word of its fitness, whose last lane is the load
/// before the day; its load profile ({LoadLanes}). A child is a copy of its mother's block in which each gene that
/// comes out different is taken out of the profile and put in anew: what a child costs hardly depends on the number of
/// EVs.
///
/// The blocks lie side by side and are logged, hashed and handed back as they are.
library Population {
    /// @notice W of fitness for each W of overload. A watt moved changes at most four steps by one watt each, so a
    /// schedule never gains by an overload that it could move elsewhere.
    uint256 internal constant OVERLOAD_WEIGHT = 8;

    uint256 private constant GENES_PER_WORD = 32;
    /// @dev Effect of each duration of each order on a profile: two words, made when first used.
    uint256 private constant DURATION_BYTES = 64;
    uint256 private constant ORDER_BYTES = 512;
    /// @dev The powers of 256 in a word leave different remainders of 67: one look-up finds the place of a set byte.
    uint256 private constant PLACE_MODULUS = 67;
    uint256 private constant PLACES_BYTES = 96;
    /// @dev Words before the first individual that an event's head may take.
    uint256 private constant HEAD_BYTES = 128;
    uint256 private constant FITNESS_SHIFT = 32;
    uint256 private constant LOW_BITS = 0x0101010101010101010101010101010101010101010101010101010101010101;

    /// @notice A population and what it is measured by.
    /// @param seed of all draws
    /// @param size individuals
    /// @param evs genes of an individual
    /// @param geneWords words of genes of an individual
    /// @param loadWords words of its load profile
    /// @param lastLane from the profile's first lane to its last frame's, bytes
    /// @param limit capacity in each lane
    /// @param wattsPerWh power that moves 1 Wh in a frame, W
    /// @param orders the EVs' orders, packed
    /// @param first memory position of the first individual; the words before it are free for an event's head
    /// @param stride bytes from one individual to the next
    /// @param fitness from an individual to the word of its fitness, bytes; its lanes follow. The least fitness is best
    /// @param scratch memory position of the individual that is being made
    /// @param effects memory position of what each order's durations do to a profile
    /// @param places memory position of the places of bytes by their {PLACE_MODULUS}
    /// @param signs {LoadLanes.SIGNS}
    struct Arena {
        uint256 seed;
        uint256 size;
        uint256 evs;
        uint256 geneWords;
        uint256 loadWords;
        uint256 lastLane;
        uint256 limit;
        uint256 wattsPerWh;
        uint256[] orders;
        uint256 first;
        uint256 stride;
        uint256 fitness;
        uint256 scratch;
        uint256 effects;
        uint256 places;
        uint256 signs;
    }

    /// @notice Reserves the memory of a population whose first eight fields are set, and puts the empty schedule into
    /// the scratch individual.
    /// @param beforeW load of the frame before the first, W
    /// @param baseLoads base load profile, packed
    function reserve(Arena memory arena, uint256 beforeW, uint256[] memory baseLoads) internal pure {
        unchecked {
            uint256 geneBytes = arena.geneWords * 32;
            uint256 loadBytes = arena.loadWords * 32;
            uint256 stride = geneBytes + 32 + loadBytes;
            arena.stride = stride;
            uint256 effectBytes = arena.evs * ORDER_BYTES;
            uint256 ahead = PLACES_BYTES + effectBytes + HEAD_BYTES + arena.size * stride;
            uint256 position;
            assembly ("memory-safe") {
                position := mload(0x40)
                // A charge that ends with the day is still added eight lanes at a time.
                mstore(0x40, add(position, add(ahead, add(stride, 32))))
            }
            arena.signs = LoadLanes.SIGNS;
            arena.places = position;
            for (uint256 i; i < GENES_PER_WORD; ++i) {
                uint256 place = position + ((1 << (8 * i)) % PLACE_MODULUS);
                assembly ("memory-safe") {
                    mstore8(place, sub(31, i))
                }
            }
            uint256 scratch = position + ahead;
            position += PLACES_BYTES;
            arena.effects = position;
            arena.first = position + effectBytes + HEAD_BYTES;
            arena.fitness = geneBytes;
            arena.scratch = scratch;
            assembly ("memory-safe") {
                calldatacopy(position, calldatasize(), effectBytes)
                calldatacopy(scratch, calldatasize(), geneBytes)
                let lanes := add(scratch, geneBytes)
                mstore(lanes, beforeW)
                mcopy(add(lanes, 32), add(baseLoads, 32), loadBytes)
            }
        }
    }

    /// @notice Brings back individuals that were handed in.
    /// @return count of them
    function restore(Arena memory arena, uint256[] calldata individuals) internal pure returns (uint256 count) {
        uint256 first = arena.first;
        assembly ("memory-safe") {
            calldatacopy(first, individuals.offset, shl(5, individuals.length))
        }
        count = (32 * individuals.length) / arena.stride;
    }

    /// @notice Makes an individual of the first population: every gene drawn. Before any generation.
    function create(Arena memory arena, uint256 index) internal pure {
        unchecked {
            uint256 individual = arena.first + index * arena.stride;
            _copy(individual, arena.scratch, arena.stride);
            uint256 unused = 256 * arena.geneWords - 8 * arena.evs;
            uint256 genes;
            for (uint256 word; word < arena.geneWords; ++word) {
                genes = _draw(arena.seed, 0, (index << 16) | word);
                _store(individual + 32 * word, genes);
            }
            _store(individual + arena.fitness - 32, (genes >> unused) << unused);

            uint256 lanes = individual + arena.fitness + 32;
            _addAll(arena, individual, lanes);
            _setFitness(lanes - 32, _fitnessOf(arena, lanes));
        }
    }

    /// @notice Runs one generation: as many births as there are individuals.
    /// @param generation its number, from 1
    function evolve(Arena memory arena, uint256 generation) internal pure {
        unchecked {
            for (uint256 child; child < arena.size; ++child) {
                _bear(arena, _draw(arena.seed, generation, child));
            }
        }
    }

    /// @notice Fitness of the fittest of the first `count` individuals, W.
    function best(Arena memory arena, uint256 count) internal pure returns (uint256 fitnessW) {
        unchecked {
            fitnessW = type(uint256).max;
            uint256 position = arena.first + arena.fitness;
            for (uint256 i; i < count; ++i) {
                uint256 other = _load(position) >> FITNESS_SHIFT;
                if (other < fitnessW) fitnessW = other;
                position += arena.stride;
            }
        }
    }

    /// @notice Fitness in a word of it, W.
    function fitnessIn(uint256 word) internal pure returns (uint256) {
        return word >> FITNESS_SHIFT;
    }

    /// @dev Makes one child, which takes the place of one that is no fitter.
    function _bear(Arena memory arena, uint256 draw) private pure {
        unchecked {
            uint256 stride = arena.stride;
            uint256 scratch = arena.scratch;
            uint256 father = _fitter(arena, (draw >> 192) & 0xffffffff);
            _copy(scratch, _fitter(arena, draw >> 224), stride);
            uint256 lanes = scratch + arena.fitness + 32;

            // Crossover: a run of genes within one word is the father's.
            uint256 gene = (((draw >> 176) & 0xffff) * arena.evs) >> 16;
            uint256 from = gene % GENES_PER_WORD;
            uint256 to = from + ((((draw >> 160) & 0xffff) * (GENES_PER_WORD - from)) >> 16) + 1;
            uint256 offset = 32 * (gene / GENES_PER_WORD);
            uint256 different = _load(scratch + offset) ^ _load(father + offset);
            different &= (type(uint256).max >> (8 * from)) ^ (type(uint256).max >> (8 * to));
            if (different != 0) _inherit(arena, lanes, scratch + offset, gene - from, different);

            // Mutation: one gene is drawn anew.
            gene = (((draw >> 144) & 0xffff) * arena.evs) >> 16;
            offset = scratch + gene;
            different = _load(offset) >> 248;
            from = (draw >> 128) & 0xff;
            if (different != from) {
                assembly ("memory-safe") {
                    mstore8(offset, from)
                }
                _replace(arena, lanes, gene, different, from);
            }

            _survive(arena, lanes, scratch, (draw >> 96) & 0xffffffff);
        }
    }

    /// @dev The less fit of two drawn individuals makes room for the child at `scratch`, unless the child is less fit
    /// still.
    function _survive(Arena memory arena, uint256 lanes, uint256 scratch, uint256 bits) private pure {
        unchecked {
            uint256 fitness = _fitnessOf(arena, lanes);
            (uint256 loser, uint256 other) = _pair(arena, bits);
            // All words hold the same beside the fitness.
            uint256 most = _load(loser + arena.fitness);
            uint256 otherMost = _load(other + arena.fitness);
            if (otherMost > most) (loser, most) = (other, otherMost);
            if (fitness <= most >> FITNESS_SHIFT) {
                _setFitness(lanes - 32, fitness);
                _copy(loser, scratch, arena.stride);
            }
        }
    }

    /// @dev The fitter of two drawn individuals, the first of equals.
    function _fitter(Arena memory arena, uint256 bits) private pure returns (uint256) {
        unchecked {
            (uint256 one, uint256 other) = _pair(arena, bits);
            uint256 fitness = arena.fitness;
            return _load(other + fitness) < _load(one + fitness) ? other : one;
        }
    }

    /// @dev The two individuals that 32 drawn bits stand for.
    function _pair(Arena memory arena, uint256 bits) private pure returns (uint256 one, uint256 other) {
        unchecked {
            uint256 first = arena.first;
            uint256 size = arena.size;
            uint256 stride = arena.stride;
            one = first + (((bits >> 16) * size) >> 16) * stride;
            other = first + (((bits & 0xffff) * size) >> 16) * stride;
        }
    }

    /// @notice Changes genes of one word of an individual, and its profile with them.
    /// @param lanes the individual's profile
    /// @param spot memory position of the word of genes
    /// @param firstEv EV of the word's first gene
    /// @param different exclusive or of the genes as they are and as they shall be
    function _inherit(
        Arena memory arena,
        uint256 lanes,
        uint256 spot,
        uint256 firstEv,
        uint256 different
    ) private pure {
        unchecked {
            uint256 genes = _load(spot);
            uint256 places = arena.places;
            _store(spot, genes ^ different);
            uint256 left = _marks(different);
            while (left != 0) {
                uint256 lowest = left & (0 - left);
                left ^= lowest;
                uint256 place;
                uint256 gene;
                uint256 change;
                assembly ("memory-safe") {
                    place := byte(0, mload(add(places, mod(lowest, PLACE_MODULUS))))
                    gene := byte(place, genes)
                    change := byte(place, different)
                }
                _replace(arena, lanes, firstEv + place, gene, gene ^ change);
            }
        }
    }

    /// @dev Takes one gene of an EV out of a profile and puts another in.
    function _replace(Arena memory arena, uint256 lanes, uint256 ev, uint256 gene, uint256 other) private pure {
        unchecked {
            uint256 effects = arena.effects + ev * ORDER_BYTES;
            uint256 effect = effects + ((gene >> Gene.START_BITS) * DURATION_BYTES);
            uint256 pattern = _load(effect);
            if (pattern == 0) pattern = _makeEffect(arena, effect, ev, gene);
            LoadLanes.remove(lanes, pattern, _load(effect + 32), gene & 31);
            _add(arena, effects, lanes, other);
        }
    }

    /// @dev Adds the charges of all genes of an individual to its profile.
    function _addAll(Arena memory arena, uint256 genes, uint256 lanes) private pure {
        unchecked {
            uint256 effects = arena.effects;
            for (uint256 end = effects + arena.evs * ORDER_BYTES; effects < end; effects += ORDER_BYTES) {
                _add(arena, effects, lanes, _byteAt(_load(genes), 0));
                ++genes;
            }
        }
    }

    /// @notice Adds a gene's charge to a profile.
    /// @param effects memory position of what the EV's durations do to a profile
    function _add(Arena memory arena, uint256 effects, uint256 lanes, uint256 gene) private pure {
        unchecked {
            uint256 effect = effects + ((gene >> Gene.START_BITS) * DURATION_BYTES);
            uint256 pattern = _load(effect);
            if (pattern == 0) {
                pattern = _makeEffect(arena, effect, (effects - arena.effects) / ORDER_BYTES, gene);
            }
            LoadLanes.add(lanes, pattern, _load(effect + 32), gene & 31);
        }
    }

    /// @dev Works out what a gene's duration does to a profile: the pattern and the shape.
    function _makeEffect(
        Arena memory arena,
        uint256 effect,
        uint256 ev,
        uint256 gene
    ) private pure returns (uint256 pattern) {
        unchecked {
            ChargingOrder order = ChargingOrderLib.get(arena.orders, ev);
            (Charge charge, uint256 starts) = Gene.decode(order, gene);
            pattern = LoadLanes.patternOf(charge.frameWh() * arena.wattsPerWh, charge.restWh() * arena.wattsPerWh);
            _store(effect, pattern);
            _store(effect + 32, LoadLanes.shapeOf(order.firstFrame(), starts, charge.fullFrames()));
        }
    }

    /// @dev Writes a fitness beside the load before the day.
    function _setFitness(uint256 position, uint256 fitness) private pure {
        _store(position, (fitness << FITNESS_SHIFT) | (_load(position) & 0xffffffff));
    }

    /// @dev Fitness of a profile, W.
    function _fitnessOf(Arena memory arena, uint256 lanes) private pure returns (uint256 fitness) {
        unchecked {
            uint256 limit = arena.limit;
            uint256 words = arena.loadWords;
            uint256 signs = arena.signs;
            bool atLimit;
            (fitness, atLimit) = LoadLanes.steps(lanes, words, arena.lastLane, limit, signs);
            if (atLimit) fitness += OVERLOAD_WEIGHT * LoadLanes.overload(lanes, words, limit, signs);
        }
    }

    /// @dev 256 pseudo-random bits.
    function _draw(uint256 seed, uint256 generation, uint256 index) private pure returns (uint256 bits) {
        assembly ("memory-safe") {
            mstore(0, seed)
            mstore(0x20, or(shl(32, generation), index))
            bits := keccak256(0, 0x40)
        }
    }

    /// @dev A word with the lowest bit of each byte that is not zero.
    function _marks(uint256 word) private pure returns (uint256 marks) {
        unchecked {
            marks = word | (word >> 4);
            marks |= marks >> 2;
            marks = (marks | (marks >> 1)) & LOW_BITS;
        }
    }

    function _byteAt(uint256 word, uint256 index) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := byte(index, word)
        }
    }

    function _load(uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(position)
        }
    }

    function _store(uint256 position, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(position, word)
        }
    }

    function _copy(uint256 to, uint256 from, uint256 length) private pure {
        assembly ("memory-safe") {
            mcopy(to, from, length)
        }
    }
}
