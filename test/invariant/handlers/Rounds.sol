// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { FlexibleOrder } from "../../../contracts/types/FlexibleOrder.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { RoundTerms } from "../../../contracts/types/RoundTerms.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title How handlers bring a benefit round about
/// @notice Opens rounds, makes plans for their books, commits to them and reveals them.
abstract contract Rounds is Handler {
    /// @dev A plan that somebody committed to.
    struct Proposal {
        uint256 frame;
        address proposer;
        bytes plan;
        bytes32 salt;
    }

    Proposal[] internal _proposals;

    constructor(World world) Handler(world) {}

    /// @dev The latest round, if it is open and a commitment still counts; else a new one.
    function _committableRound(uint256 seed) internal returns (IBenefitRounds.RoundView memory round) {
        round = ROUNDS.roundOf(MARKET);
        if (round.frame == 0 || round.executed || block.timestamp >= round.commitUntil) round = _newRound(seed);
    }

    /// @dev A round that nobody has finalised and that can still be, in whatever phase; else a new one.
    function _openRound(uint256 seed) internal returns (IBenefitRounds.RoundView memory round) {
        round = ROUNDS.roundOf(MARKET);
        if (round.frame == 0 || round.executed || block.timestamp >= round.begins) round = _newRound(seed);
    }

    /// @dev Clears the next frame whose window is still to come, with an order that a round can be about.
    function _newRound(uint256 seed) internal returns (IBenefitRounds.RoundView memory) {
        uint256 frame = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        uint256 pile = _pileWith(false, seed);
        if (!MIRROR.isLive(pile)) {
            _fund(pile, seed | 1);
            IOrderBook.OrderRequest memory request = _request(pile, seed);
            if (request.charge) request.peakWh = request.energyWh / 2;
            VM.prank(People.pile(pile));
            try MARKET.place(request) {
                _did(People.pile(pile));
            } catch {
                VM.recordLogs();
            }
        }
        WORLD.elapse(frame * FRAME_SECONDS - AUCTION_SECONDS);
        _clear(frame, People.STRANGER);
        return ROUNDS.roundOf(MARKET);
    }

    /// @dev A proposer of the market commits to a plan of its own or to one that another has, too.
    function _commit(IBenefitRounds.RoundView memory round, uint256 seed) internal {
        address proposer = _proposer(seed);
        bytes memory plan =
            _proposals.length != 0 && seed % 4 == 0 && _proposals[_proposals.length - 1].frame == round.frame
                ? _proposals[_proposals.length - 1].plan
                : _bestOf(seed);
        bytes32 salt = bytes32(_mix(seed, 6));
        bytes32 commitment = ROUNDS.commitmentOf(MARKET, round.frame, proposer, plan, salt);
        VM.prank(proposer);
        ROUNDS.commit(MARKET, commitment);
        _did(proposer);
        _proposals.push(Proposal(round.frame, proposer, plan, salt));
    }

    /// @dev A proposer with enough credit; any where there is none such.
    function _proposer(uint256 seed) internal view returns (address) {
        uint256 pile = _proposingPile(seed);
        for (uint256 i = 1; i < 4 && MIRROR.stateOf(pile).credit() < MIN_CREDIT; ++i) pile = _proposingPile(seed + i);
        return People.pile(pile);
    }

    /// @dev Reveals a committed plan of the round; true where there was one that still counts.
    function _revealOne(IBenefitRounds.RoundView memory round, uint256 seed) internal returns (bool) {
        for (uint256 i = _proposals.length; i != 0; --i) {
            Proposal memory p = _proposals[i - 1];
            if (p.frame != round.frame) break;
            bytes32 commitment = ROUNDS.commitmentOf(MARKET, p.frame, p.proposer, p.plan, p.salt);
            if (MIRROR.commitmentOf(p.proposer) != commitment) continue;
            if (seed % 3 == 1 && i > 1 && _proposals[i - 2].frame == p.frame) {
                seed = 0;
                continue;
            }
            WORLD.elapse(round.commitUntil);
            uint256[] memory book = MIRROR.frozenBook();
            VM.prank(p.proposer);
            ROUNDS.reveal(MARKET, book, p.plan, p.salt);
            MIRROR.expectReveal(p.salt);
            _did(p.proposer);
            return true;
        }
        return false;
    }

    /// @dev The best of some plans: nothing moves; where the load is lowest, or highest; anywhere, in part; exports alone.
    function _bestOf(uint256 seed) private view returns (bytes memory best) {
        uint256[] memory book = MIRROR.frozenBook();
        uint256 horizon = RoundTerms.wrap(book[0]).horizon();
        best = new bytes(6 * horizon);
        (uint256 bestUnserved, uint256 bestSquaredStepsW2) = ROUNDS.scorePlan(book, best);
        // Some proposers do not look far.
        for (uint256 i = _mix(seed, 8) % 5; i < 5; ++i) {
            bytes memory plan =
                RoundTerms.wrap(book[0]).isByLaxity()
                    ? _levels(horizon, _mix(seed, i), i > 2)
                    : _plan(book, horizon, i != 2 ? 0 : _mix(seed, i), i % 2 == 0 ? 100 : 40, i > 2);
            try ROUNDS.scorePlan(book, plan) returns (uint256 unserved, uint256 squaredStepsW2) {
                if (unserved > bestUnserved || (unserved == bestUnserved && squaredStepsW2 >= bestSquaredStepsW2))
                    continue;
                (best, bestUnserved, bestSquaredStepsW2) = (plan, unserved, squaredStepsW2);
            } catch {}
        }
    }

    /// @notice A plan of levels, up to four frames each; some at which exactly what cannot wait moves.
    /// @param exportsOnly whether nobody draws
    function _levels(uint256 horizon, uint256 seed, bool exportsOnly) private pure returns (bytes memory plan) {
        for (uint256 i; i < horizon; ++i) {
            uint256 draw = _mix(seed, 2 * i) % 3 == 0 ? 1 << 17 : _mix(seed, 2 * i) % (4 << 17);
            uint256 discharge = _mix(seed, 2 * i + 1) % (4 << 17);
            plan = bytes.concat(plan, bytes3(uint24(exportsOnly ? 0 : draw)), bytes3(uint24(discharge)));
        }
    }

    /// @notice A plan that serves each order, a tranche a frame.
    /// @param seed which frames; 0 for those in which that evens out the base load
    /// @param percent how much of what it displays
    /// @param exportsOnly whether nobody draws
    function _plan(
        uint256[] memory book,
        uint256 horizon,
        uint256 seed,
        uint256 percent,
        bool exportsOnly
    ) private pure returns (bytes memory plan) {
        uint256[] memory drawWh = new uint256[](horizon);
        uint256[] memory dischargeWh = new uint256[](horizon);
        for (uint256 i = 1 + horizon; i < book.length; ++i) {
            FlexibleOrder order = FlexibleOrder.wrap(book[i]);
            if (exportsOnly && order.isCharge()) continue;
            _serve(book, order, seed, percent, order.isCharge() ? drawWh : dischargeWh);
        }
        for (uint256 i; i < horizon; ++i) {
            plan = bytes.concat(plan, bytes3(uint24(drawWh[i])), bytes3(uint24(dischargeWh[i])));
        }
    }

    /// @dev Adds what an order moves to a plan's totals of its side.
    function _serve(
        uint256[] memory book,
        FlexibleOrder order,
        uint256 seed,
        uint256 percent,
        uint256[] memory totalsWh
    ) private pure {
        uint256 leftWh = order.remainingWh();
        uint256 used;
        while (leftWh != 0) {
            (bool found, uint256 offset) = _frameFor(book, totalsWh.length, order, used, seed);
            if (!found) break;
            used |= 1 << offset;
            uint256 most = offset == 0 ? order.leftWh() : order.peakWh();
            if (most > leftWh) most = leftWh;
            leftWh -= most;
            totalsWh[offset] += (most * percent) / 100;
        }
    }

    /// @dev A frame in which an order's limit allows it to move, and which it has not used yet.
    function _frameFor(
        uint256[] memory book,
        uint256 horizon,
        FlexibleOrder order,
        uint256 used,
        uint256 seed
    ) private pure returns (bool found, uint256 best) {
        int256 bestLoad;
        for (uint256 offset; offset < horizon && offset <= order.lastOffset(); ++offset) {
            PublishedFrame published = PublishedFrame.wrap(book[1 + offset]);
            if (PublishedFrame.unwrap(published) == 0 || (used >> offset) & 1 != 0) continue;
            bool allowed =
                order.isCharge()
                    ? order.priceTicks() >= published.importTicks()
                    : order.priceTicks() <= published.exportTicks();
            if (!allowed) continue;
            int256 load =
                seed == 0 ? published.baseLoadW() : int256(uint256(keccak256(abi.encode(seed, order, offset))) >> 1);
            if (!order.isCharge()) load = -load;
            if (found && load >= bestLoad) continue;
            (found, best, bestLoad) = (true, offset, load);
        }
    }
}
