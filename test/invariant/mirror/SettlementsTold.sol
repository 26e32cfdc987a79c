// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { FramesTold } from "./FramesTold.sol";

/// @title Settlements, readings and meters as their events tell them
/// @notice A settlement moves what its frame's fills set aside, between their piles and the grid, and nothing else
/// (INV-7, INV-16); a reading counts once (INV-17).
abstract contract SettlementsTold is FramesTold {
    /// @dev A stored reading: 1, consumption, production.
    struct Reading {
        bool stored;
        uint256 consumedWh;
        uint256 producedWh;
    }

    uint256 private constant CREDIT_PART = ((1 << 40) - 1) << 214;

    mapping(uint256 pile => mapping(uint256 frame => Reading)) internal _readings;
    mapping(uint256 pile => address) internal _oldKey;
    mapping(uint256 pile => address) internal _newKey;
    mapping(uint256 pile => uint256) internal _newKeyFrom;

    /// @notice The key that signs a pile's readings of a frame, as events tell it.
    function keyOf(uint256 pile, uint256 frame) public view returns (address) {
        return frame >= _newKeyFrom[pile] ? _newKey[pile] : _oldKey[pile];
    }

    /// @notice Whether a reading was stored.
    function isStored(uint256 pile, uint256 frame) external view returns (bool) {
        return _readings[pile][frame].stored;
    }

    /// @dev A meter's key changes.
    function _keyChanged(uint256 pile, address key, uint256 firstFrame) internal {
        if (_newKeyFrom[pile] < firstFrame) _oldKey[pile] = _newKey[pile];
        (_newKey[pile], _newKeyFrom[pile]) = (key, firstFrame);
    }

    /// @dev Readings were stored.
    function _stored(uint256[] memory readings) internal {
        for (uint256 i; i < readings.length; ++i) {
            (uint256 pile, uint256 frame) = (readings[i] & 0xffff, (readings[i] >> 16) & type(uint32).max);
            Reading storage r = _readings[pile][frame];
            _hold(!r.stored, "INV-17 a reading was stored twice");
            _hold(
                block.timestamp >= (frame + 1) * _rules.frameSeconds && !_frames[frame].settled,
                "INV-17 a reading was stored before its frame's end or after its settlement"
            );
            (r.stored, r.consumedWh, r.producedWh) = (
                true,
                (readings[i] >> 48) & type(uint24).max,
                (readings[i] >> 72) & type(uint24).max
            );
            ++_counters.readingsStored;
        }
    }

    /// @dev A frame was settled.
    function _settled(uint256 frame, uint256 grid, uint256[] memory postings) internal {
        Frame storage f = _frames[frame];
        _hold(f.cleared && f.fills.length != 0 && !f.settled, "INV-7 a frame was settled twice, or without fills");
        _hold(block.timestamp >= (frame + 1) * _rules.frameSeconds, "INV-7 a frame was settled before its end");
        (uint256 involved, int256[] memory asAgreed) = _asAgreed(f);
        int256 gridAfter = int256(gridBalance + f.setAside);
        uint256 seen;
        for (uint256 i; i < postings.length; ++i) {
            uint256 pile = postings[i] & 0xffff;
            int256 money = int256(postings[i]) >> 128;
            _hold((involved >> pile) & 1 != 0 && (seen >> pile) & 1 == 0, "INV-6 a settlement touched another pile");
            seen |= 1 << pile;
            if (_rules.readingSeconds == 0) {
                _hold(money == asAgreed[pile], "INV-16 without meters a pile got another sum than was agreed");
            }
            gridAfter += _book(pile, money) - money;
            _judged(pile, frame, postings[i]);
        }
        _hold(seen == involved, "INV-16 a pile with fills was left out of its settlement");
        _hold(gridAfter == int256(grid), "INV-16 a settlement made or lost money");
        gridBalance = grid;
        inDelivery -= f.setAside;
        f.settled = true;
        for (uint256 i; i < unsettled.length; ++i) {
            if (unsettled[i] != frame) continue;
            unsettled[i] = unsettled[unsettled.length - 1];
            unsettled.pop();
            break;
        }
        ++_counters.settlements;
    }

    /// @dev Piles with fills, and what each gets where all is delivered as agreed, money units.
    function _asAgreed(Frame storage f) private view returns (uint256 involved, int256[] memory money) {
        money = new int256[](pileCount + 1);
        for (uint256 i; i < f.fills.length; ++i) {
            Fill fill = Fill.wrap(f.fills[i]);
            (uint256 seller, uint256 buyer) = (fill.sell(), fill.buy());
            if (buyer != 0) involved |= 1 << buyer;
            if (seller == 0) continue;
            involved |= 1 << seller;
            // What a buyer's fills set aside is what it pays; a seller has its bond back beside its income.
            uint256 income = _amount(fill.price(), fill.energyWh()) + _amount(_rules.bondPrice, fill.energyWh());
            money[seller] += int256(income);
        }
    }

    /// @dev Credit, silence and readings of a posting.
    function _judged(uint256 pile, uint256 frame, uint256 posting) private {
        uint256 agreedWh = (posting >> 16) & type(uint24).max;
        uint256 creditedWh = (posting >> 40) & type(uint24).max;
        bool silent = (posting >> 112) & 1 != 0;
        _hold(creditedWh <= agreedWh, "INV-16 more counts as delivered than was agreed");
        if (silent) {
            uint256 until = (frame + 1) * _rules.frameSeconds + _rules.readingSeconds;
            _hold(creditedWh == 0 && block.timestamp >= until, "INV-17 silence paid, or was not waited for");
            ++_counters.silentPostings;
        }
        Reading storage r = _readings[pile][frame];
        if (r.stored) {
            uint256 metered = r.consumedWh | (r.producedWh << 24);
            _hold(
                !silent && (posting >> 64) & type(uint48).max == metered,
                "INV-17 a stored reading did not count in its frame's settlement"
            );
        }
        if (agreedWh == 0) return;
        PileState s = stateOf[pile];
        uint256 sum = s.creditWh() + agreedWh;
        uint256 mean = (2 * (s.credit() * s.creditWh() + 10_000 * creditedWh) + sum) / (2 * sum);
        if (sum >= 1 << 26) sum = (1 << 26) - 1;
        stateOf[pile] = PileState.wrap((PileState.unwrap(s) & ~CREDIT_PART) | (mean << 214) | (sum << 228));
    }
}
