// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Parameters that a market's mechanism gets in every frame and that never change, in one word.
///
/// ```
///  bits      field               meaning
///  0..15     tickSize            money units per kWh of one tick
///  16..31    maxWaitFrames       frames after which a waiting iceberg may be filled from the grid
///  32..63    icebergThresholdWh  orders above it are icebergs
///  64..79    priceWeight         weight of the price rank
///  80..95    timeWeight          weight of the time rank
///  96..111   thetaBps            where between two prices a trade's price lies, 1/10 000 from the lower one
///  112..143  congestionFromW     load above which the grid's price rises with it, W
///  144..175  congestionPrice     by how much, money units per kWh for each kW
///  176..191  chargeEfficiency    v, 1/10 000
///  192..223  frameSeconds        length of a frame, s
/// ```
type MatchingRules is uint256;

using MatchingRulesLib for MatchingRules global;

/// @title Reading and writing the fields of {MatchingRules}
/// @notice The parameters of a market that its mechanism goes by.
library MatchingRulesLib {
    uint256 private constant WAIT_SHIFT = 16;
    uint256 private constant THRESHOLD_SHIFT = 32;
    uint256 private constant PRICE_WEIGHT_SHIFT = 64;
    uint256 private constant TIME_WEIGHT_SHIFT = 80;
    uint256 private constant THETA_SHIFT = 96;
    uint256 private constant CONGESTION_FROM_SHIFT = 112;
    uint256 private constant CONGESTION_PRICE_SHIFT = 144;
    uint256 private constant EFFICIENCY_SHIFT = 176;
    uint256 private constant FRAME_SECONDS_SHIFT = 192;

    /// @notice Packs the rules; all values have the widths of a market's parameters.
    function pack(
        uint256 tickSize_,
        uint256 maxWaitFrames_,
        uint256 icebergThresholdWh_,
        uint256 priceWeight_,
        uint256 timeWeight_,
        uint256 thetaBps_
    ) internal pure returns (MatchingRules) {
        uint256 word = tickSize_ | (maxWaitFrames_ << WAIT_SHIFT) | (icebergThresholdWh_ << THRESHOLD_SHIFT);
        return
            MatchingRules.wrap(
                word |
                    (priceWeight_ << PRICE_WEIGHT_SHIFT) |
                    (timeWeight_ << TIME_WEIGHT_SHIFT) |
                    (thetaBps_ << THETA_SHIFT)
            );
    }

    /// @notice The rules with what the grid's price depends on, all with the widths of a market's parameters.
    function withCongestion(
        MatchingRules r,
        uint256 congestionFromW_,
        uint256 congestionPricePerKwhPerKw_,
        uint256 chargeEfficiencyBps_,
        uint256 frameSeconds_
    ) internal pure returns (MatchingRules) {
        return
            MatchingRules.wrap(
                MatchingRules.unwrap(r) |
                    (congestionFromW_ << CONGESTION_FROM_SHIFT) |
                    (congestionPricePerKwhPerKw_ << CONGESTION_PRICE_SHIFT) |
                    (chargeEfficiencyBps_ << EFFICIENCY_SHIFT) |
                    (frameSeconds_ << FRAME_SECONDS_SHIFT)
            );
    }

    /// @notice Money units per kWh of one tick.
    function tickSize(MatchingRules r) internal pure returns (uint256) {
        return MatchingRules.unwrap(r) & type(uint16).max;
    }

    /// @notice Frames after which a waiting iceberg may be filled from the grid.
    function maxWaitFrames(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> WAIT_SHIFT) & type(uint16).max;
    }

    /// @notice Orders above it are icebergs, Wh.
    function icebergThresholdWh(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> THRESHOLD_SHIFT) & type(uint32).max;
    }

    /// @notice Weight of the price rank.
    function priceWeight(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> PRICE_WEIGHT_SHIFT) & type(uint16).max;
    }

    /// @notice Weight of the time rank.
    function timeWeight(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> TIME_WEIGHT_SHIFT) & type(uint16).max;
    }

    /// @notice Place of a trade's price between two prices, 1/10 000 from the lower one.
    function thetaBps(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> THETA_SHIFT) & type(uint16).max;
    }

    /// @notice Load above which the grid's price rises with it, W.
    function congestionFromW(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> CONGESTION_FROM_SHIFT) & type(uint32).max;
    }

    /// @notice Rise of the grid's price, money units per kWh for each kW.
    function congestionPricePerKwhPerKw(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> CONGESTION_PRICE_SHIFT) & type(uint32).max;
    }

    /// @notice Load that energy charged puts on the feeder, v, 1/10 000.
    function chargeEfficiencyBps(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> EFFICIENCY_SHIFT) & type(uint16).max;
    }

    /// @notice Length of a frame, s.
    function frameSeconds(MatchingRules r) internal pure returns (uint256) {
        return (MatchingRules.unwrap(r) >> FRAME_SECONDS_SHIFT) & type(uint32).max;
    }
}
