// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../types/Fill.sol";
import { Money } from "../libraries/Money.sol";

/// @title Money and credit of one metered fill [D 2, 5.1]
/// @notice Prices are money units per kWh, energies Wh, amounts money units, each product rounded down.
library DeliveryMath {
    uint256 internal constant BPS = 10_000;

    /// @notice Terms that a trade's money depends on beside the trade itself.
    /// @param importPricePerKwh r(t)
    /// @param exportPricePerKwh x(t)
    /// @param wheelingPricePerKwh w(t)
    /// @param toleranceBps energy above the agreed that is still traded at the agreed price, 1/10 000
    /// @param defaulterPays whether the side in breach compensates the other
    /// @param spread `r - x` where a defaulter pays, 0 else
    struct Terms {
        uint256 importPricePerKwh;
        uint256 exportPricePerKwh;
        uint256 wheelingPricePerKwh;
        uint256 toleranceBps;
        bool defaulterPays;
        uint256 spread;
    }

    /// @notice Dues of a trade, money units.
    /// @param toSeller from the buyer to the seller
    /// @param toGrid from the buyer to the grid
    /// @param toBuyer from the seller to the buyer for a breach
    /// @param sellerToGrid from the seller to the grid for a breach that costs the buyer less than the spread
    /// @param surplus from the grid to the seller for energy that nobody agreed to
    /// @param subsidy from the operator's matching fund to the seller
    struct Dues {
        uint256 toSeller;
        uint256 toGrid;
        uint256 toBuyer;
        uint256 sellerToGrid;
        uint256 surplus;
        uint256 subsidy;
    }

    /// @notice Works out the dues of a trade. The dues of both sides and the grid's part sum to zero. Where a defaulter
    /// pays, each kWh short or taken unasked costs it the spread `r - x`.
    /// @param fill the agreed trade
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
            // At a price above the grid's nobody trades more than agreed, so that a margin at the tariff covers it.
            // The same holds where the sides pay and get different prices, so that the money set aside covers it.
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

    /// @dev Cost of a breach: the spread, or the other side's loss if that is more; the other side gets its loss.
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
