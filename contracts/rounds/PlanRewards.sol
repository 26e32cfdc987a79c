// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import { IAccounts } from "../interfaces/IAccounts.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IPlanRewards } from "../interfaces/IPlanRewards.sol";
import { CreditDraw } from "./CreditDraw.sol";
import { BestPlan } from "../types/BestPlan.sol";

/// @title Proposers of plans, and their rewards
/// @notice A market's grid operator may set a reward for each won frame. The proposers of the best plan, or of one as
/// good, take part in a draw weighted by credit.
/// @dev A draw's seed mixes all reveals with the hash of the first block after the last of them. A last revealer does
/// not know that hash when it decides whether to reveal, and the builder of that block can only give it up for another
/// or hold it back. After 256 blocks the hash is lost and the reveals alone decide. Anybody can draw as soon as the
/// round is finalised, at the latest `roundSeconds` after the last reveal: in time where blocks take more than a 256th
/// of that. The next round reuses these slots, so an undrawn reward lapses at its first reveal; otherwise its proposers
/// would enter knowing the block hash.
abstract contract PlanRewards is ReentrancyGuardTransient, IPlanRewards {
    using SafeERC20 for IERC20;

    /// @dev A draw that anybody may hold.
    struct Draw {
        uint32 frame;
        uint16 candidates;
        uint64 revealBlock;
        uint144 tokenAmount;
    }

    /// @dev Reward of each won frame of a market: `current` before `fromFrame`, `next` from then on.
    struct Reward {
        uint112 current;
        uint112 next;
        uint32 fromFrame;
    }

    /// @dev Most proposers that take part in a draw; drawing among them stays within a transaction.
    uint256 internal constant MAX_CANDIDATES = 64;

    bytes32 private constant GRID_OPERATOR_ROLE = keccak256("GRID_OPERATOR_ROLE");
    bytes32 private constant PROPOSER_ROLE = keccak256("PROPOSER_ROLE");

    // Money is kept by token, never by market: a market may change its answer about its token, and that must not
    // reach money that others paid in.
    mapping(address market => Reward) private _rewards;
    mapping(address market => mapping(IERC20 token => uint256)) private _pot;
    mapping(IERC20 token => mapping(address proposer => uint256)) private _claimable;
    mapping(address market => mapping(uint256 index => address)) private _candidates;
    mapping(address market => bytes32) private _reveals;
    mapping(address market => Draw) private _draws;

    /// @inheritdoc IPlanRewards
    function setReward(IMarket market, uint256 tokenAmount) external {
        if (!_hasRole(market, GRID_OPERATOR_ROLE, msg.sender)) revert NotGridOperator(msg.sender);
        if (tokenAmount > type(uint112).max) revert RewardOutOfRange(tokenAmount, type(uint112).max);
        // An open round keeps the reward it was opened with: its plans may be known already.
        uint256 latestFrame = _latestFrame(market);
        // Frames and amounts as wide as their fields; checked above, or the market's own 32 bits.
        // forge-lint: disable-next-item(unsafe-typecast)
        _rewards[address(market)] = Reward(
            uint112(_rewardFor(market, latestFrame)),
            uint112(tokenAmount),
            uint32(latestFrame + 1)
        );
        emit RewardSet(address(market), tokenAmount, latestFrame + 1);
    }

    /// @inheritdoc IPlanRewards
    function fundReward(IMarket market, uint256 tokenAmount) external nonReentrant {
        IERC20 token = IERC20(market.parameters().token);
        uint256 heldBefore = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), tokenAmount);
        uint256 held = token.balanceOf(address(this));
        if (held <= heldBefore) revert NothingPaid();
        _pot[address(market)][token] += held - heldBefore;
        emit RewardFunded(address(market), msg.sender, held - heldBefore);
    }

    /// @inheritdoc IPlanRewards
    function drawReward(IMarket market) external {
        Draw memory draw = _draws[address(market)];
        if (draw.candidates == 0 || _scoredFrame(market) != draw.frame) revert NothingToDraw(draw.frame);
        uint256 drawnFrom = draw.revealBlock + 1;
        if (block.number <= drawnFrom) revert DrawTooEarly(drawnFrom + 1);
        _draws[address(market)].candidates = 0;

        IMarketParameters.Parameters memory p = market.parameters();
        uint256 tokenAmount = draw.tokenAmount;
        uint256 pot = _pot[address(market)][IERC20(p.token)];
        if (tokenAmount > pot) tokenAmount = pot;
        uint256[] memory credits = new uint256[](draw.candidates);
        for (uint256 i; i < draw.candidates; ++i) {
            credits[i] = _creditOf(market, p, _candidates[address(market)][i]);
        }
        uint256 seed = uint256(keccak256(abi.encode(_reveals[address(market)], blockhash(drawnFrom))));
        address winner = _candidates[address(market)][CreditDraw.draw(credits, seed)];
        _pot[address(market)][IERC20(p.token)] = pot - tokenAmount;
        _claimable[IERC20(p.token)][winner] += tokenAmount;
        emit RewardDrawn(address(market), draw.frame, winner, tokenAmount);
    }

    /// @inheritdoc IPlanRewards
    function claimReward(IERC20 token, address to) external nonReentrant {
        uint256 tokenAmount = _claimable[token][msg.sender];
        if (tokenAmount == 0) revert NothingPaid();
        _claimable[token][msg.sender] = 0;
        emit RewardClaimed(token, msg.sender, to, tokenAmount);
        uint256 heldBefore = token.balanceOf(address(this));
        token.safeTransfer(to, tokenAmount);
        uint256 held = token.balanceOf(address(this));
        if (held + tokenAmount < heldBefore) revert IAccounts.TokenTookTooMuch(heldBefore - held, tokenAmount);
    }

    /// @inheritdoc IPlanRewards
    function rewardOf(IMarket market) external view returns (uint256 perFrame, uint256 pot) {
        return (_rewards[address(market)].next, _pot[address(market)][IERC20(market.parameters().token)]);
    }

    /// @inheritdoc IPlanRewards
    function claimableOf(IERC20 token, address proposer) external view returns (uint256 tokenAmount) {
        return _claimable[token][proposer];
    }

    /// @dev Frame of the market's latest round in which a plan was revealed.
    function _scoredFrame(IMarket market) internal view virtual returns (uint256 frame);

    /// @dev Frame of the market's latest round.
    function _latestFrame(IMarket market) internal view virtual returns (uint256 frame);

    /// @dev Reward of a won frame, smallest token units.
    function _rewardFor(IMarket market, uint256 frame) private view returns (uint256) {
        Reward memory reward = _rewards[address(market)];
        return frame >= reward.fromFrame ? reward.next : reward.current;
    }

    /// @dev Reverts unless an account may propose plans to a market.
    function _requireProposer(IMarket market, address account, uint256 minCredit) internal view {
        if (!_hasRole(market, PROPOSER_ROLE, account)) revert NotProposer(account);
        if (minCredit == 0) return;
        uint256 credit = _creditOf(market, market.parameters(), account);
        if (credit < minCredit) revert ProposerCreditTooLow(account, credit, minCredit);
    }

    /// @dev Makes an account a candidate for the reward of a market's round.
    function _setCandidate(IMarket market, uint256 index, address proposer) internal {
        _candidates[address(market)][index] = proposer;
    }

    /// @dev Mixes a reveal into the seed of the next draw.
    function _mixReveal(IMarket market, bytes32 planHash, bytes32 salt) internal {
        _reveals[address(market)] = keccak256(abi.encode(_reveals[address(market)], msg.sender, planHash, salt));
    }

    /// @dev Lets anybody draw the reward of a round whose winning plan is being executed.
    function _openDraw(IMarket market, uint256 frame, BestPlan best) internal {
        uint256 tokenAmount = _rewardFor(market, frame);
        if (tokenAmount == 0) return;
        // As wide as the fields of a best plan: 32, 16 and 40 bits; the amount has 112.
        // forge-lint: disable-next-item(unsafe-typecast)
        _draws[address(market)] = Draw(
            uint32(frame),
            uint16(best.tiedProposers()),
            uint64(best.lastReveal()),
            uint144(tokenAmount)
        );
    }

    /// @dev Credit of the pile registered under an address, 1/100 point; the market's initial credit without one.
    function _creditOf(
        IMarket market,
        IMarketParameters.Parameters memory p,
        address account
    ) private view returns (uint256) {
        uint256 pile = market.pileOf(account);
        return pile == 0 ? p.initialCredit : market.pileState(pile).credit();
    }

    function _hasRole(IMarket market, bytes32 role, address account) private view returns (bool) {
        return IAccessControl(address(market)).hasRole(role, account);
    }
}
