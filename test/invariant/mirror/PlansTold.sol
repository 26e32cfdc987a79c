// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { FlexibleOrder } from "../../../contracts/types/FlexibleOrder.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { RoundTerms } from "../../../contracts/types/RoundTerms.sol";
import { SettlementsTold } from "./SettlementsTold.sol";

/// @title Frozen books and their execution
/// @notice A round's book is the market's own flexible orders after the match, each once, behind the market's own
/// figures. The first frame of the scored plan, or of the fallback, is executed (INV-21).
abstract contract PlansTold is SettlementsTold {
    uint256 private constant MOST_BUDGET = (1 << 49) - 1;

    /// @dev The latest round's frozen book.
    uint256[] internal _words;
    /// @dev Largest export budget of the latest round, ticks: as its match found the operator's account.
    uint256 internal _budget;

    /// @dev Holds the frozen book against the orders as the match left them.
    function _holdBook(uint256 frame) internal {
        RoundTerms terms = RoundTerms.wrap(_words[0]);
        _hold(
            terms.frame() == frame && terms.matchedWh() == _frames[frame].drawnWh,
            "INV-21 a round is about another frame or match"
        );
        _hold(
            terms.exportBudget() == _budget,
            "INV-21 a round's exports are budgeted otherwise than the account holds"
        );
        uint256 horizon = terms.horizon();
        for (uint256 i; i < horizon; ++i) {
            _hold(
                _words[1 + i] == _foreseen(PublishedFrame.unwrap(publicationOf[frame + i]), i),
                "INV-21 a round is about other tariffs or expectations than were published"
            );
        }
        uint256 seen;
        for (uint256 i = 1 + horizon; i < _words.length; ++i) {
            uint256 pile = _words[i] & 0xffff;
            _hold((seen >> pile) & 1 == 0, "INV-21 an order stands twice in a round's book");
            seen |= 1 << pile;
            _hold(_words[i] == _flexible(frame, pile), "INV-21 a round's book holds another order than the market");
        }
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            if ((seen >> pile) & 1 != 0) continue;
            _hold(
                !_displayed[frame][pile] || _flexible(frame, pile) == 0,
                "INV-21 a flexible order was left out of its round"
            );
        }
    }

    /// @dev A publication's word in the book of a round that begins `offset` frames earlier: of the load that is expected,
    /// the tenths whose orders come less than that before the frame.
    function _foreseen(uint256 word, uint256 offset) private pure returns (uint256) {
        int256 expectedW = int24(uint24(word >> 136));
        int256 tenths;
        for (uint256 i; i < 10; ++i) if (uint8(word >> (160 + 8 * i)) < offset) ++tenths;
        return (word & ((1 << 136) - 1)) | (uint256(uint24(int24((expectedW * tenths) / 10))) << 136);
    }

    /// @dev The word of an order that took part in a frame, as the match left it; 0 where it is not flexible.
    function _flexible(uint256 frame, uint256 pile) private view returns (uint256 word) {
        PileState s = stateOf[pile];
        if (s.remainingWh() == 0 || (s.isCharge() && !s.isIceberg())) return 0;
        word = pile | (s.remainingWh() << 16) | (_leftWh[frame][pile] << 40) | (s.peakWh() << 60);
        word |= (s.priceTicks() << 80) | ((s.expiryFrame() - frame) << 104) | ((frame - s.firstFrame()) << 111);
        if (s.isCharge()) word |= 1 << 118;
    }

    /// @notice Holds the fills of an executed round against its plan.
    /// @param plan the plan; empty for what clearing alone would do
    function _holdExecuted(uint256[] memory fills, bytes memory plan) internal {
        uint256[] memory dueWh = new uint256[](pileCount + 1);
        RoundTerms terms = RoundTerms.wrap(_words[0]);
        PublishedFrame published = PublishedFrame.wrap(_words[1]);
        if (plan.length == 0) {
            _allot(dueWh, true, true, _fallbackWh(terms, published));
        } else if (_rules.byLaxity) {
            _level(dueWh, true, _figure(plan, 0));
            _level(dueWh, false, _figure(plan, 3));
        } else {
            uint256 unused = _allot(dueWh, true, false, _figure(plan, 0));
            unused += _allot(dueWh, false, false, _figure(plan, 3));
            _hold(unused == 0, "INV-21 a plan was executed that cannot be carried out");
        }
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            uint256 pile = fill.sell() == 0 ? fill.buy() : fill.sell();
            if (pile > pileCount || dueWh[pile] != fill.energyWh()) {
                return violate("INV-21 a round filled otherwise than its plan was scored");
            }
            dueWh[pile] = 0;
        }
        for (uint256 pile; pile <= pileCount; ++pile) {
            _hold(dueWh[pile] == 0, "INV-21 a round left out what its plan was scored on");
        }
    }

    /// @notice Gives a total to the orders of one side: earliest last frame first, then priority.
    /// @param byPriority whether priority alone decides, and only orders that are due take part
    /// @return leftWh what nobody took
    function _allot(
        uint256[] memory dueWh,
        bool charge,
        bool byPriority,
        uint256 totalWh
    ) private view returns (uint256 leftWh) {
        leftWh = totalWh;
        for (uint256 key; key < 128 && leftWh != 0; ++key) {
            for (uint256 i = 1 + RoundTerms.wrap(_words[0]).horizon(); i < _words.length; ++i) {
                FlexibleOrder o = FlexibleOrder.wrap(_words[i]);
                if (o.isCharge() != charge || !_accepts(o) || (byPriority ? 0 : o.lastOffset()) != key) continue;
                if (byPriority && o.waitedFrames() < _rules.maxWaitFrames && o.lastOffset() != 0) continue;
                uint256 takesWh = o.leftWh() < o.remainingWh() ? o.leftWh() : o.remainingWh();
                if (takesWh > leftWh) takesWh = leftWh;
                dueWh[o.pile()] = takesWh;
                leftWh -= takesWh;
            }
        }
    }

    /// @dev Whether the tariffs of the round's frame are within an order's limit.
    function _accepts(FlexibleOrder o) private view returns (bool) {
        PublishedFrame p = PublishedFrame.wrap(_words[1]);
        if (PublishedFrame.unwrap(p) == 0) return false;
        return o.isCharge() ? o.priceTicks() >= p.importTicks() : o.priceTicks() <= p.exportTicks();
    }

    /// @notice Gives the orders of one side what brings their laxity up to a level.
    /// @param level in 2^-17 of a frame
    function _level(uint256[] memory dueWh, bool charge, uint256 level) private view {
        if (level == 0) return;
        for (uint256 i = 1 + RoundTerms.wrap(_words[0]).horizon(); i < _words.length; ++i) {
            FlexibleOrder o = FlexibleOrder.wrap(_words[i]);
            if (o.isCharge() == charge && _accepts(o)) dueWh[o.pile()] = _atLevel(o, level);
        }
    }

    /// @dev Energy that an order moves at a level in the round's frame, Wh: its part that cannot wait, at most its tranche.
    function _atLevel(FlexibleOrder o, uint256 level) private pure returns (uint256 energyWh) {
        uint256 frames = o.lastOffset() + 1;
        energyWh = o.leftWh() + o.peakWh() * (frames - 1);
        if (o.remainingWh() < energyWh) energyWh = o.remainingWh();
        if (frames << 17 > level) {
            uint256 waitsWh = (o.peakWh() * ((frames << 17) - level) + (1 << 17) - 1) / (1 << 17);
            energyWh = energyWh > waitsWh ? energyWh - waitsWh : 0;
        }
        if (energyWh > o.leftWh()) energyWh = o.leftWh();
    }

    /// @dev Room that the capacity leaves to icebergs in the round's frame, Wh.
    function _fallbackWh(RoundTerms terms, PublishedFrame p) private view returns (uint256) {
        int256 roomW = int256(_rules.limitW) - p.baseLoadW();
        if (PublishedFrame.unwrap(p) == 0 || roomW <= 0) return 0;
        uint256 roomWh = (uint256(roomW) * _rules.frameSeconds * 10_000) / 3600 / _rules.chargeBps;
        return roomWh > terms.matchedWh() ? roomWh - terms.matchedWh() : 0;
    }

    function _figure(bytes memory plan, uint256 place) private pure returns (uint256) {
        return (uint256(uint8(plan[place])) << 16) | (uint256(uint8(plan[place + 1])) << 8) | uint8(plan[place + 2]);
    }

    /// @dev Budget for exports of a round that opens now, ticks.
    function _budgetNow() internal view returns (uint256 budget) {
        budget = unclaimed() / _rules.tickSize;
        if (budget > MOST_BUDGET) budget = MOST_BUDGET;
    }
}
