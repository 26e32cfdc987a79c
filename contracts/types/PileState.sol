// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A pile's whole trading state in one storage slot: its free balance, its nonce, its credit and its one order.
///
/// ```
///  bits      field        meaning
///  0..51     balance      free balance, money units
///  52..75    priceTicks   limit price / tickSize
///  76..99    remainingWh  what is left to trade, displayed and hidden; 0 = no order
///  100..119  peakWh       largest displayed quantity; a normal order's original quantity
///  120..151  firstFrame   first frame in which the order takes part
///  152..158  spanFrames   expiryFrame - firstFrame
///  159       charge       1 = bid (gamma = 1), 0 = ask
///  160       iceberg      kind, fixed at placement
///  161       suspended    set and cleared by the registrar
///  162..193  sequence     market-wide number of placement
///  194..213  nonce        next nonce of a signed order
///  214..227  credit       C, 1/100 point, 0 to 10 000
///  228..253  creditWh     W, energy that the credit rests on
///  254       payout       the pile's money leaves for its payout address alone
///  255       registered   1, so that the slot is never zero
/// ```
///
/// Placing, filling and cancelling rewrite this slot, which a registered pile keeps non-zero for ever, so no order
/// ever pays for a fresh slot.
type PileState is uint256;

using PileStateLib for PileState global;

/// @title Reading and writing the fields of a {PileState}
/// @notice A pile's balance, nonce, credit and order.
/// @dev Setters expect values that fit; callers check ranges where values enter the market.
library PileStateLib {
    uint256 internal constant MAX_BALANCE = (1 << 52) - 1;
    uint256 internal constant MAX_PRICE_TICKS = type(uint24).max;
    uint256 internal constant MAX_ENERGY_WH = type(uint24).max;
    uint256 internal constant MAX_PEAK_WH = (1 << 20) - 1;
    uint256 internal constant MAX_SPAN_FRAMES = 96;
    uint256 internal constant MAX_NONCE = (1 << 20) - 1;
    /// @dev Full credit: 100 points.
    uint256 internal constant MAX_CREDIT = 10_000;
    uint256 internal constant MAX_CREDIT_WH = (1 << 26) - 1;

    uint256 private constant PRICE_SHIFT = 52;
    uint256 private constant REMAINING_SHIFT = 76;
    uint256 private constant PEAK_SHIFT = 100;
    uint256 private constant FIRST_FRAME_SHIFT = 120;
    uint256 private constant SPAN_SHIFT = 152;
    uint256 private constant CHARGE_SHIFT = 159;
    uint256 private constant ICEBERG_SHIFT = 160;
    uint256 private constant SUSPENDED_SHIFT = 161;
    uint256 private constant SEQUENCE_SHIFT = 162;
    uint256 private constant NONCE_SHIFT = 194;
    uint256 private constant CREDIT_SHIFT = 214;
    uint256 private constant CREDIT_WH_SHIFT = 228;

    uint256 private constant CREDIT_MASK = (1 << 14) - 1;
    uint256 private constant SUSPENDED_BIT = 1 << SUSPENDED_SHIFT;
    /// @dev Set for every registered pile, so that its slot is never zero.
    uint256 private constant REGISTERED_BIT = 1 << 255;
    /// @dev Kept here, so that withdrawing reads no other slot where no payout address is named.
    uint256 private constant PAYOUT_BIT = 1 << 254;
    /// @dev Credit and the energy it rests on.
    uint256 private constant CREDIT_PART = (CREDIT_MASK << CREDIT_SHIFT) | (MAX_CREDIT_WH << CREDIT_WH_SHIFT);
    /// @dev Everything that outlives an order: balance, suspension, nonce, credit, payout, registration.
    uint256 private constant LASTING =
        MAX_BALANCE | SUSPENDED_BIT | (MAX_NONCE << NONCE_SHIFT) | CREDIT_PART | PAYOUT_BIT | REGISTERED_BIT;

    /// @notice The state of a pile that has just been registered.
    /// @param credit_ initial credit, 1/100 point
    /// @param creditWh_ energy that it rests on, Wh
    function registered(uint256 credit_, uint256 creditWh_) internal pure returns (PileState) {
        return PileState.wrap(REGISTERED_BIT | (credit_ << CREDIT_SHIFT) | (creditWh_ << CREDIT_WH_SHIFT));
    }

    /// @notice Free balance, money units.
    function balance(PileState s) internal pure returns (uint256) {
        return PileState.unwrap(s) & MAX_BALANCE;
    }

    /// @notice Limit price, ticks.
    function priceTicks(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> PRICE_SHIFT) & MAX_PRICE_TICKS;
    }

    /// @notice Energy left to trade, Wh; 0 where there is no order.
    function remainingWh(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> REMAINING_SHIFT) & MAX_ENERGY_WH;
    }

    /// @notice Largest displayed quantity, Wh.
    function peakWh(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> PEAK_SHIFT) & MAX_PEAK_WH;
    }

    /// @notice Energy that the order displays in a frame, Wh.
    function displayedWh(PileState s) internal pure returns (uint256) {
        uint256 remaining = s.remainingWh();
        uint256 peak = s.peakWh();
        return remaining < peak ? remaining : peak;
    }

    /// @notice First frame in which the order takes part.
    function firstFrame(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> FIRST_FRAME_SHIFT) & type(uint32).max;
    }

    /// @notice Last frame in which the order may be delivered.
    function expiryFrame(PileState s) internal pure returns (uint256) {
        return s.firstFrame() + ((PileState.unwrap(s) >> SPAN_SHIFT) & 0x7f);
    }

    /// @notice Whether the order is a bid (charging).
    function isCharge(PileState s) internal pure returns (bool) {
        return (PileState.unwrap(s) >> CHARGE_SHIFT) & 1 != 0;
    }

    /// @notice Whether the order is an iceberg.
    function isIceberg(PileState s) internal pure returns (bool) {
        return (PileState.unwrap(s) >> ICEBERG_SHIFT) & 1 != 0;
    }

    /// @notice Whether the registrar has suspended the pile.
    function isSuspended(PileState s) internal pure returns (bool) {
        return PileState.unwrap(s) & SUSPENDED_BIT != 0;
    }

    /// @notice Whether the pile has named a payout address.
    function hasPayout(PileState s) internal pure returns (bool) {
        return PileState.unwrap(s) & PAYOUT_BIT != 0;
    }

    /// @notice Market-wide number of the order's placement.
    function sequence(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> SEQUENCE_SHIFT) & type(uint32).max;
    }

    /// @notice Nonce that the pile's next signed order must carry.
    function nonce(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> NONCE_SHIFT) & MAX_NONCE;
    }

    /// @notice Credit C, 1/100 point.
    function credit(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> CREDIT_SHIFT) & CREDIT_MASK;
    }

    /// @notice Energy W that the credit rests on, Wh.
    function creditWh(PileState s) internal pure returns (uint256) {
        return (PileState.unwrap(s) >> CREDIT_WH_SHIFT) & MAX_CREDIT_WH;
    }

    /// @notice Whether the slot holds an order of a pile in good standing that takes part in `frame`.
    /// @return takes whether it does
    /// @return waited frames that it has waited; meaningless where it does not take part
    /// @return last whether this is its last frame; meaningless where it does not take part
    function takesPart(PileState s, uint256 frame) internal pure returns (bool takes, uint256 waited, bool last) {
        uint256 word = PileState.unwrap(s);
        unchecked {
            // A first frame that is still to come makes this wrap around, beyond any span.
            waited = frame - ((word >> FIRST_FRAME_SHIFT) & type(uint32).max);
        }
        uint256 span = (word >> SPAN_SHIFT) & 0x7f;
        last = waited == span;
        takes = waited <= span && word & (MAX_ENERGY_WH << REMAINING_SHIFT) != 0 && word & SUSPENDED_BIT == 0;
    }

    /// @notice The state with its balance, which clearing does not need, overwritten by the pile's number.
    function taggedWith(PileState s, uint256 pile) internal pure returns (PileState) {
        return PileState.wrap((PileState.unwrap(s) & ~MAX_BALANCE) | pile);
    }

    /// @notice The state with another free balance.
    function withBalance(PileState s, uint256 balance_) internal pure returns (PileState) {
        // Shorter than a mask of all other bits.
        uint256 word = PileState.unwrap(s);
        return PileState.wrap(word ^ ((word ^ balance_) & MAX_BALANCE));
    }

    /// @notice The state with `amount` taken from its free balance, which must suffice.
    function less(PileState s, uint256 amount) internal pure returns (PileState) {
        unchecked {
            return PileState.wrap(PileState.unwrap(s) - amount);
        }
    }

    /// @notice The state after a fill of at most {displayedWh} that freed part of the order's lock.
    function withFill(PileState s, uint256 filledWh, uint256 freed) internal pure returns (PileState) {
        unchecked {
            return PileState.wrap(PileState.unwrap(s) + freed - (filledWh << REMAINING_SHIFT));
        }
    }

    /// @notice The state with the pile suspended or re-admitted.
    function withSuspended(PileState s, bool suspended) internal pure returns (PileState) {
        uint256 word = PileState.unwrap(s);
        return PileState.wrap(suspended ? word | SUSPENDED_BIT : word & ~SUSPENDED_BIT);
    }

    /// @notice The state of a pile that has named a payout address, or has none any more.
    function withPayout(PileState s, bool named) internal pure returns (PileState) {
        uint256 word = PileState.unwrap(s);
        return PileState.wrap(named ? word | PAYOUT_BIT : word & ~PAYOUT_BIT);
    }

    /// @notice The state after a settled frame: the credit is the mean of the scores weighted by energy [D (1)(2)],
    /// rounded to the nearest hundredth, halves up.
    /// @param agreedWh energy that was agreed, Wh; 0 changes nothing
    /// @param creditedWh part of it that counts as delivered, Wh
    function withDelivery(PileState s, uint256 agreedWh, uint256 creditedWh) internal pure returns (PileState) {
        if (agreedWh == 0) return s;
        unchecked {
            uint256 restsOn = s.creditWh();
            uint256 sum = restsOn + agreedWh;
            uint256 mean = (2 * (s.credit() * restsOn + MAX_CREDIT * creditedWh) + sum) / (2 * sum);
            if (sum > MAX_CREDIT_WH) sum = MAX_CREDIT_WH;
            uint256 word = PileState.unwrap(s) & ~CREDIT_PART;
            return PileState.wrap(word | (mean << CREDIT_SHIFT) | (sum << CREDIT_WH_SHIFT));
        }
    }

    /// @notice The state after its pile acted on its order, which voids the order it had signed with its nonce. A pile
    /// that has used every nonce stays at the last, which no signed order may carry.
    function withNonceUsed(PileState s) internal pure returns (PileState) {
        return s.nonce() == MAX_NONCE ? s : s.withNextNonce();
    }

    /// @notice The state with the next nonce.
    function withNextNonce(PileState s) internal pure returns (PileState) {
        return PileState.wrap(PileState.unwrap(s) + (1 << NONCE_SHIFT));
    }

    /// @notice The state with its order gone and everything lasting kept.
    function withoutOrder(PileState s) internal pure returns (PileState) {
        return PileState.wrap(PileState.unwrap(s) & LASTING);
    }

    /// @notice The state with a new order in place of whatever order was there; {withTranches} says how it is shown.
    function withOrder(
        PileState s,
        uint256 priceTicks_,
        uint256 energyWh,
        uint256 firstFrame_,
        uint256 spanFrames,
        bool charge,
        uint256 sequence_
    ) internal pure returns (PileState) {
        uint256 word = PileState.unwrap(s) & LASTING;
        word |= (priceTicks_ << PRICE_SHIFT) | (energyWh << REMAINING_SHIFT);
        word |= (firstFrame_ << FIRST_FRAME_SHIFT) | (spanFrames << SPAN_SHIFT) | (sequence_ << SEQUENCE_SHIFT);
        if (charge) word |= 1 << CHARGE_SHIFT;
        return PileState.wrap(word);
    }

    /// @notice The state whose new order shows at most `peakWh_` in a frame.
    /// @param iceberg whether it hides the rest
    function withTranches(PileState s, uint256 peakWh_, bool iceberg) internal pure returns (PileState) {
        uint256 word = PileState.unwrap(s) | (peakWh_ << PEAK_SHIFT);
        return PileState.wrap(iceberg ? word | (1 << ICEBERG_SHIFT) : word);
    }
}
