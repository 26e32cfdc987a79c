// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../types/Fill.sol";
import { Money } from "../libraries/Money.sol";

/// @title Money and credit of one metered fill [D 2, 5.1]
/// @notice Prices are money units per kWh, energies Wh, amounts money units, each product rounded down.
library DeliveryMath {
    uint256 internal constant BPS = 10_000;

    /// @notice What a trade's money depends on beside the trade.
    /// @param importPricePerKwh r(t)
    /// @param exportPricePerKwh x(t)
    /// @param wheelingPricePerKwh w(t)
    /// @param toleranceBps energy above the agreed that is still traded at the agreed price, 1/10 000
    /// @param defaulterPays whether who breaches compensates the other side
    /// @param spread `r - x` where a defaulter pays, 0 else
    struct Terms {
        uint256 importPricePerKwh;
        uint256 exportPricePerKwh;
        uint256 wheelingPricePerKwh;
        uint256 toleranceBps;
        bool defaulterPays;
        uint256 spread;
    }

    /// @notice Who owes whom for a trade, money units.
    /// @param toSeller what the buyer owes the seller
    /// @param toGrid what the buyer owes the grid
    /// @param toBuyer what the seller owes the buyer for a breach
    /// @param sellerToGrid what the seller owes the grid for a breach that costs the buyer less than the spread
    /// @param surplus what the grid gives the seller for what nobody agreed to
    /// @param subsidy what the seller gets of what the operator's matching fund set aside
    struct Dues {
        uint256 toSeller;
        uint256 toGrid;
        uint256 toBuyer;
        uint256 sellerToGrid;
        uint256 surplus;
        uint256 subsidy;
    }

    /// @notice What a trade comes to. The dues of both sides and the grid's part sum to zero. Where a defaulter pays, a kWh
    /// that somebody is short of or takes unasked costs it the spread `r - x`.
    /// @param fill what was agreed
    /// @param consumedWh c, as attributed to the trade
    /// @param producedWh g, as attributed to the trade
    function trade(
        Terms memory terms,
        Fill fill,
        uint256 consumedWh,
        uint256 producedWh
    ) internal pure returns (Dues memory dues) {
        uint256 tradedWh = min(consumedWh, producedWh);
        uint256 agreedWh = fill.energyWh();
        unchecked {
            // Dearer than the grid nobody trades more than was agreed, so that a margin at the tariff covers it; nor where
            // the sides pay and get different prices, so that what was set aside covers it.
            tradedWh = min(
                tradedWh,
                fill.price() > terms.importPricePerKwh || !fill.isPlain()
                    ? agreedWh
                    : (agreedWh * (BPS + terms.toleranceBps)) / BPS
            );
            dues.toSeller = Money.amountDown(fill.price(), tradedWh);
            dues.subsidy = Money.amountDown(fill.subsidy(), tradedWh);
            dues.toGrid =
                Money.amountDown(terms.importPricePerKwh, consumedWh - tradedWh) +
                Money.amountDown(fill.premium(), tradedWh) +
                Money.amountDown(terms.wheelingPricePerKwh, tradedWh);
            dues.surplus = Money.amountDown(terms.exportPricePerKwh, producedWh - tradedWh);
            if (!terms.defaulterPays) return dues;
            uint256 spread = terms.spread;
            uint256 overWh = above(consumedWh, agreedWh > tradedWh ? agreedWh : tradedWh);
            dues.toGrid += Money.amountDown(spread, overWh);
            if (tradedWh >= agreedWh) return dues;
            (dues.toBuyer, dues.sellerToGrid) = _breach(
                spread,
                above(terms.importPricePerKwh, fill.price() + fill.premium()),
                above(min(consumedWh, agreedWh), tradedWh)
            );
            (uint256 toSeller, uint256 toGrid) = _breach(
                spread,
                above(fill.price(), terms.exportPricePerKwh),
                above(min(producedWh, agreedWh), tradedWh)
            );
            dues.toSeller += toSeller;
            dues.toGrid += toGrid;
        }
    }

    /// @notice Energy of a fill that counts as delivered, Wh: `E min(1, (1 + a) actual / E)`, rounded down [D (12)].
    /// @param weatherBps a, 1/10 000; 0 for a buyer
    function creditedWh(uint256 agreedWh, uint256 actualWh, uint256 weatherBps) internal pure returns (uint256) {
        unchecked {
            return min(agreedWh, (actualWh * (BPS + weatherBps)) / BPS);
        }
    }

    /// @dev What a breach costs: the spread, or what the other side loses if that is more; what it loses goes to it.
    function _breach(
        uint256 spread,
        uint256 loss,
        uint256 energyWh
    ) private pure returns (uint256 toOther, uint256 toGrid) {
        return (Money.amountDown(loss, energyWh), Money.amountDown(above(spread, loss), energyWh));
    }

    /// @notice `a - b`, or 0 where that is negative.
    function above(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return a > b ? a - b : 0;
        }
    }

    /// @notice The smaller of two.
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
