// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ISettlement } from "./interfaces/ISettlement.sol";
import { MarketBase } from "./MarketBase.sol";
import { PileState, PileStateLib } from "./types/PileState.sol";

/// @title What piles owe
/// @notice A debt is nobody's claim until it is paid; then it is the grid operator's.
abstract contract Debts is MarketBase, ISettlement {
    /// @dev Read only where a pile's slot says that it is indebted. Four to a word, so that a frame in which every pile
    /// runs into debt can still be settled in one transaction.
    uint64[MAX_PILE_CAP + 1] internal _debts;

    /// @inheritdoc ISettlement
    function debtOf(uint256 pile) external view returns (uint256) {
        return _debts[pile];
    }

    /// @inheritdoc ISettlement
    function freeBalanceOfPile(uint256 pile) external view returns (uint256) {
        return _withoutDeadOrder(_states[pile]).balance();
    }

    /// @notice Books money for a pile: everything free pays its debt first, and what it cannot pay becomes debt.
    /// @param money what its account changes by, money units
    /// @return next the slot afterwards; the caller writes it
    /// @return toGrid what of `money` the grid's account gets: paid debt; negative where it bears what the pile lacks
    function _withMoney(uint256 pile, PileState s, int256 money) internal returns (PileState next, int256 toGrid) {
        unchecked {
            int256 free = int256(s.balance()) + money;
            if (free < 0 || s.isIndebted()) {
                s = _withoutDeadOrder(s);
                free = int256(s.balance()) + money;
                toGrid = free;
                free -= int256(uint256(_debts[pile]));
                // Not negative: the sign was looked at.
                // forge-lint: disable-next-line(unsafe-typecast)
                uint256 debt = free < 0 ? uint256(-free) : 0;
                // No rated power and tariff come near; what exceeded the field would be forgiven.
                if (debt > type(uint64).max) debt = type(uint64).max;
                if (free < 0) free = 0;
                toGrid -= free;
                // Held to 64 bits above.
                // forge-lint: disable-next-line(unsafe-typecast)
                _debts[pile] = uint64(debt);
                s = s.withIndebted(debt != 0);
                emit DebtChanged(pile, debt);
            }
            // Only a token that takes balances back lets claims outgrow the field; the rest must not spill into the order.
            if (free > int256(PileStateLib.MAX_BALANCE)) {
                toGrid += free - int256(PileStateLib.MAX_BALANCE);
                free = int256(PileStateLib.MAX_BALANCE);
            }
            // Not negative: debt took what was.
            // forge-lint: disable-next-line(unsafe-typecast)
            return (s.withBalance(uint256(free)), toGrid);
        }
    }
}
