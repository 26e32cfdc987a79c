// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IAccounts } from "../interfaces/IAccounts.sol";
import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { MarketTotals } from "../types/MarketTotals.sol";

/// @title Claims on the operators' accounts
/// @notice Piles have claims for surplus that an account could not pay when it was due, keepers for their work. Each
/// market pays its own; its operator cannot withdraw claimed money.
abstract contract GridClaims is IDelivery {
    /// @dev Piles of a market have numbers below this.
    uint256 private constant CLAIMING_PILES = 1 << 16;

    /// @dev Claims of keepers.
    mapping(address market => mapping(address account => uint256)) private _claims;
    /// @dev Claims of piles by their numbers, four to a word: a frame may give one to every pile at once, and must
    /// settle in one transaction all the same.
    mapping(address market => uint64[CLAIMING_PILES]) private _pileClaims;
    mapping(address market => uint256) private _claimed;

    /// @inheritdoc IDelivery
    function rewardClearing(address keeper) external {
        _reward(IMarket(msg.sender), keeper, IMarket(msg.sender).parameters().keeperReward);
    }

    /// @inheritdoc IDelivery
    function rewardFinalising(IMarket market, address keeper) external {
        IMarketParameters.Parameters memory p = market.parameters();
        if (msg.sender != p.rounds) revert NotRounds(msg.sender);
        _reward(market, keeper, p.keeperReward);
    }

    /// @inheritdoc IDelivery
    function collectClaim(IMarket market, address to) external {
        address payout = market.payoutOf(msg.sender);
        if (payout != address(0) && to != payout) revert IAccounts.InvalidReceiver(to);
        uint256 held = market.gridBalance();
        uint256 pile = market.pileOf(msg.sender);
        uint256 ofPile = _claimOfPile(market, pile);
        uint256 amount = _claims[address(market)][msg.sender] + ofPile;
        if (amount > held) amount = held;
        if (amount == 0) revert NothingClaimed(address(market), msg.sender);
        uint256 fromPile = amount < ofPile ? amount : ofPile;
        // At most the claim, which fits.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (fromPile != 0) _pileClaims[address(market)][pile] = uint64(ofPile - fromPile);
        if (amount != fromPile) _claims[address(market)][msg.sender] -= amount - fromPile;
        _claimed[address(market)] -= amount;
        emit ClaimPaid(address(market), msg.sender, to, amount);
        market.payClaim(to, amount);
    }

    /// @inheritdoc IDelivery
    function claimOf(IMarket market, address account) external view returns (uint256) {
        return _claims[address(market)][account] + _claimOfPile(market, market.pileOf(account));
    }

    /// @inheritdoc IDelivery
    function claimedOf(IMarket market) external view returns (uint256) {
        return _claimed[address(market)];
    }

    /// @inheritdoc IDelivery
    function unclaimedOf(IMarket market) external view returns (uint256) {
        return _unclaimed(market, market.marketTotals());
    }

    /// @inheritdoc IDelivery
    function availableOf(IMarket market) external view returns (uint256) {
        return _availableOf(market, market.parameters().frameSeconds);
    }

    /// @dev Gives a keeper its reward, where the market has one.
    function _reward(IMarket market, address keeper, uint256 amount) internal {
        if (amount != 0) _addClaim(market, keeper, amount);
    }

    /// @dev Adds to a claim.
    function _addClaim(IMarket market, address account, uint256 amount) internal {
        _claims[address(market)][account] += amount;
        _claimed[address(market)] += amount;
        emit ClaimAdded(address(market), account, amount);
    }

    /// @dev Gives piles claims for surplus that could not be paid: amounts, each above the 16 bits of its pile's
    /// number.
    function _addPileClaims(IMarket market, uint256[] memory claims) internal {
        uint64[CLAIMING_PILES] storage ofPiles = _pileClaims[address(market)];
        uint256 sum;
        for (uint256 i; i < claims.length; ++i) {
            uint256 pile = claims[i] & (CLAIMING_PILES - 1);
            uint256 before = ofPiles[pile];
            // Prices have 40 bits and energies 24: only a market that invents figures can reach the largest claim.
            uint256 afterwards = Math.min(before + (claims[i] >> 16), type(uint64).max);
            // forge-lint: disable-next-line(unsafe-typecast)
            ofPiles[pile] = uint64(afterwards);
            sum += afterwards - before;
        }
        _claimed[address(market)] += sum;
        emit SurplusClaimed(address(market), claims);
    }

    /// @dev Claim of a pile by its number; an account that is no pile has number 0. Panics for a number that no market
    /// gives.
    function _claimOfPile(IMarket market, uint256 pile) private view returns (uint256) {
        return _pileClaims[address(market)][pile];
    }

    /// @dev Money of a market's operator's account that can pay surplus now: none while a round can be executed.
    function _availableOf(IMarket market, uint256 frameSeconds) internal view returns (uint256) {
        MarketTotals c = market.marketTotals();
        bool executable = c.isRoundOpen() && block.timestamp < c.lastFrame() * frameSeconds;
        return executable ? 0 : _unclaimed(market, c);
    }

    /// @dev Unclaimed part of a market's operator's account.
    function _unclaimed(IMarket market, MarketTotals c) private view returns (uint256) {
        uint256 held = c.gridBalance();
        uint256 claimed = _claimed[address(market)];
        unchecked {
            return held > claimed ? held - claimed : 0;
        }
    }
}
