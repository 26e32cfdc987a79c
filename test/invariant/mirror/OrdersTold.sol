// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PileState, PileStateLib } from "../../../contracts/types/PileState.sol";
import { ClaimsTold } from "./ClaimsTold.sol";

/// @title Piles, money and orders as their events tell them
/// @notice Each event is checked for who caused it (INV-6) and for what it does to the pile's money (INV-1).
abstract contract OrdersTold is ClaimsTold {
    /// @dev Fee that was just announced of an order that is leaving.
    mapping(uint256 pile => uint256) private _feePaid;

    /// @notice Where a pile's money leaves for; zero where it may go anywhere.
    mapping(uint256 pile => address) public payoutOf;

    /// @dev Credit, what it rests on, payout, registration, suspension.
    uint256 private constant STANDING = (((1 << 42) - 1) << 214) | (1 << 161);

    /// @dev A pile was registered.
    function _registered(uint256 pile, address account, uint256 ratedW) internal {
        _hold(pile == pileCount + 1 && pile <= _rules.pileCap, "INV-9 piles are numbered from 1 to the cap");
        pileCount = pile;
        accountOf[pile] = account;
        pileOf[account] = pile;
        reachWh[pile] = (ratedW * _rules.frameSeconds) / 3600;
        stateOf[pile] = PileState.wrap((1 << 255) | (_rules.initialCredit << 214) | (_rules.creditPriorWh << 228));
    }

    /// @dev Piles got claims for surplus that could not be paid: amounts, each above the 16 bits of its pile's number.
    function _surplusClaimed(uint256[] memory claims) internal {
        for (uint256 i; i < claims.length; ++i) _addUnexplained(accountOf[claims[i] & 0xffff], claims[i] >> 16);
    }

    /// @dev A pile was suspended or re-admitted.
    function _suspensionSet(uint256 pile, bool suspended) internal {
        uint256 word = PileState.unwrap(stateOf[pile]) & ~uint256(1 << 161);
        stateOf[pile] = PileState.wrap(suspended ? word | (1 << 161) : word);
    }

    /// @dev A pile's payout address changed.
    function _payoutSet(uint256 pile, address payout, address actor) internal {
        address current = payoutOf[pile];
        _hold(
            actor == (current == address(0) ? accountOf[pile] : current),
            "INV-6 somebody else named where money goes"
        );
        payoutOf[pile] = payout;
        uint256 word = PileState.unwrap(stateOf[pile]) & ~uint256(1 << 254);
        stateOf[pile] = PileState.wrap(payout == address(0) ? word : word | (1 << 254));
    }

    /// @dev Money came in.
    function _deposited(uint256 pile, uint256 amount, uint256 balance) internal {
        _hold(amount != 0 && !paused, "INV-1 a deposit of nothing, or a deposit while entry is paused");
        _credit(pile, amount);
        _hold(stateOf[pile].balance() == balance, "INV-9 a deposit's event tells another balance");
    }

    /// @dev A pile took money out.
    function _withdrawn(
        uint256 pile,
        address to,
        uint256 amount,
        uint256 balance,
        address actor,
        uint256 signers
    ) internal {
        address payout = payoutOf[pile];
        bool may = signers != 0 ? (signers >> pile) & 1 != 0 : accountOf[pile] == actor || payout == actor;
        _hold(may, "INV-6 somebody else withdrew a pile's money");
        _hold(payout == address(0) || payout == to, "INV-6 a pile's money left past its payout address");
        PileState s = stateOf[pile];
        s = _withoutDeadOrder(s);
        _hold(s.balance() == balance + amount, "INV-1 a withdrawal took more or less than it says");
        _hold(balance >= heldMarginOf(pile), "INV-18 a pile withdrew the margin that its order may need");
        stateOf[pile] = s.withBalance(balance);
    }

    /// @notice Money that a pile cannot withdraw beside its lock: the margins that the frame behind its gate may still
    /// take, or, while leaving costs its order a fee, those of the dearest frame that may be published.
    function heldMarginOf(uint256 pile) public view returns (uint256) {
        PileState s = stateOf[pile];
        if (!_isLive(s)) return 0;
        if (!_isBehindGate(s)) return _leavingCosts(s) ? 2 * _highestMarginOf(pile) : 0;
        uint256 frame = block.timestamp / _rules.frameSeconds + 1;
        uint256 margin = marginOf(pile, frame);
        return _rules.withRounds && lastFrame != frame ? 2 * margin : margin;
    }

    /// @dev An order that leaves pays for it.
    function _cancellationPaid(uint256 pile, uint256 fee, uint256 balance) internal {
        _feePaid[pile] += fee;
        _gridMoved(fee, 0, balance);
        ++_counters.cancelFees;
    }

    /// @dev An order entered the book, by its pile's call, or by its signature where `signers` has bits.
    function _placed(uint256 pile, PileState next, address actor, uint256 signers) internal {
        PileState s = stateOf[pile];
        _allowed(pile, s, next, actor, signers);
        _hold(!paused, "INV-6 an order entered while entry was paused");
        _hold(!s.isSuspended(), "INV-6 a suspended pile placed an order");
        _hold(s.credit() >= _rules.minCredit, "INV-6 a pile below the least credit placed an order");
        _hold(next.sequence() == _sequence, "INV-9 placements are numbered one by one");
        uint256 first = (block.timestamp + _rules.auctionSeconds) / _rules.frameSeconds + 1;
        _hold(
            next.firstFrame() == first && next.expiryFrame() <= first + 96,
            "INV-13 an order's frames are out of range"
        );
        _hold(
            next.peakWh() <= reachWh[pile] && next.peakWh() != 0,
            "INV-4 a peak above what the pile moves in a frame"
        );
        _hold(
            !next.isIceberg() || next.peakWh() <= _rules.icebergPeakWh,
            "INV-4 an iceberg displays more than the market's peak"
        );
        _hold(
            !next.isIceberg() || next.expiryFrame() != first,
            "INV-4 an order without patience is displayed as an iceberg"
        );
        stateOf[pile] = next;
        _live |= 1 << (pile - 1);
        ++_sequence;
        ++_counters.ordersPlaced;
    }

    /// @dev An order was cancelled.
    function _cancelled(uint256 pile, PileState next, address actor, uint256 signers) internal {
        _allowed(pile, stateOf[pile], next, actor, signers);
        _hold(next.remainingWh() == 0 && _isLive(stateOf[pile]), "INV-9 a cancelled order stayed, or there was none");
        stateOf[pile] = next;
    }

    /// @dev A pile made void what it had signed.
    function _nonceSkipped(uint256 pile, address actor, uint256 signers) internal {
        bool may = signers != 0 ? (signers >> pile) & 1 != 0 : accountOf[pile] == actor;
        _hold(may, "INV-6 somebody else skipped a pile's nonce");
        stateOf[pile] = PileState.wrap(PileState.unwrap(stateOf[pile]) + (1 << NONCE_SHIFT));
    }

    /// @dev Books money for a pile.
    function _credit(uint256 pile, uint256 money) internal {
        PileState s = stateOf[pile];
        uint256 balance = s.balance() + money;
        _hold(balance <= PileStateLib.MAX_BALANCE, "INV-1 a balance outgrew its field");
        stateOf[pile] = s.withBalance(balance);
    }

    /// @dev Whether plans have reckoned with an order, so that it pays for leaving.
    function _leavingCosts(PileState s) private view returns (bool) {
        if (_rules.cancelPricePerKwh == 0 || !_rules.withRounds || (s.isCharge() && !s.isIceberg())) return false;
        return lastFrame >= s.firstFrame();
    }

    /// @dev A pile's margin in a frame with the highest tariffs that may be published, nothing paid for exports.
    function _highestMarginOf(uint256 pile) private view returns (uint256) {
        if (_rules.readingSeconds == 0) return 0;
        uint256 price = (_rules.importCapPerKwh / _rules.tickSize) * _rules.tickSize;
        if (_rules.defaulterPays) price *= 2;
        uint256 wheelingPricePerKwh = (_rules.wheelingCapPerKwh / _rules.tickSize) * _rules.tickSize;
        return _roundedUp(price, reachWh[pile]) + _roundedUp(wheelingPricePerKwh, reachWh[pile]);
    }

    /// @dev Fee of an order that leaves though plans reckoned with it.
    function _feeOf(PileState s) private view returns (uint256 fee) {
        if (!_isLive(s) || !_leavingCosts(s)) return 0;
        uint256 displayedWh = s.remainingWh() < s.peakWh() ? s.remainingWh() : s.peakWh();
        fee = _amount(_rules.cancelPricePerKwh, displayedWh);
        uint256 lock = _lock(s, s.remainingWh());
        if (fee > lock) fee = lock;
    }

    /// @dev Whether an order may change like this at all.
    function _allowed(uint256 pile, PileState s, PileState next, address actor, uint256 signers) private {
        bool signed = signers != 0;
        _hold(
            signed ? (signers >> pile) & 1 != 0 : accountOf[pile] == actor,
            "INV-6 somebody else moved a pile's order"
        );
        _hold(next.nonce() == s.nonce() + 1, "INV-6 an action did not use up its pile's nonce");
        _hold(!_isBehindGate(s), "INV-13 an order behind the gate was replaced or cancelled");
        uint256 fee = _feePaid[pile];
        _feePaid[pile] = 0;
        _hold(fee == _feeOf(s), "INV-23 an order left for another fee than plans that reckoned with it make due");
        _hold(
            s.balance() + _lock(s, s.remainingWh()) == next.balance() + _lock(next, next.remainingWh()) + fee,
            "INV-1 an order made or lost money of its pile"
        );
        _hold(
            (PileState.unwrap(s) ^ PileState.unwrap(next)) & STANDING == 0,
            "INV-9 an order changed its pile's standing"
        );
    }
}
