// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Fill } from "../types/Fill.sol";
import { MeterReading } from "../types/MeterReading.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";
import { IMarket } from "./IMarket.sol";

/// @title Delivery: meter readings and the settlement of frames [D 2, 5.1]
/// @notice One contract serves all markets of a network. A market names it at deployment and trusts its arithmetic; a
/// market can affect only its own data here.
///
/// **A frame's settlement.** Each pile's metered energy is attributed to its fills in their order (grid fills come
/// last), each up to its agreed energy; the excess belongs to the last of them. Then, for a trade of `E` at `p` with
/// `c` consumed and `g` produced, `m = min(c, g, floor(E (10 000 + toleranceBps) / 10 000))`, at most `E` where `p >
/// r`: the buyer pays the seller `m p` and the grid `(c - m) r + m w`; the grid pays the seller `(g - m) x`. A grid
/// fill is `c r` from buyer to grid, an export fill `g x` from grid to seller. A seller buys its own consumption from
/// the grid at `r`. Each product is divided by 1000 and rounded down, to the same figure on both sides.
///
/// **Breach.** Where a defaulter pays, each kWh short or taken unasked costs it the spread `r - x`, or the other side's
/// loss if that is more. The other side gets its loss (`max(0, r - p)` the buyer, `max(0, p - x)` the seller), the grid
/// the rest. The grid is a counterparty like any other.
///
/// **Nobody can owe more than is set aside.** The match, and a round's execution, set aside a pile's margin beside its
/// fills' payments and bonds: `ceil(i R / 1000) + ceil(w R / 1000)`, where its rated power moves `R` in a frame and `i`
/// is `2 r - x` where a defaulter pays, else `r`. Its dues never exceed that, so everybody is paid in full; the rest
/// goes back.
///
/// **The operator's account.** Surplus is paid in the order of the fills, as far as the unclaimed part of the account
/// and the frame's own income last; while a round can be executed, only the frame's income counts. Unpaid surplus
/// becomes a claim.
///
/// **Silence.** After the deadline, a pile without a reading is taken to have consumed the energy that its rated power
/// moves in a frame and to have produced nothing; it earns no credit. Before the deadline the frame is settled in
/// parts: groups of piles that trade with each other, once all their readings are in. In a market without meters
/// (`readingSeconds` 0) every fill counts as delivered as agreed, and nobody's credit changes.
interface IDelivery {
    /// @notice A reading with its meter's signature, in the short form of EIP-2098.
    /// @param reading the signed reading
    /// @param r first half of the signature
    /// @param vs second half, with the parity in its highest bit
    struct SignedReading {
        MeterReading reading;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A pile's meter as it counts for one frame.
    /// @param key address of the key that signs its readings
    /// @param energyPerFrameWh energy that the pile's rated power moves in a frame, at most 2^24 - 1
    /// @param weatherBps natural weighting factor `a` of its production, 1/10 000, below 3 000 [D (12)]
    /// @param operatorTag first 48 bits of the hash of its operator's address; 0 for the zero address
    struct MeterView {
        address key;
        uint256 energyPerFrameWh;
        uint256 weatherBps;
        uint256 operatorTag;
    }

    /// @notice The registrar's rating of a pile in a market that ranks by credit, 0 to 1 000 each [D Table 1].
    /// @param capacity c, generation capacity
    /// @param renewable r, renewable energy
    /// @param position l, node position
    /// @param stability n, generation stability
    struct PileAttributes {
        uint16 capacity;
        uint16 renewable;
        uint16 position;
        uint16 stability;
    }

    /// @notice A market registered a pile's meter.
    event MeterRegistered(
        address indexed market,
        uint256 indexed pile,
        address key,
        uint256 operatorTag,
        uint256 energyPerFrameWh
    );
    /// @notice A pile's meter gets another key from a frame on.
    event MeterKeyChanged(address indexed market, uint256 indexed pile, address key, uint256 firstFrame);
    /// @notice A pile's production is judged by another weather factor from a frame on.
    event WeatherFactorChanged(address indexed market, uint256 indexed pile, uint256 weatherBps, uint256 firstFrame);
    /// @notice The registrar rated a pile for ranking by credit.
    event AttributesChanged(address indexed market, uint256 indexed pile, PileAttributes attributes);
    /// @notice Readings were stored.
    /// @param readings the accepted ones, in the order of the call
    event ReadingsStored(address indexed market, MeterReading[] readings);
    /// @notice A reading was refused; the others of its batch stand.
    /// @param position its place in the batch, from 0
    /// @param refusal the encoded custom error
    event ReadingRefused(address indexed market, uint256 position, bytes refusal);

    /// @notice Piles have claims on the account of a market's grid operator for surplus that it could not pay.
    /// @param claims money units, each above the 16 bits of its pile's number
    event SurplusClaimed(address indexed market, uint256[] claims);
    /// @notice A keeper has a claim on the account of a market's grid operator for its work.
    /// @param amount money units, added to what the account could claim before
    event ClaimAdded(address indexed market, address indexed account, uint256 amount);
    /// @notice A claim was paid, wholly or as far as the operator's account lasted.
    /// @param amount money units
    event ClaimPaid(address indexed market, address indexed account, address to, uint256 amount);

    /// @notice The market has no such pile.
    error UnknownMeter(address market, uint256 pile);
    /// @notice The meter of this pile is registered.
    error MeterExists(address market, uint256 pile);
    /// @notice The pile's number is 0 or above 65 535, or its meter's energy a frame is 0.
    error MeterOutOfRange(uint256 pile, uint256 energyPerFrameWh);
    /// @notice Only a holder of the market's registrar role may do this.
    error NotRegistrar(address market, address caller);
    /// @notice A change of the meter is on record and frames before it are not settled: settle them first. A meter
    /// keeps one change, so that each frame is judged by the key valid in it.
    /// @param since first frame of the change on record
    /// @param openFrames unsettled frames before it
    error FramesUnsettled(address market, uint256 since, uint256 openFrames);
    /// @notice The reading exceeds the energy that the pile's rated power can move in a frame, Wh.
    error ReadingAboveReach(uint256 pile, uint256 energyWh, uint256 reachWh);
    /// @notice Only the contract that runs the market's rounds reports who finalised one.
    error NotRounds(address caller);
    /// @notice The account has no claim on the operator of this market, or the operator's account has nothing to pay it
    /// with.
    error NothingClaimed(address market, address account);
    /// @notice The number of fills said to be the match's exceeds the number of fills.
    error MatchedOutOfRange(uint256 matched, uint256 fills);
    /// @notice The weather factor is not below 3 000.
    error WeatherOutOfRange(uint256 weatherBps);
    /// @notice An attribute is above 1 000.
    error AttributeOutOfRange(uint256 value);
    /// @notice The frame is still being delivered.
    error FrameNotOver(uint256 frame, uint256 endsAt);
    /// @notice The market settles without meters; no reading is needed.
    error NoMeters(address market);
    /// @notice The packed reading has bits that mean nothing.
    error MalformedReading(MeterReading reading);
    /// @notice The reading is not of the frame that is being settled.
    error WrongFrame(uint256 frame, uint256 settling);
    /// @notice The signature is not one of the pile's meter key of that frame.
    /// @param signer the account that signed; the zero address where the signature is invalid
    error WrongMeterKey(uint256 pile, address signer);
    /// @notice The pile's reading of that frame is known.
    error ReadingExists(uint256 pile, uint256 frame);
    /// @notice This place in the ring of readings belongs to an unsettled frame. Settle that frame first, or hand the
    /// reading in at settlement.
    error ReadingsOccupied(uint256 frame, uint256 occupiedBy);
    /// @notice Readings are missing and may still arrive.
    error ReadingsAwaited(uint256 frame, uint256 missing, uint256 until);

    /// @notice Registers the meter of a pile of the calling market.
    /// @param pile number of the pile, not registered yet
    /// @param key address of the key that signs its readings
    /// @param operator account that runs the pile; the zero address for nobody in particular
    /// @param energyPerFrameWh energy that its rated power moves in a frame, Wh
    function registerMeter(uint256 pile, address key, address operator, uint256 energyPerFrameWh) external;

    /// @notice Gives a pile's meter another key, valid from `leadFrames` after the first frame whose window is still to
    /// open: whoever does not trust the key can take its order out first. Registrar of the market only.
    function setMeterKey(IMarket market, uint256 pile, address key) external;

    /// @notice Judges a pile's production by another weather factor [D (12)], from the frame on in which a new key
    /// would count. Registrar of the market only.
    /// @param weatherBps `a` in 1/10 000, below 3 000; 0 for none
    function setWeatherFactor(IMarket market, uint256 pile, uint256 weatherBps) external;

    /// @notice Rates a pile for ranking by credit, from the next clearing on. Registrar of the market only.
    function setAttributes(IMarket market, uint256 pile, PileAttributes calldata attributes) external;

    /// @notice Stores readings of a market's piles until their frames are settled. Anyone; a refused reading is
    /// reported and does not keep the others out.
    /// @return stored how many were accepted
    function submit(IMarket market, SignedReading[] calldata readings) external returns (uint256 stored);

    /// @notice Settles a frame. Anyone, after the frame's end: before the deadline, groups of piles whose readings are
    /// all in; after it, everybody. The rest of a frame is settled by handing in the fills that are left.
    /// WARNING: at 512 piles that all trade, readings handed in here outgrow a transaction; with all of them stored
    /// before ({submit}, in batches) it fits. Store more than about 250 readings first, or hand them in for some groups
    /// at a time.
    /// @param market the market
    /// @param frame the frame
    /// @param publication the frame's publication; zero where it had none
    /// @param fills all unsettled fills of the frame, in the order in which the market made them
    /// @param matched number of them that the match made; a benefit round executed the others later
    /// @param readings readings of this frame that are not stored yet, checked here; one of a pile whose reading is
    /// stored, or that has no fill, is passed over
    function settle(
        IMarket market,
        uint256 frame,
        PublishedFrame publication,
        Fill[] calldata fills,
        uint256 matched,
        SignedReading[] calldata readings
    ) external;

    /// @notice Ranks a collected book by credit [D Table 1]. Nothing is dropped from it: an order's priority depends on
    /// the prices of all orders of its side.
    /// @param market market of the piles
    /// @param book as it was collected
    /// @param icebergThresholdWh energy at which the attribute `s` is full
    /// @return bids entries of the bids in order of priority, each carrying it
    /// @return asks the same of the asks
    function rankByCredit(
        IMarket market,
        Auction.Book calldata book,
        uint256 icebergThresholdWh
    ) external view returns (uint256[] memory bids, uint256[] memory asks);

    /// @notice Gives whoever cleared a frame of the calling market the market's keeper reward.
    function rewardClearing(address keeper) external;

    /// @notice Gives whoever finalised a round of a market its keeper reward. The market's rounds contract only.
    function rewardFinalising(IMarket market, address keeper) external;

    /// @notice Pays the caller's claim in tokens, as far as the operator's account lasts. Not while a round can be
    /// executed.
    /// @param to receiver of the tokens; the pile's payout address where it has named one
    function collectClaim(IMarket market, address to) external;

    /// @notice Claim of an account on a market's operator, money units.
    function claimOf(IMarket market, address account) external view returns (uint256);

    /// @notice All claims on a market's operator, money units.
    function claimedOf(IMarket market) external view returns (uint256);

    /// @notice Unclaimed part of a market's operator's account, money units.
    function unclaimedOf(IMarket market) external view returns (uint256);

    /// @notice {unclaimedOf}, but 0 while a round can be executed. Surplus is paid out of it. Money units.
    function availableOf(IMarket market) external view returns (uint256);

    /// @notice Hash that a meter signs for a market (EIP-712).
    function readingHash(IMarket market, MeterReading reading) external view returns (bytes32);

    /// @notice The meter of a pile as it counts for a frame; all zero where it is not registered.
    function meterOf(IMarket market, uint256 pile, uint256 frame) external view returns (MeterView memory);

    /// @notice The stored reading of a pile for a frame.
    /// @return stored whether there is one
    /// @return consumedWh energy that the pile took, Wh
    /// @return producedWh energy that it gave, Wh
    function readingOf(
        IMarket market,
        uint256 pile,
        uint256 frame
    ) external view returns (bool stored, uint256 consumedWh, uint256 producedWh);

    /// @notice The registrar's rating of a pile for ranking by credit.
    function attributesOf(IMarket market, uint256 pile) external view returns (PileAttributes memory);
}
