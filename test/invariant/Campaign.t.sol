// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "../../contracts/interfaces/IMarketParameters.sol";
import { DeliveryHandler } from "./handlers/DeliveryHandler.sol";
import { Campaign } from "./Campaign.sol";

/// @notice Parameters that all campaigns' markets share.
function usualParameters() pure returns (IMarketParameters.Parameters memory p) {
    p.unit = 1;
    p.tickSize = 1;
    p.frameSeconds = 900;
    p.auctionSeconds = 300;
    p.leadFrames = 1;
    p.priceWeight = 10;
    p.timeWeight = 1;
    p.maxWaitFrames = 3;
    p.icebergThresholdWh = 4000;
    p.icebergPeakWh = 2000;
    p.minEnergyWh = 1;
    p.capacityW = 60_000;
    p.lossAllowanceW = 5000;
    p.pileCap = 12;
    p.roundSeconds = 60;
    p.finaliseSeconds = 60;
    p.maxHorizon = 6;
    p.chargeEfficiencyBps = 10_000;
    p.dischargeEfficiencyBps = 10_000;
    p.initialCredit = 5000;
    p.creditPriorWh = 10_000;
    p.importCapPerKwh = 350_000;
}

/// @title AdBEV without meters
/// @notice A 6-decimal token, no bonds, no wheeling charge; every fill counts as delivered. It is made to believe in 203
/// piles before its first, so that its piles are live in two words.
contract AdbevCampaign is Campaign {
    /// @inheritdoc Campaign
    function setUp() public override {
        IMarketParameters.Parameters memory p = usualParameters();
        p.pileCap = 203 + 12;
        _begin(p, false, 6, 203, 1_000_000_000);
        _leaveOut(address(_delivery), DeliveryHandler.submit.selector);
    }

    /// @notice Runs the invariants after every call.
    function invariant_adbev() external {
        _check();
    }

    /// @notice Runs what is checked once a run.
    function afterInvariant() external {
        _end("adbev");
    }
}

/// @title Benefit rounds without meters
/// @notice An 18-decimal token, coarse ticks, bonds, wheeling, efficiencies other than one, plans by laxity.
contract BenefitCampaign is Campaign {
    /// @inheritdoc Campaign
    function setUp() public override {
        IMarketParameters.Parameters memory p = usualParameters();
        p.unit = 1e12;
        p.tickSize = 100;
        p.bondPricePerKwh = 20_000;
        p.wheelingCapPerKwh = 10_000;
        p.allotment = IMarketParameters.Allotment.Laxity;
        p.cancelPricePerKwh = 30_000;
        p.keeperReward = 500;
        p.chargeEfficiencyBps = 10_500;
        p.dischargeEfficiencyBps = 9000;
        _begin(p, true, 18, 0, 1_000_000_000);
        _leaveOut(address(_delivery), DeliveryHandler.submit.selector);
    }

    /// @notice Runs the invariants after every call.
    function invariant_benefit() external {
        _check();
    }

    /// @notice Runs what is checked once a run.
    function afterInvariant() external {
        _end("benefit");
    }
}

/// @title Meters, margins, claims and credit
/// @notice Benefit rounds by earliest last frame, readings for two frames, piles with little money, orders by credit, who
/// breaches pays.
contract MeteredCampaign is Campaign {
    /// @inheritdoc Campaign
    function setUp() public override {
        IMarketParameters.Parameters memory p = usualParameters();
        p.importCapPerKwh = 300_000;
        p.bondPricePerKwh = 300_000;
        p.wheelingCapPerKwh = 5000;
        p.cancelPricePerKwh = 10_000;
        p.keeperReward = 200;
        p.readingSeconds = 1800;
        p.breach = IMarketParameters.Breach.Defaulter;
        p.toleranceBps = 500;
        p.minCredit = 1000;
        _begin(p, true, 6, 0, 6_000_000);
    }

    /// @notice Runs the invariants after every call.
    function invariant_metered() external {
        _check();
    }

    /// @notice Runs what is checked once a run.
    function afterInvariant() external {
        _end("metered");
    }
}

/// @title Congestion price, with meters
/// @notice The grid is a supplier whose price rises from a load on that half of the frames have without an EV; up to the
/// premium that is the most, and with asks beyond that. Coarse ticks, efficiencies other than one, who breaches pays.
contract CongestionCampaign is Campaign {
    /// @inheritdoc Campaign
    function setUp() public override {
        IMarketParameters.Parameters memory p = usualParameters();
        p.tickSize = 10;
        p.importCapPerKwh = 300_000;
        p.bondPricePerKwh = 300_000;
        p.wheelingCapPerKwh = 5000;
        p.keeperReward = 200;
        p.readingSeconds = 1800;
        p.toleranceBps = 500;
        p.chargeEfficiencyBps = 10_500;
        p.thetaBps = 4000;
        p.congestionFromW = 42_000;
        p.congestionPricePerKwhPerKw = 15_003;
        _begin(p, false, 6, 0, 6_000_000);
    }

    /// @notice Runs the invariants after every call.
    function invariant_congestion() external {
        _check();
    }

    /// @notice Runs what is checked once a run.
    function afterInvariant() external {
        _end("congestion");
    }
}
