// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Parameters fixed when a feeder's market is deployed
/// @notice Rules, units and bounds that nobody can change afterwards.
interface IMarketParameters {
    /// @notice Figures that a plan gives. Expiry: totals, which go to the earliest last frame first. Laxity: levels, up to
    /// which each order moves.
    enum Allotment {
        Expiry,
        Laxity
    }

    /// @notice Side that bears a breach. Defaulter: whoever breaches compensates the other side. Counterparty: the
    /// other side bears its loss, only the defaulter's credit suffers [D].
    enum Breach {
        Defaulter,
        Counterparty
    }

    /// @notice All that a market never changes.
    /// @param admin grants and revokes the roles; holds no power over funds
    /// @param gridOperator publishes base load and tariffs, collects what is paid to the grid
    /// @param registrar registers, suspends and re-admits piles
    /// @param guardian pauses and reopens entry
    /// @param token ERC-20 that the market counts in
    /// @param unit smallest token units in one money unit; 1 for a 6-decimal token, 1e12 for an 18-decimal one
    /// @param tickSize money units per kWh of one price tick, 1 to 2^16 - 1
    /// @param bondPricePerKwh bond that an ask locks, money units per kWh; 0 for none, at least `importCapPerKwh` where
    /// there are meters and a defaulter pays
    /// @param wheelingCapPerKwh largest wheeling charge that may be published, money units per kWh
    /// @param frameSeconds length of a frame F, s; at most a day
    /// @param auctionSeconds length of the auction window, s; less than a frame
    /// @param leadFrames frames before its window by which a frame must be published; at least 1
    /// @param priceWeight weight of the price rank [T 4.14]
    /// @param timeWeight weight of the time rank [T 4.14]
    /// @param maxWaitFrames WT_max: frames after which a waiting iceberg is filled from the grid
    /// @param icebergThresholdWh orders above it are icebergs, at most 2^20 - 1
    /// @param icebergPeakWh largest displayed tranche of an iceberg, at most 2^20 - 1
    /// @param minEnergyWh smallest order, at least 1
    /// @param capacityW P_sub of the transformer, W
    /// @param lossAllowanceW part of the capacity that is kept for losses, W
    /// @param pileCap most piles that may be registered
    /// @param rounds runs the benefit rounds; the zero address makes a market without them (AdBEV)
    /// @param roundSeconds length of the commit phase, and of the reveal phase, s
    /// @param finaliseSeconds time for which only the winning plan can be executed, s; with rounds at least 1, and a
    /// whole round fits the window: `2 roundSeconds + finaliseSeconds <= auctionSeconds`
    /// @param maxHorizon most frames that a plan looks ahead, 1 to 48; 1 gives [T] chapter 5, more chapter 6
    /// @param allotment figures of plans, and how they are allotted
    /// @param chargeEfficiencyBps v, load that energy charged puts on the feeder, 1/10 000, 1 to 20 000; 10 500 where
    /// 5 % are lost on the way [T 6.1]
    /// @param dischargeEfficiencyBps varpi, load that energy fed in takes off it, 1/10 000, 1 to 20 000; 9 500 where
    /// 5 % are lost on the way [T 6.1]
    /// @param delivery meters and settles the market's frames
    /// @param readingSeconds time after a frame's end in which readings are waited for, s, at most 48 frames; 0
    /// for a market without meters
    /// @param breach side that bears a breach
    /// @param toleranceBps energy above the agreed that is still traded at the agreed price, 1/10 000
    /// @param initialCredit credit that a pile begins with, 1/100 point, at most 10 000
    /// @param creditPriorWh energy that the initial credit rests on, Wh; at most 2^26 - 1
    /// @param minCredit least credit to place orders and to propose plans, 1/100 point, at most `initialCredit`
    /// @param importCapPerKwh largest import tariff that may be published, money units per kWh, at most 2^40 - 1
    /// @param cancelPricePerKwh fee of a flexible order that plans reckoned with and that is cancelled, money units per
    /// kWh displayed; 0 for none
    /// @param keeperReward reward that the caller who clears, finalises or settles a frame may claim, money units; 0
    /// for none
    /// @param mechanism contract that proposes who trades with whom at what price; see {IMechanism}
    /// @param thetaBps where between two prices a trade's price lies, 1/10 000 from the lower one, at most 10 000; for
    /// mechanisms that ask for it
    /// @param congestionFromW load above which the grid's price rises with it, W; for the mechanism that asks for it
    /// @param congestionPricePerKwhPerKw by how much it rises, money units per kWh for each kW above that
    struct Parameters {
        address admin;
        address gridOperator;
        address registrar;
        address guardian;
        address token;
        uint64 unit;
        uint16 tickSize;
        uint64 bondPricePerKwh;
        uint64 wheelingCapPerKwh;
        uint32 frameSeconds;
        uint32 auctionSeconds;
        uint16 leadFrames;
        uint16 priceWeight;
        uint16 timeWeight;
        uint16 maxWaitFrames;
        uint32 icebergThresholdWh;
        uint32 icebergPeakWh;
        uint32 minEnergyWh;
        uint32 capacityW;
        uint32 lossAllowanceW;
        uint16 pileCap;
        address rounds;
        uint32 roundSeconds;
        uint32 finaliseSeconds;
        uint8 maxHorizon;
        Allotment allotment;
        uint16 chargeEfficiencyBps;
        uint16 dischargeEfficiencyBps;
        address delivery;
        uint32 readingSeconds;
        Breach breach;
        uint16 toleranceBps;
        uint16 initialCredit;
        uint32 creditPriorWh;
        uint16 minCredit;
        address mechanism;
        uint16 thetaBps;
        uint64 importCapPerKwh;
        uint64 cancelPricePerKwh;
        uint64 keeperReward;
        uint32 congestionFromW;
        uint32 congestionPricePerKwhPerKw;
    }

    /// @notice A parameter is out of its range.
    /// @param name the parameter
    /// @param value the value given
    error InvalidParameter(bytes32 name, uint256 value);

    /// @notice The parameters of this market.
    /// @return the figures it was deployed with; the role fields name the first holders
    function parameters() external view returns (Parameters memory);
}
