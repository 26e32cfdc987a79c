// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Money in the market
/// @notice Piles hold free balances in money units of `unit` smallest token units. An order's terms give the amount it
/// locks; an expired order locks nothing.
interface IAccounts {
    /// @notice Money came in for a pile.
    /// @param balance the pile's free balance afterwards as stored, money units
    event Deposited(uint256 indexed pile, address indexed from, uint256 amount, uint256 balance);
    /// @notice A pile took money out.
    /// @param balance the pile's free balance afterwards as stored, money units
    event Withdrawn(uint256 indexed pile, address indexed to, uint256 amount, uint256 balance);
    /// @notice A pile's money leaves for this address alone from now on; for any where it is zero.
    event PayoutSet(uint256 indexed pile, address indexed payout);
    /// @notice Money came in for the grid operator's account.
    event GridDeposited(address indexed from, uint256 amount, uint256 gridBalance);
    /// @notice The grid operator took out what was paid to the grid, or a claim on its account was paid.
    event GridWithdrawn(address indexed to, uint256 amount, uint256 gridBalance);
    /// @notice The grid operator changed the matching fund, out of which sellers get more than buyers pay.
    /// @param fund the matching fund from now on, money units
    /// @param gridBalance the operator's account afterwards, money units
    event MatchingFundSet(uint256 fund, uint256 gridBalance);

    /// @notice The free balance is below the amount needed, money units.
    error InsufficientBalance(uint256 free, uint256 needed);
    /// @notice The amount is zero, or too small to credit a single money unit.
    error AmountTooSmall(uint256 tokenAmount, uint256 unit);
    /// @notice Neither the market itself, whose money nobody would own, nor a receiver past a pile's payout address.
    error InvalidReceiver(address to);
    /// @notice Only the pile's payout address may do this; where none is named, only its account may name one.
    error NotPayout(address caller);
    /// @notice The token took more from the market than the payment, smallest token units.
    error TokenTookTooMuch(uint256 taken, uint256 tokenAmount);
    /// @notice A benefit round of this frame can still be executed. Nothing leaves the operator's account meanwhile:
    /// its plans were scored on the money there.
    error RoundOpen(uint256 frame);
    /// @notice The market cannot count that much money.
    error TooMuchMoney(uint256 held, uint256 limit);

    /// @notice Deposits for a pile. The amount that the market really receives counts, rounded down to a money unit.
    /// @param account the pile's account
    /// @param tokenAmount smallest token units to transfer from the caller
    function deposit(address account, uint256 tokenAmount) external;

    /// @notice {deposit} with an ERC-2612 permit of the caller in the same transaction. A permit that somebody else
    /// submitted first does no harm: the allowance counts.
    function depositWithPermit(
        address account,
        uint256 tokenAmount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Deposits for the grid operator's account, out of which exports and surplus are paid. Anyone.
    /// @param tokenAmount smallest token units to transfer from the caller
    function depositGrid(uint256 tokenAmount) external;

    /// @notice Takes free money out. For the pile's account only, and never paused. While the pile's order is behind
    /// the gate of a metered market, the margin of that frame stays; while plans of a round reckon with it, the margin
    /// at the highest tariffs stays too.
    /// @param to receiver of the tokens
    /// @param amount money units
    function withdraw(address to, uint256 amount) external;

    /// @notice {withdraw} by an account's signature, which anyone submits. It uses up the pile's next nonce.
    /// @param account who signed: a key, or a contract that says so (ERC-1271)
    /// @param to receiver of the tokens
    /// @param amount money units
    /// @param deadline last second in which it may be submitted
    /// @param signature over the EIP-712 struct
    /// `Withdrawal(address account,address to,uint256 amount,uint256 nonce,uint256 deadline)`
    function withdrawFor(
        address account,
        address to,
        uint256 amount,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice {withdraw} by a pile's payout address, to itself.
    /// @param account the pile's account
    /// @param amount money units
    function withdrawFrom(address account, uint256 amount) external;

    /// @notice Names the address that a pile's money leaves for. The account names the first, and only that address
    /// the next.
    /// @param account the pile's account
    /// @param payout receiver of all that leaves from now on; the zero address for none
    function setPayout(address account, address payout) external;

    /// @notice Takes unclaimed money out of the grid operator's account. Grid operator only, and not while a benefit
    /// round can be executed.
    /// @param to receiver of the tokens
    /// @param amount money units
    function withdrawGrid(address to, uint256 amount) external;

    /// @notice Moves money from the grid operator's account to the matching fund, or back. A mechanism may spend the
    /// fund on the difference where sellers get more than buyers pay. Grid operator only, and not while a benefit round
    /// can be executed.
    /// @param amount the fund from now on, money units; it grows by at most the unclaimed part of the account
    function setMatchingFund(uint256 amount) external;

    /// @notice Pays a claim out of the grid operator's account. The delivery contract only, which keeps the claims.
    /// @param to receiver of the tokens
    /// @param amount money units
    function payClaim(address to, uint256 amount) external;

    /// @notice Where a pile's money leaves for; the zero address where none is named, and for who is no pile.
    function payoutOf(address account) external view returns (address);

    /// @notice Money that a pile may withdraw or lock now, money units.
    function freeBalanceOf(address account) external view returns (uint256);

    /// @notice Money that a pile's live order locks now, money units.
    function lockedBalanceOf(address account) external view returns (uint256);

    /// @notice Balance of the grid operator's account, claims on it included, money units.
    function gridBalance() external view returns (uint256);

    /// @notice Matching fund, money units; not part of the operator's account.
    function matchingFund() external view returns (uint256);
}
