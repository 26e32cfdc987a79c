// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";

/// @notice Parameters of a market that the mirror needs; units as in {IMarketParameters}.
struct Rules {
    uint256 unit;
    uint256 tickSize;
    uint256 bondPricePerKwh;
    uint256 wheelingCapPerKwh;
    uint256 importCapPerKwh;
    uint256 cancelPricePerKwh;
    uint256 keeperReward;
    uint256 frameSeconds;
    uint256 auctionSeconds;
    uint256 roundSeconds;
    uint256 finaliseSeconds;
    uint256 readingSeconds;
    uint256 maxWaitFrames;
    uint256 maxHorizon;
    uint256 icebergPeakWh;
    uint256 limitW;
    uint256 chargeBps;
    uint256 dischargeBps;
    uint256 toleranceBps;
    uint256 minCredit;
    uint256 initialCredit;
    uint256 creditPriorWh;
    uint256 pileCap;
    uint256 congestionFromW;
    uint256 congestionPricePerKwhPerKw;
    bool withRounds;
    bool byLaxity;
    bool defaulterPays;
    bool byCongestion;
}

/// @notice The rules of a market with these parameters.
function rulesOf(IMarketParameters.Parameters memory p) pure returns (Rules memory rules) {
    rules.unit = p.unit;
    rules.tickSize = p.tickSize;
    rules.bondPricePerKwh = p.bondPricePerKwh;
    rules.wheelingCapPerKwh = p.wheelingCapPerKwh;
    rules.importCapPerKwh = p.importCapPerKwh;
    rules.cancelPricePerKwh = p.cancelPricePerKwh;
    rules.keeperReward = p.keeperReward;
    rules.frameSeconds = p.frameSeconds;
    rules.auctionSeconds = p.auctionSeconds;
    rules.roundSeconds = p.roundSeconds;
    rules.finaliseSeconds = p.finaliseSeconds;
    rules.readingSeconds = p.readingSeconds;
    rules.maxWaitFrames = p.maxWaitFrames;
    rules.maxHorizon = p.maxHorizon;
    rules.icebergPeakWh = p.icebergPeakWh;
    rules.limitW = p.capacityW - p.lossAllowanceW;
    rules.chargeBps = p.chargeEfficiencyBps;
    rules.dischargeBps = p.dischargeEfficiencyBps;
    rules.toleranceBps = p.toleranceBps;
    rules.minCredit = p.minCredit;
    rules.initialCredit = p.initialCredit;
    rules.creditPriorWh = p.creditPriorWh;
    rules.pileCap = p.pileCap;
    rules.congestionFromW = p.congestionFromW;
    rules.congestionPricePerKwhPerKw = p.congestionPricePerKwhPerKw;
    // Only that campaign's market has a rise.
    rules.byCongestion = p.congestionPricePerKwhPerKw != 0;
    rules.withRounds = p.rounds != address(0);
    rules.byLaxity = p.allotment == IMarketParameters.Allotment.Laxity;
    rules.defaulterPays = p.breach == IMarketParameters.Breach.Defaulter;
}
