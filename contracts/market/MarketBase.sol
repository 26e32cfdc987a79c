// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { AccessControl } from "@openzeppelin/contracts/access/AccessControl.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { StoredCode } from "../periphery/StoredCode.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";
import { Refusals } from "./Refusals.sol";
import { Money } from "../libraries/Money.sol";
import { BookHead, BookHeadLib } from "../types/BookHead.sol";
import { MatchingRules, MatchingRulesLib } from "../types/MatchingRules.sol";
import { MarketTotals } from "../types/MarketTotals.sol";
import { FrameRecord } from "../types/FrameRecord.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";
import { PublishedFrame, PublishedFrameLib } from "../types/PublishedFrame.sol";

/// @title Storage, parameters and time of a market
/// @notice State shared by the parts of the market. Every part is an abstract contract of its own; {Market} joins them.
abstract contract MarketBase is AccessControl, IMarketParameters {
    /// @notice Publishes base load and tariffs, collects what is paid to the grid.
    bytes32 public constant GRID_OPERATOR_ROLE = keccak256("GRID_OPERATOR_ROLE");
    /// @notice Registers, suspends and re-admits piles.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    /// @notice Pauses and reopens entry.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    /// @notice Proposes plans in benefit rounds; the registrar grants it.
    bytes32 public constant PROPOSER_ROLE = keccak256("PROPOSER_ROLE");

    /// @dev Frames whose publications and records have slots of their own; frame t uses slot t modulo this.
    uint256 internal constant REMEMBERED_FRAMES = 128;
    /// @dev Frames ahead that may be published: a publication must outlive the frames before it.
    uint256 internal constant MAX_FRAMES_AHEAD = 96;
    /// @dev Most frames after its end that a frame waits for readings.
    uint256 internal constant MAX_READING_FRAMES = 48;
    /// @dev Words of the live-pile bitmap after the head.
    uint256 internal constant MORE_LIVE_WORDS = 4;
    /// @dev Efficiencies and shares are in 1/10 000.
    uint256 internal constant BPS = 10_000;
    /// @dev Most piles of a market: with the worst weights and the worst book known, so many clear in one transaction.
    uint256 internal constant MAX_PILE_CAP = 1024;

    /// @dev Most piles times frames of the horizon in a market with benefit rounds: scoring the fallback and a plan
    /// over so many takes 12.5 million gas with the worst book known.
    uint256 internal constant MAX_ROUND_SIZE = 512 * 48;

    /// @dev Most piles of a market with meters: one frame of so many settles in one transaction, whatever is metered,
    /// with the readings stored before.
    uint256 internal constant MAX_METERED_PILES = 512;

    IERC20 internal immutable TOKEN;
    uint256 internal immutable UNIT;
    uint256 internal immutable TICK_SIZE;
    uint256 internal immutable BOND_PRICE;
    uint256 internal immutable WHEELING_CAP;
    uint256 internal immutable FRAME_SECONDS;
    uint256 internal immutable AUCTION_SECONDS;
    uint256 internal immutable LEAD_FRAMES;
    uint256 internal immutable MAX_WAIT_FRAMES;
    uint256 internal immutable ICEBERG_THRESHOLD_WH;
    uint256 internal immutable ICEBERG_PEAK_WH;
    uint256 internal immutable MIN_ENERGY_WH;
    uint256 internal immutable CAPACITY_W;
    uint256 internal immutable LOSS_ALLOWANCE_W;
    uint256 internal immutable PILE_CAP;
    uint256 internal immutable CHARGE_EFFICIENCY_BPS;
    uint256 internal immutable DISCHARGE_EFFICIENCY_BPS;
    address internal immutable ROUNDS;
    uint256 internal immutable WHOLE_ROUND_SECONDS;
    address internal immutable DELIVERY;
    uint256 internal immutable INITIAL_CREDIT;
    uint256 internal immutable CREDIT_PRIOR_WH;
    uint256 internal immutable MIN_CREDIT;
    address internal immutable MECHANISM;
    /// @dev Parameters that the mechanism gets in every frame.
    MatchingRules internal immutable RULES;
    uint256 internal immutable IMPORT_CAP;
    uint256 internal immutable CANCEL_PRICE;
    bool internal immutable KEEPER_PAID;
    bool internal immutable METERED;
    bool internal immutable DEFAULTER_PAYS;
    /// @dev A frame with the highest tariffs that may be published, nothing paid for exports.
    PublishedFrame internal immutable HIGHEST_TARIFFS;
    /// @dev Margins that a pile must have free to take part, as a power of two.
    uint256 internal immutable MARGIN_SHIFT;
    /// @dev All parameters, kept as another contract's code: they never change, and the market has no room for them.
    address private immutable _PARAMETERS;

    /// @dev First word of the live-pile bitmap, sequence, pause.
    BookHead internal _head;
    /// @dev Last cleared frame, its load, PFL, grid balance.
    MarketTotals internal _marketTotals;
    /// @dev Number of registered piles.
    uint32 internal _pileCount;
    /// @dev Largest of {_reaches}; in the slot of the number of piles.
    uint32 internal _largestReachWh;
    /// @dev Matching fund, out of which sellers get more than buyers pay, money units; in the same slot.
    uint64 internal _matchingFund;
    /// @dev The bitmap's further words.
    uint256[MORE_LIVE_WORDS] internal _moreLive;
    /// @dev Slot of each pile by its number; an array, so that a clearing hashes nothing to find it.
    PileState[MAX_PILE_CAP + 1] internal _states;
    /// @dev Publications by frame modulo {REMEMBERED_FRAMES}.
    PublishedFrame[REMEMBERED_FRAMES] internal _publications;
    /// @dev Records by frame modulo {REMEMBERED_FRAMES}.
    FrameRecord[REMEMBERED_FRAMES] internal _records;
    /// @dev Energy that each pile's rated power moves in a frame, Wh; only where there are meters. Eight to a word.
    uint32[MAX_METERED_PILES + 1] internal _reaches;
    /// @dev Records that lost their slot to a later frame before anybody settled them, by frame.
    mapping(uint256 frame => FrameRecord) internal _unsettledRecords;

    constructor(Parameters memory p) {
        _check("token", uint160(p.token), p.token.code.length != 0);
        _check("unit", p.unit, p.unit != 0);
        _check("tickSize", p.tickSize, p.tickSize != 0);
        _check("frameSeconds", p.frameSeconds, p.frameSeconds != 0 && p.frameSeconds <= 1 days);
        _check("auctionSeconds", p.auctionSeconds, p.auctionSeconds != 0 && p.auctionSeconds < p.frameSeconds);
        _check("leadFrames", p.leadFrames, p.leadFrames != 0 && p.leadFrames < MAX_FRAMES_AHEAD);
        _check("icebergThresholdWh", p.icebergThresholdWh, p.icebergThresholdWh <= PileStateLib.MAX_PEAK_WH);
        _check("icebergPeakWh", p.icebergPeakWh, p.icebergPeakWh != 0 && p.icebergPeakWh <= PileStateLib.MAX_PEAK_WH);
        _check("minEnergyWh", p.minEnergyWh, p.minEnergyWh != 0 && p.minEnergyWh <= PileStateLib.MAX_ENERGY_WH);
        _check("bondPricePerKwh", p.bondPricePerKwh, p.bondPricePerKwh <= type(uint40).max);
        _check("wheelingCapPerKwh", p.wheelingCapPerKwh, p.wheelingCapPerKwh <= type(uint40).max);
        _check("lossAllowanceW", p.lossAllowanceW, p.lossAllowanceW <= p.capacityW);
        if (p.rounds != address(0)) {
            uint256 wholeRoundSeconds = 2 * uint256(p.roundSeconds) + p.finaliseSeconds;
            _check("roundSeconds", p.roundSeconds, p.roundSeconds != 0 && wholeRoundSeconds <= p.auctionSeconds);
            _check("finaliseSeconds", p.finaliseSeconds, p.finaliseSeconds != 0);
        }
        _check("maxHorizon", p.maxHorizon, p.maxHorizon != 0 && p.maxHorizon <= 48);
        bool scorable = p.rounds == address(0) || uint256(p.pileCap) * p.maxHorizon <= MAX_ROUND_SIZE;
        _check("pileCap", p.pileCap, scorable && (p.readingSeconds == 0 || p.pileCap <= MAX_METERED_PILES));
        _check("rounds", uint160(p.rounds), p.rounds == address(0) || p.rounds.code.length != 0);
        _checkEfficiency("chargeEfficiencyBps", p.chargeEfficiencyBps);
        _checkEfficiency("dischargeEfficiencyBps", p.dischargeEfficiencyBps);
        _check("delivery", uint160(p.delivery), p.delivery.code.length != 0);
        // Readings are kept for 64 frames; the wait for them must stay below that.
        _check("readingSeconds", p.readingSeconds, p.readingSeconds <= MAX_READING_FRAMES * p.frameSeconds);
        _check("toleranceBps", p.toleranceBps, p.toleranceBps <= 10_000);
        _check("initialCredit", p.initialCredit, p.initialCredit <= 10_000);
        _check("creditPriorWh", p.creditPriorWh, p.creditPriorWh < 1 << 26);
        _check("minCredit", p.minCredit, p.minCredit <= p.initialCredit);
        _check("importCapPerKwh", p.importCapPerKwh, p.importCapPerKwh <= type(uint40).max);
        _check("cancelPricePerKwh", p.cancelPricePerKwh, p.cancelPricePerKwh <= type(uint40).max);
        _check("keeperReward", p.keeperReward, p.keeperReward <= PileStateLib.MAX_BALANCE);
        if (p.readingSeconds != 0 && p.breach == Breach.Defaulter) {
            // A bond covers any breach that its ask can commit.
            _check("bondPricePerKwh", p.bondPricePerKwh, p.bondPricePerKwh >= p.importCapPerKwh);
        }
        _check("pileCap", p.pileCap, p.pileCap != 0 && p.pileCap <= MAX_PILE_CAP);

        TOKEN = IERC20(p.token);
        UNIT = p.unit;
        TICK_SIZE = p.tickSize;
        BOND_PRICE = p.bondPricePerKwh;
        WHEELING_CAP = p.wheelingCapPerKwh;
        FRAME_SECONDS = p.frameSeconds;
        AUCTION_SECONDS = p.auctionSeconds;
        LEAD_FRAMES = p.leadFrames;
        MAX_WAIT_FRAMES = p.maxWaitFrames;
        ICEBERG_THRESHOLD_WH = p.icebergThresholdWh;
        ICEBERG_PEAK_WH = p.icebergPeakWh;
        MIN_ENERGY_WH = p.minEnergyWh;
        CAPACITY_W = p.capacityW;
        LOSS_ALLOWANCE_W = p.lossAllowanceW;
        PILE_CAP = p.pileCap;
        CHARGE_EFFICIENCY_BPS = p.chargeEfficiencyBps;
        DISCHARGE_EFFICIENCY_BPS = p.dischargeEfficiencyBps;
        ROUNDS = p.rounds;
        WHOLE_ROUND_SECONDS = 2 * uint256(p.roundSeconds) + p.finaliseSeconds;
        DELIVERY = p.delivery;
        INITIAL_CREDIT = p.initialCredit;
        CREDIT_PRIOR_WH = p.creditPriorWh;
        MIN_CREDIT = p.minCredit;
        MECHANISM = p.mechanism;
        RULES = MatchingRulesLib
            .pack(p.tickSize, p.maxWaitFrames, p.icebergThresholdWh, p.priceWeight, p.timeWeight, p.thetaBps)
            .withCongestion(p.congestionFromW, p.congestionPricePerKwhPerKw, p.chargeEfficiencyBps, p.frameSeconds);
        IMPORT_CAP = p.importCapPerKwh;
        CANCEL_PRICE = p.cancelPricePerKwh;
        KEEPER_PAID = p.keeperReward != 0;
        METERED = p.readingSeconds != 0;
        DEFAULTER_PAYS = p.breach == Breach.Defaulter;
        HIGHEST_TARIFFS = PublishedFrameLib.pack(
            0,
            0,
            _highestTicks(p.importCapPerKwh, p.tickSize),
            0,
            _highestTicks(p.wheelingCapPerKwh, p.tickSize)
        );
        MARGIN_SHIFT = p.rounds == address(0) ? 0 : 1;
        bytes memory encoded = abi.encode(p);
        _PARAMETERS = address(new StoredCode(encoded));
        _check("thetaBps", p.thetaBps, p.thetaBps <= BPS);
        _check("mechanism", uint160(p.mechanism), _accepts(p.mechanism, encoded));

        _grantRole(DEFAULT_ADMIN_ROLE, p.admin);
        _grantRole(GRID_OPERATOR_ROLE, p.gridOperator);
        _grantRole(REGISTRAR_ROLE, p.registrar);
        _grantRole(GUARDIAN_ROLE, p.guardian);
        _setRoleAdmin(PROPOSER_ROLE, REGISTRAR_ROLE);

        _head = BookHeadLib.empty();
        for (uint256 i; i < MORE_LIVE_WORDS; ++i) _moreLive[i] = BookHeadLib.SENTINEL;
    }

    /// @inheritdoc IMarketParameters
    function parameters() external view returns (Parameters calldata p) {
        address source = _PARAMETERS;
        assembly ("memory-safe") {
            // A struct of static fields: its encoding in the code, behind the stop byte, is the answer.
            p := 0
            let size := sub(extcodesize(source), 1)
            let answer := mload(0x40)
            extcodecopy(source, answer, 1, size)
            return(answer, size)
        }
    }

    /// @dev Publication of a frame; zero where there is none or it is no longer remembered.
    function _publicationOf(uint256 frame) internal view returns (PublishedFrame p) {
        p = _publications[frame % REMEMBERED_FRAMES];
        if (p.frame() != frame) p = PublishedFrame.wrap(0);
    }

    /// @notice Margin that a pile sets aside for energy taken beyond its fills: as much as its rated power moves in a
    /// frame, at the prices of imbalance and wheeling. Each product is rounded up by itself, since each due is rounded
    /// down by itself.
    /// @return money units; 0 in a market without meters and in an unpublished frame
    function _marginOf(uint256 pile, PublishedFrame published) internal view returns (uint256) {
        if (!METERED) return 0;
        return _marginOf(_reaches[pile], published.importTicks(), published.exportTicks(), published.wheelingTicks());
    }

    /// @dev Margin of a pile whose rated power moves `reachWh` in a frame.
    function _marginOf(
        uint256 reachWh,
        uint256 importTicks,
        uint256 exportTicks,
        uint256 wheelingTicks
    ) internal view returns (uint256) {
        unchecked {
            if (DEFAULTER_PAYS) importTicks += importTicks - exportTicks;
            return
                Money.amountUp(importTicks * TICK_SIZE, reachWh) + Money.amountUp(wheelingTicks * TICK_SIZE, reachWh);
        }
    }

    /// @dev Lock of an order, money units per kWh: for a bid the most that it may have to pay, for an ask its bond.
    function _lockPrice(bool charge, uint256 price) internal view returns (uint256) {
        return charge ? price + WHEELING_CAP : BOND_PRICE;
    }

    /// @dev {_lockPrice} of the order in a slot.
    function _lockPrice(PileState s) internal view returns (uint256) {
        return _lockPrice(s.isCharge(), s.priceTicks() * TICK_SIZE);
    }

    /// @dev Lock of the order in a slot, live or not, money units; 0 without one.
    function _lockOf(PileState s) internal view returns (uint256) {
        return Money.amountUp(_lockPrice(s), s.remainingWh());
    }

    /// @dev Whether the slot holds an order that can still be filled. An order is dead once its last frame has been
    /// cleared, its benefit round included, or has begun; nothing need be written for that.
    function _isLive(PileState s) internal view returns (bool) {
        if (s.remainingWh() == 0) return false;
        uint256 expiryFrame = s.expiryFrame();
        unchecked {
            // Frames have 32 bits, their lengths 17.
            uint256 lastFrameBegins = expiryFrame * FRAME_SECONDS;
            if (block.timestamp >= lastFrameBegins) return false;
            // Only inside the last frame's window can it have been cleared; elsewhere the slot need not be read.
            if (block.timestamp < lastFrameBegins - AUCTION_SECONDS) return true;
        }
        MarketTotals c = _marketTotals;
        return c.lastFrame() < expiryFrame || c.isRoundOpen();
    }

    /// @dev Gate closure: the frame whose open window holds the live order, or 0. It is never past the order's last: a
    /// live order's last frame has not begun.
    function _closedFrame(PileState s) internal view returns (uint256) {
        uint256 frame = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS;
        if (frame == block.timestamp / FRAME_SECONDS) return 0;
        if (frame < s.firstFrame()) return 0;
        MarketTotals c = _marketTotals;
        return c.lastFrame() < frame || c.isRoundOpen() ? frame : 0;
    }

    /// @dev Whether plans have reckoned with a live order, so that it pays for leaving: a flexible one in a market with
    /// rounds, once a frame from its first on has been cleared.
    function _leavingCosts(PileState s) internal view returns (bool) {
        if (CANCEL_PRICE == 0 || ROUNDS == address(0) || (s.isCharge() && !s.isIceberg())) return false;
        return _marketTotals.lastFrame() >= s.firstFrame();
    }

    /// @dev The slot without a dead order, whose lock is freed.
    function _withoutDeadOrder(PileState s) internal view returns (PileState) {
        if (s.remainingWh() == 0 || _isLive(s)) return s;
        return s.withBalance(s.balance() + _lockOf(s)).withoutOrder();
    }

    /// @dev Reads a slot without the array's bounds check: every number comes from the registry, from a live bit or
    /// from a fill of this market, or is checked.
    function _stateOf(uint256 pile) internal view returns (PileState s) {
        assembly ("memory-safe") {
            s := sload(add(_states.slot, pile))
        }
    }

    /// @dev Writes a slot without the array's bounds check.
    function _setState(uint256 pile, PileState s) internal {
        assembly ("memory-safe") {
            sstore(add(_states.slot, pile), s)
        }
    }

    /// @dev Place of a pile's live bit: word 0 is the head.
    function _liveBit(uint256 pile) internal pure returns (uint256 word, uint256 bit) {
        unchecked {
            bit = pile - 1;
            if (bit < BookHeadLib.HEAD_BITS) return (0, bit);
            bit -= BookHeadLib.HEAD_BITS;
            return (1 + bit / BookHeadLib.LIVE_BITS_PER_WORD, bit % BookHeadLib.LIVE_BITS_PER_WORD);
        }
    }

    /// @dev Whether a mechanism accepts a market of these parameters; throws the reason that it gives otherwise.
    function _accepts(address mechanism, bytes memory encoded) private view returns (bool) {
        (bool answered, bytes memory answer) = mechanism.staticcall(bytes.concat(IMechanism.accepts.selector, encoded));
        if (!answered) Refusals.raise(answer);
        // Exactly a word long.
        // forge-lint: disable-next-line(unsafe-typecast)
        return answered && answer.length == 32 && bytes32(answer) == bytes32(IMechanism.accepts.selector);
    }

    /// @dev Largest tariff that may be published, ticks.
    function _highestTicks(uint256 cap, uint256 tickSize) private pure returns (uint256 ticks) {
        ticks = cap / tickSize;
        if (ticks > PublishedFrameLib.MAX_TARIFF_TICKS) ticks = PublishedFrameLib.MAX_TARIFF_TICKS;
    }

    /// @dev Refuses an efficiency that is out of range.
    function _checkEfficiency(bytes32 name, uint256 bps) private pure {
        _check(name, bps, bps != 0 && bps <= 20_000);
    }

    /// @dev Refuses a parameter that is out of range.
    function _check(bytes32 name, uint256 value, bool accepted) private pure {
        if (!accepted) revert InvalidParameter(name, value);
    }
}
