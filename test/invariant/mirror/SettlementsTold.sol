// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { Bills } from "./Bills.sol";

/// @title Settlements as their events tell them
/// @notice A settlement moves what its frame's fills and margins set aside, between their piles and the grid, and nothing
/// else (INV-7, INV-16); in parts, group by group, each once.
abstract contract SettlementsTold is Bills {
    /// @dev A frame's fills: those that were settled, and those that are left.
    struct Split {
        uint256[] taken;
        uint256 takenMatched;
        uint256[] left;
        uint256 leftMatched;
    }

    uint256 private constant CREDIT_PART = ((1 << 40) - 1) << 214;

    /// @dev A frame was settled, wholly or in part; `rest` is the hash of what is left, 0 where nothing is.
    function _settled(uint256 frame, uint256 grid, bytes32 rest, uint256[] memory postings) internal {
        Frame storage f = _frames[frame];
        _hold(f.cleared && f.fills.length != 0 && !f.settled, "INV-7 a frame was settled twice, or without fills");
        _hold(block.timestamp >= (frame + 1) * _rules.frameSeconds, "INV-7 a frame was settled before its end");
        uint256[] memory settledFills = f.fills;
        uint256 matched = f.matched;
        if (rest != 0) (settledFills, matched) = _takePart(f, frame, rest, postings);
        Bill memory b = _open(frame, settledFills, matched);
        bool allKnown = _measureAll(b, postings);
        // While a round can be executed the account itself pays nothing.
        _work(b, isExecutable() ? 0 : _unclaimedBefore());
        _close(b, grid, postings, allKnown);
        f.setAside -= b.released;
        inDelivery -= b.released;
        if (rest == 0) {
            _hold(f.setAside == 0, "INV-16 a settled frame left something set aside");
            _remove(frame);
            f.settled = true;
            --_openFrames;
            _keeperDue = _rules.keeperReward;
            ++_counters.settlements;
        } else {
            f.digest = uint256(rest) & KEPT;
            ++_counters.settledInPart;
        }
    }

    /// @dev Splits a frame's fills by the groups that were posted. Returns those that were settled, keeps the rest.
    function _takePart(
        Frame storage f,
        uint256 frame,
        bytes32 rest,
        uint256[] memory postings
    ) private returns (uint256[] memory, uint256) {
        _hold(
            block.timestamp < (frame + 1) * _rules.frameSeconds + _rules.readingSeconds,
            "INV-17 a settlement waited for readings beyond their deadline"
        );
        Split memory s = _split(f, postings);
        _hold(s.taken.length != 0 && s.left.length != 0, "INV-7 a part of a frame is all of it or nothing");
        _hold(
            rest == _hashOfRest(frame, s.left, s.leftMatched),
            "INV-7 what is left of a frame is not what is on record"
        );
        (f.fills, f.matched) = (s.left, s.leftMatched);
        return (s.taken, s.takenMatched);
    }

    function _split(Frame storage f, uint256[] memory postings) private view returns (Split memory s) {
        uint256[] memory fills = f.fills;
        uint256[] memory group = _groups(fills);
        bool[] memory posted = new bool[](group.length);
        for (uint256 i; i < postings.length; ++i) posted[_root(group, postings[i] & 0xffff)] = true;
        (s.taken, s.left) = (new uint256[](fills.length), new uint256[](fills.length));
        uint256 takenCount;
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            if (posted[_root(group, fill.sell() == 0 ? fill.buy() : fill.sell())]) {
                s.taken[takenCount++] = fills[i];
                if (i < f.matched) ++s.takenMatched;
            } else {
                s.left[i - takenCount] = fills[i];
                if (i < f.matched) ++s.leftMatched;
            }
        }
        (uint256[] memory taken, uint256[] memory left) = (s.taken, s.left);
        assembly ("memory-safe") {
            mstore(taken, takenCount)
            mstore(left, sub(mload(left), takenCount))
        }
    }

    function _hashOfRest(uint256 frame, uint256[] memory left, uint256 leftMatched) private view returns (bytes32) {
        uint256 count = (leftMatched << 16) | (left.length - leftMatched);
        uint256 published = PublishedFrame.unwrap(publicationOf[frame]);
        return keccak256(abi.encodePacked(_header(OF_REST, frame, count), published, left));
    }

    /// @dev Piles that trade with each other, as a forest by number.
    function _groups(uint256[] memory fills) private view returns (uint256[] memory group) {
        group = new uint256[](pileCount + 1);
        for (uint256 pile; pile <= pileCount; ++pile) group[pile] = pile;
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            if (fill.sell() != 0 && fill.buy() != 0) group[_root(group, fill.sell())] = _root(group, fill.buy());
        }
    }

    function _root(uint256[] memory group, uint256 pile) private pure returns (uint256) {
        while (group[pile] != pile) pile = group[pile];
        return pile;
    }

    /// @notice Takes the energies out of a settlement's postings.
    /// @return allKnown whether every pile of the settled fills has a posting
    function _measureAll(Bill memory b, uint256[] memory postings) private returns (bool allKnown) {
        for (uint256 i; i < postings.length; ++i) {
            uint256 pile = postings[i] & 0xffff;
            if (pile > pileCount || b.parts[pile] == 0 || b.known[pile]) {
                violate("INV-6 a settlement touched another pile");
                return false;
            }
            bool silent = (postings[i] >> 112) & 1 != 0;
            uint256 consumedWh = (postings[i] >> 64) & type(uint24).max;
            uint256 producedWh = (postings[i] >> 88) & type(uint24).max;
            _measure(b, pile, consumedWh, producedWh, silent);
            if (_rules.readingSeconds != 0) _holdReading(pile, b.frame, consumedWh, producedWh, silent);
        }
        allKnown = true;
        for (uint256 pile = firstPile; pile <= pileCount && _rules.readingSeconds != 0; ++pile) {
            if (b.parts[pile] != 0 && !b.known[pile]) allKnown = false;
        }
    }

    /// @dev A posting's energies are the stored reading, one within reach, or what silence is taken for after its deadline.
    function _holdReading(uint256 pile, uint256 frame, uint256 consumedWh, uint256 producedWh, bool silent) private {
        if (silent) {
            uint256 until = (frame + 1) * _rules.frameSeconds + _rules.readingSeconds;
            _hold(block.timestamp >= until, "INV-17 silence was not waited for");
            _hold(consumedWh == reachWh[pile] && producedWh == 0, "INV-17 silence is not taken for the worst");
            ++_counters.silentPostings;
        }
        _hold(consumedWh <= reachWh[pile] && producedWh <= reachWh[pile], "INV-17 a reading above reach counted");
        Reading storage r = _readings[pile][frame];
        if (!r.stored) return;
        _hold(
            !silent && consumedWh == r.consumedWh && producedWh == r.producedWh,
            "INV-17 a stored reading did not count in its frame's settlement"
        );
    }

    /// @dev Holds postings, claims and the grid's account against the bill, and books them.
    function _close(Bill memory b, uint256 grid, uint256[] memory postings, bool allKnown) private {
        uint256 gridAfter = gridBalance + b.released;
        for (uint256 i; i < postings.length; ++i) {
            uint256 pile = postings[i] & 0xffff;
            uint256 money = postings[i] >> 128;
            if (allKnown) _holdPosting(b, pile, postings[i]);
            gridAfter -= money;
            _credit(pile, money);
            _judged(pile, postings[i]);
        }
        _hold(gridAfter == grid, "INV-16 a settlement made or lost money");
        if (allKnown) _holdUnposted(b);
        if (isExecutable()) {
            _hold(grid >= gridBalance, "INV-20 a settlement was paid by the account that a round's plans count on");
        }
        uint256 least = gridBalance < claimed - _unexplainedSum ? gridBalance : claimed - _unexplainedSum;
        _hold(grid >= least, "INV-19 a settlement paid surplus with what others have a claim on");
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            if (b.parts[pile] == 0) continue;
            if (allKnown) _explain(accountOf[pile], b.claim[pile]);
            else _explain(accountOf[pile], _unexplained[accountOf[pile]]);
        }
        _hold(_unexplainedSum == 0, "INV-19 somebody got a claim for nothing");
        gridBalance = grid;
    }

    function _holdPosting(Bill memory b, uint256 pile, uint256 posting) private {
        uint256 money = posting >> 128;
        uint256 due = b.secured[pile] + b.earned[pile];
        _hold(b.owed[pile] <= due, "INV-18 a pile owes more than was set aside");
        _hold(b.owed[pile] + money == due, "INV-16 a pile got another sum than its fills and readings come to");
        _hold(
            (posting >> 16) & type(uint24).max == b.agreedWh[pile] &&
                (posting >> 40) & type(uint24).max == b.creditedWh[pile],
            "INV-16 a pile was judged by other energy than it agreed to and moved"
        );
    }

    /// @dev Piles without a posting have nothing coming and are not judged.
    function _holdUnposted(Bill memory b) private {
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            if (b.parts[pile] == 0 || b.known[pile]) continue;
            _hold(
                b.secured[pile] + b.earned[pile] == b.owed[pile] && b.agreedWh[pile] == 0,
                "INV-16 a pile with something coming was left out of its settlement"
            );
        }
    }

    function _remove(uint256 frame) private {
        for (uint256 i; i < unsettled.length; ++i) {
            if (unsettled[i] != frame) continue;
            unsettled[i] = unsettled[unsettled.length - 1];
            unsettled.pop();
            return;
        }
    }

    /// @dev The pile's credit after a posting.
    function _judged(uint256 pile, uint256 posting) private {
        uint256 agreedWh = (posting >> 16) & type(uint24).max;
        uint256 creditedWh = (posting >> 40) & type(uint24).max;
        _hold(creditedWh <= agreedWh, "INV-16 more counts as delivered than was agreed");
        if (agreedWh == 0) return;
        PileState s = stateOf[pile];
        uint256 sum = s.creditWh() + agreedWh;
        uint256 mean = (2 * (s.credit() * s.creditWh() + 10_000 * creditedWh) + sum) / (2 * sum);
        if (sum >= 1 << 26) sum = (1 << 26) - 1;
        stateOf[pile] = PileState.wrap((PileState.unwrap(s) & ~CREDIT_PART) | (mean << 214) | (sum << 228));
    }
}
