// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { FrameClearing } from "./FrameClearing.sol";
import { IRoundExecution } from "../interfaces/IRoundExecution.sol";
import { FillsDigest } from "../libraries/FillsDigest.sol";
import { Money } from "../libraries/Money.sol";
import { Refusals } from "./Refusals.sol";
import { UnsafeList } from "../libraries/UnsafeList.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { Fill, FillLib } from "../types/Fill.sol";
import { FrameRecordLib } from "../types/FrameRecord.sol";
import { PileState } from "../types/PileState.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Executing the decision of a benefit round
/// @notice Fills orders from and to the grid and corrects load, PFL and the hash of the fills.
/// @dev The rounds' contract says who gets how much. Checked here again: nobody is filled beyond its order or its
/// limit, each fill is from or to the grid, and the money for every payment is there.
abstract contract RoundExecution is FrameClearing, IRoundExecution {
    /// @dev Where a {Fill}'s price begins.
    uint256 private constant PRICE_SHIFT = 56;

    /// @inheritdoc IRoundExecution
    function fillFlexibleOrders(uint256 frame, int256 loadW, uint256 pflW, uint256[] calldata fills) external {
        if (msg.sender != ROUNDS) Refusals.raise(NotRounds.selector, msg.sender);
        MarketTotals c = _marketTotals;
        unchecked {
            if (c.lastFrame() != frame || !c.isRoundOpen() || block.timestamp >= frame * FRAME_SECONDS) {
                Refusals.raise(NoOpenRound.selector, frame);
            }
            PublishedFrame published = _publicationOf(frame);
            uint256 exports;
            for (uint256 i; i < fills.length; ++i) exports += _fill(Fill.wrap(fills[i]), published);
            if (exports > c.gridBalance()) Refusals.raise(UnsoundFill.selector, type(uint256).max);
            c = c.withFrame(frame, loadW, true, pflW).withGridBalance(c.gridBalance() - exports);
            if (fills.length != 0 && _extendRecord(frame, loadW, fills, published)) c = c.withOneMoreOpen();
            _marketTotals = c;
        }
        emit FlexibleFilled(frame, loadW, pflW, fills);
    }

    /// @dev Takes a fill from or to the grid out of a pile's order. Returns the grid's payment for it.
    function _fill(Fill fill, PublishedFrame published) private returns (uint256 paid) {
        unchecked {
            // Read without their masks: a buyer beside a seller makes a number that is no pile's, a premium or a subsidy a
            // price that nobody can pay. A settlement would pay out all three, and nobody sets them aside here.
            uint256 word = Fill.unwrap(fill);
            bool charge = fill.sell() == FillLib.GRID;
            uint256 pile = charge ? fill.buy() : word & type(uint32).max;
            uint256 price = word >> PRICE_SHIFT;
            uint256 energyWh = fill.energyWh();
            paid = Money.amountDown(price, energyWh);
            PileState s = _states[pile];
            uint256 margin = _marginOf(pile, published);
            if (margin > s.balance()) Refusals.raise(UnsoundFill.selector, pile);
            // A wholly filled order keeps its live bit until the next clearing prunes it.
            _setState(pile, _filled(s.less(margin), pile, charge, energyWh, price, paid));
            if (charge) paid = 0;
        }
    }

    /// @notice Writes the frame's record with another load, and with the fills added to its hash.
    /// @return opened whether the frame had nothing to settle before
    function _extendRecord(
        uint256 frame,
        int256 loadW,
        uint256[] calldata fills,
        PublishedFrame published
    ) private returns (bool opened) {
        uint256[] memory list = UnsafeList.reserve(fills.length);
        assembly ("memory-safe") {
            mstore(list, fills.length)
            calldatacopy(add(list, 0x20), fills.offset, shl(5, fills.length))
        }
        uint256 slot = frame % REMEMBERED_FRAMES;
        // Where the match made no fills, these are the frame's fills; else they follow the hash of the match's.
        uint256 first = uint256(_records[slot].digest());
        opened = first == 0;
        bytes32 digest = _digest(
            opened ? FillsDigest.ROUND : FillsDigest.ROUND_AFTER_MATCH,
            frame,
            list,
            opened ? PublishedFrame.unwrap(published) : first
        );
        _records[slot] = FrameRecordLib.pack(frame, loadW, digest);
    }
}
