// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MatchingRules } from "../../types/MatchingRules.sol";
import { PublishedFrame } from "../../types/PublishedFrame.sol";

/// @title The grid's supply at a price that rises with the feeder's load
/// @notice Price `r + q`: the premium `q` is `congestionPricePerKwhPerKw` for each kW above `congestionFromW`, rounded
/// up, and at most `r - x`, so that no kWh that is agreed to costs more than one that is taken unasked.
library GridSupply {
    /// @notice A frame's supply.
    /// @param roomWh energy that the grid may deliver within the capacity, Wh; 0 where it fills nothing
    /// @param tariff r(t), money units per kWh
    /// @param mostPremium `r - x`, money units per kWh
    /// @param aboveHomesW load above which there is a premium, less the base load, W
    /// @param pricePerKwhPerKw rise of the price, money units per kWh for each kW
    /// @param energyPart energy over load: the numerator, `F` in 1/10 000 s
    /// @param powerPart energy over load: the denominator, `3600 v`
    /// @param tickSize money units per kWh of one tick
    struct Curve {
        uint256 roomWh;
        uint256 tariff;
        uint256 mostPremium;
        int256 aboveHomesW;
        uint256 pricePerKwhPerKw;
        uint256 energyPart;
        uint256 powerPart;
        uint256 tickSize;
    }

    uint256 private constant W_PER_KW = 1000;
    uint256 private constant BPS = 10_000;
    uint256 private constant SECONDS_PER_HOUR = 3600;

    /// @notice The supply of a frame.
    function open(MatchingRules rules, PublishedFrame published, uint256 roomWh) internal pure returns (Curve memory) {
        uint256 tickSize = rules.tickSize();
        unchecked {
            return
                Curve({
                    roomWh: roomWh,
                    tariff: published.importTicks() * tickSize,
                    mostPremium: (published.importTicks() - published.exportTicks()) * tickSize,
                    // 32 bits.
                    // forge-lint: disable-next-line(unsafe-typecast)
                    aboveHomesW: int256(rules.congestionFromW()) - published.baseLoadW(),
                    pricePerKwhPerKw: rules.congestionPricePerKwhPerKw(),
                    energyPart: rules.frameSeconds() * BPS,
                    powerPart: SECONDS_PER_HOUR * rules.chargeEfficiencyBps(),
                    tickSize: tickSize
                });
        }
    }

    /// @notice Price of every kWh while the grid delivers so much, money units per kWh.
    /// @param drawnWh energy drawn by all bids of the frame, Wh
    function priceAt(Curve memory c, uint256 drawnWh) internal pure returns (uint256) {
        unchecked {
            // Rounded up as the recorded load is. All figures have less than 64 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            int256 overW = int256((drawnWh * c.powerPart + c.energyPart - 1) / c.energyPart) - c.aboveHomesW;
            if (overW <= 0) return c.tariff;
            // forge-lint: disable-next-line(unsafe-typecast)
            uint256 premium = (c.pricePerKwhPerKw * uint256(overW) + W_PER_KW - 1) / W_PER_KW;
            return c.tariff + (premium < c.mostPremium ? premium : c.mostPremium);
        }
    }

    /// @notice The most that the grid delivers at a price, Wh, within the room.
    /// @param price money units per kWh
    function reachWh(Curve memory c, uint256 price) internal pure returns (uint256 reach) {
        if (price < c.tariff) return 0;
        unchecked {
            uint256 premium = price - c.tariff;
            if (premium >= c.mostPremium || c.pricePerKwhPerKw == 0) return c.roomWh;
            // forge-lint: disable-next-line(unsafe-typecast)
            int256 loadW = c.aboveHomesW + int256((premium * W_PER_KW) / c.pricePerKwhPerKw);
            if (loadW <= 0) return 0;
            // forge-lint: disable-next-line(unsafe-typecast)
            reach = (uint256(loadW) * c.energyPart) / c.powerPart;
            if (reach > c.roomWh) reach = c.roomWh;
        }
    }
}
