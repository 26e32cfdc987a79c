// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Auction } from "../libraries/Auction.sol";
import { Fill } from "../types/Fill.sol";
import { MeterReading } from "../types/MeterReading.sol";
import { Publication } from "../types/Publication.sol";
import { IMarket } from "./IMarket.sol";

/// @title Delivery: meter readings and the settlement of frames [D 2, 5.1]
/// @notice One contract for all markets of a network. Everything it keeps belongs to one market; a market names it when
/// it is deployed and trusts it with the arithmetic, it trusts no market with anything but that market's own.
///
/// **A frame's settlement.** Each pile's metered energy is attributed to its fills in their order (grid fills come last),
/// each up to its agreed energy; what is over belongs to the last of them. Then, for a trade of `E` at `p` with `c`
/// consumed and `g` produced, `m = min(c, g, floor(E (10 000 + overBps) / 10 000))`: the buyer pays the seller `m p`, the
/// grid `(c - m) r + m w`; the grid pays the seller `(g - m) x`. A grid fill is `c r` from buyer to grid, an export fill
/// `g x` from grid to seller. Where a defaulter pays, a seller short of `min(c, E)` owes the buyer `max(0, r - p)` per kWh
/// of `min(c, E) - m`, a buyer short of `min(g, E)` owes the seller `max(0, p - x)` per kWh of `min(g, E) - m`. Each
/// product is over 1000 and rounded down, the same figure on both sides.
///
/// **Who cannot pay.** In this order, each step in the order of the fills:
/// 1. buyers pay sellers, out of what their fills set aside and their free balance;
/// 2. sellers pay buyers what they owe for a breach, out of their bonds, their free balance and what step 1 brought them;
/// 3. buyers pay the grid out of what is left to them, what step 2 brought included;
/// 4. the grid pays sellers for surplus (export fills beyond what was set aside for them included), each claim as far as
///    the operator's account with the income of steps 1 to 3 lasts. Debts that are paid in the same transaction do not
///    count towards that.
/// What a pile could not pay in steps 1 to 3 is its debt, whoever was to get it; what was not paid to a pile is forgone.
/// A pile's debt is paid out of everything free that it has whenever money comes in for it.
///
/// **Silence.** Once the deadline has passed, a buyer without a reading is taken to have consumed what its rated power
/// moves in a frame and produced nothing, a seller without one to have done neither; both earn no credit. In a market
/// without meters (`readingSeconds` 0) every fill counts as delivered as agreed.
interface IDelivery {
    /// @notice A reading with its meter's signature, in the short form of EIP-2098.
    /// @param reading what was signed
    /// @param r first half of the signature
    /// @param vs second half, with the parity in its highest bit
    struct SignedReading {
        MeterReading reading;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice What is known of a pile's meter for one frame.
    /// @param key address of the key that signs its readings
    /// @param energyPerFrameWh what the pile's rated power moves in a frame, at most 2^24 - 1
    /// @param weatherBps natural weighting factor `a` of its production, 1/10 000, below 3 000 [D (12)]
    /// @param operatorTag first 48 bits of the hash of its operator's address; 0 for the zero address
    struct MeterView {
        address key;
        uint256 energyPerFrameWh;
        uint256 weatherBps;
        uint256 operatorTag;
    }

    /// @notice What the registrar says of a pile in a market that ranks by credit, 0 to 1 000 each [D Table 1].
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
    /// @param readings those accepted, in the order of the call
    event ReadingsStored(address indexed market, MeterReading[] readings);
    /// @notice A reading was refused; the others of its batch stand.
    /// @param position its place in the batch, from 0
    /// @param refusal the encoded custom error
    event ReadingRefused(address indexed market, uint256 position, bytes refusal);

    /// @notice The market has no such pile.
    error UnknownMeter(address market, uint256 pile);
    /// @notice The meter of this pile is registered.
    error MeterExists(address market, uint256 pile);
    /// @notice The pile's number is 0 or above 65 535, or its meter's energy a frame is 0.
    error MeterOutOfRange(uint256 pile, uint256 energyPerFrameWh);
    /// @notice Only a holder of the market's registrar role may do this.
    error NotRegistrar(address market, address caller);
    /// @notice The pile's last change took effect so recently that frames before it may still await readings.
    error MeterChangedRecently(uint256 pile, uint256 retryAt);
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
    /// @param signer who signed; the zero address where the signature is none
    error WrongMeterKey(uint256 pile, address signer);
    /// @notice The pile's reading of that frame is known.
    error ReadingExists(uint256 pile, uint256 frame);
    /// @notice The frame that holds this place in the ring of readings is unsettled; settle it first, or hand the reading
    /// in at settlement.
    error ReadingsOccupied(uint256 frame, uint256 occupiedBy);
    /// @notice Readings are missing and may still arrive.
    error ReadingsAwaited(uint256 frame, uint256 missing, uint256 until);

    /// @notice Registers the meter of a pile of the calling market.
    /// @param pile number of the pile, not registered yet
    /// @param key address of the key that signs its readings
    /// @param operator who runs the pile; the zero address for nobody in particular
    /// @param energyPerFrameWh what its rated power moves in a frame
    function registerMeter(uint256 pile, address key, address operator, uint256 energyPerFrameWh) external;

    /// @notice Gives a pile's meter another key, `leadFrames` after the first frame whose window is still to open: whoever
    /// does not trust it can take its order out first. Registrar of the market only.
    function setMeterKey(IMarket market, uint256 pile, address key) external;

    /// @notice Judges a pile's production by another weather factor [D (12)], from when on another key would count.
    /// Registrar of the market only.
    /// @param weatherBps `a` in 1/10 000, below 3 000; 0 for none
    function setWeatherFactor(IMarket market, uint256 pile, uint256 weatherBps) external;

    /// @notice Rates a pile for ranking by credit, from the next clearing on. Registrar of the market only.
    function setAttributes(IMarket market, uint256 pile, PileAttributes calldata attributes) external;

    /// @notice Stores readings of a market's piles until their frames are settled. Anyone; one that is refused is
    /// reported and does not keep the others out.
    /// @return stored how many were accepted
    function submit(IMarket market, SignedReading[] calldata readings) external returns (uint256 stored);

    /// @notice Settles a frame. Anyone, once, after the frame's end: as soon as the readings of all piles with fills are
    /// there, without the missing ones after the deadline.
    /// @param market the market
    /// @param frame the frame
    /// @param publication the frame's publication; zero where it had none
    /// @param fills all fills of the frame, in the order in which the market made them
    /// @param matched how many of them the match made; the others a benefit round executed later
    /// @param readings of this frame that are not stored yet, checked here; one of a pile whose reading is stored, or
    /// that has no fill, is passed over
    function settle(
        IMarket market,
        uint256 frame,
        Publication publication,
        Fill[] calldata fills,
        uint256 matched,
        SignedReading[] calldata readings
    ) external;

    /// @notice Puts a collected book in order of credit [D Table 1]. Nothing is dropped from it: an order's priority
    /// depends on the prices of all orders of its side.
    /// @param market whose piles they are
    /// @param book as it was collected
    /// @param icebergThresholdWh energy at which the attribute `s` is full
    /// @return bids entries of the bids in order of priority, each carrying it
    /// @return asks the same of the asks
    function rankByCredit(
        IMarket market,
        Auction.Book calldata book,
        uint256 icebergThresholdWh
    ) external view returns (uint256[] memory bids, uint256[] memory asks);

    /// @notice What a meter signs for a market (EIP-712).
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

    /// @notice How the registrar rated a pile for ranking by credit.
    function attributesOf(IMarket market, uint256 pile) external view returns (PileAttributes memory);
}
