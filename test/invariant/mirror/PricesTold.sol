// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../../../contracts/types/Fill.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { OrdersTold } from "./OrdersTold.sol";

/// @title Prices of a match, worked out anew
/// @notice SPEC 3 in this campaign's own words: of AdBEV the middle of both limits, under the congestion price one price for
/// all of a frame, that of the dearest source (INV-3).
abstract contract PricesTold is OrdersTold {
    /// @dev Prices of a match's fills, whose limits are held elsewhere. The feeder's load has what the grid delivers in it.
    function _holdPrices(uint256 frame, uint256[] memory fills, int256 loadW) internal {
        if (!_rules.byCongestion) return _holdMiddles(fills);
        PublishedFrame published = publicationOf[frame];
        uint256 tariff = published.importTicks() * _rules.tickSize;
        uint256 spread = tariff - published.exportTicks() * _rules.tickSize;
        (uint256 price, bool drawn) = _priceOfAsks(fills);
        if (drawn) {
            uint256 ofGrid = tariff + _premium(loadW, spread);
            if (ofGrid > price) price = ofGrid;
            if (price > tariff + spread) ++_counters.pricesAboveCap;
            else if (price > tariff) ++_counters.pricesOfLoad;
        } else if (fills.length != 0) {
            // Between the orders' limits: one for all.
            price = Fill.wrap(fills[0]).price();
        }
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            uint256 premium = price > tariff ? price - tariff : 0;
            if (fill.sell() != 0) {
                _hold(fill.price() == price, "INV-3 a trade at another price than its frame's");
                _hold(fill.gap() == 0, "INV-3 a trade with a premium or a subsidy under one price");
            } else {
                _hold(fill.gap() == (premium < spread ? premium : spread), "INV-3 another premium than the load's");
            }
        }
    }

    function _holdMiddles(uint256[] memory fills) private {
        for (uint256 i; i < fills.length; ++i) {
            Fill fill = Fill.wrap(fills[i]);
            _hold(fill.gap() == 0, "INV-3 a premium or a subsidy in a market that has none");
            if (fill.sell() == 0) continue;
            uint256 limits = stateOf[fill.sell()].priceTicks() + stateOf[fill.buy()].priceTicks();
            _hold(
                fill.price() == (limits * _rules.tickSize) / 2,
                "INV-3 a trade at another price than the middle of both limits"
            );
        }
    }

    /// @dev Limit of the dearest ask that serves, money units per kWh, and whether the grid delivers anything.
    function _priceOfAsks(uint256[] memory fills) private view returns (uint256 dearest, bool drawn) {
        for (uint256 i; i < fills.length; ++i) {
            uint256 seller = Fill.wrap(fills[i]).sell();
            if (seller == 0) {
                drawn = true;
            } else {
                uint256 limit = stateOf[seller].priceTicks() * _rules.tickSize;
                if (limit > dearest) dearest = limit;
            }
        }
    }

    /// @dev So much for each kW above a load, rounded up, and no more than the spread, money units per kWh.
    function _premium(int256 loadW, uint256 spread) private view returns (uint256) {
        int256 overW = loadW - int256(_rules.congestionFromW);
        if (overW <= 0) return 0;
        uint256 premium = (uint256(overW) * _rules.congestionPricePerKwhPerKw + 999) / 1000;
        return premium < spread ? premium : spread;
    }
}
