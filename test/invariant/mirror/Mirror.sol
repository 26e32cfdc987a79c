// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IAccounts } from "../../../contracts/interfaces/IAccounts.sol";
import { IBenefitRounds } from "../../../contracts/interfaces/IBenefitRounds.sol";
import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IFrameClearing } from "../../../contracts/interfaces/IFrameClearing.sol";
import { IGridTariffs } from "../../../contracts/interfaces/IGridTariffs.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { IPileRegistry } from "../../../contracts/interfaces/IPileRegistry.sol";
import { IPlanRewards } from "../../../contracts/interfaces/IPlanRewards.sol";
import { IRoundExecution } from "../../../contracts/interfaces/IRoundExecution.sol";
import { ISettlement } from "../../../contracts/interfaces/ISettlement.sol";
import { ISignedActs } from "../../../contracts/interfaces/ISignedActs.sol";
import { BookHead } from "../../../contracts/types/BookHead.sol";
import { MarketTotals } from "../../../contracts/types/MarketTotals.sol";
import { FrameRecord } from "../../../contracts/types/FrameRecord.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { People } from "../People.sol";
import { Vm } from "../Vm.sol";
import { rulesOf } from "./Rules.sol";
import { Stored } from "./Stored.sol";

/// @title The market as a stranger knows it who reads nothing but events
/// @notice Fed with every log of the market, its rounds and its delivery contract, and compared with the market's views
/// (INV-9) and its tokens (INV-1) after every call.
contract Mirror is Stored {
    IMarket private immutable _MARKET;
    address private immutable _ROUNDS;
    address private immutable _DELIVERY;
    IERC20 private immutable _TOKEN;

    /// @dev Whether a round was opened since the last clearing's event.
    bool private _opensRound;

    /// @notice Who holds the market's roles.
    mapping(bytes32 role => mapping(address account => bool)) public hasRole;

    /// @notice A mirror of a market that nobody has used yet.
    /// @param pretended piles that the campaign pretends to be registered before its own
    constructor(IMarket market, address rounds, IMarketParameters.Parameters memory p, uint256 pretended) {
        (_market, _roundsAt) = (address(market), rounds);
        (firstPile, pileCount) = (pretended + 1, pretended);
        _MARKET = market;
        _ROUNDS = rounds;
        _DELIVERY = p.delivery;
        _TOKEN = IERC20(p.token);
        _rules = rulesOf(p);
    }

    /// @notice Takes in the logs of one call.
    /// @param actor who made it
    /// @param signers bit i = pile i signed what was submitted; 0 where nothing was
    function read(Vm.Log[] memory logs, address actor, uint256 signers) external {
        for (uint256 i; i < logs.length; ++i) {
            address emitter = logs[i].emitter;
            if (emitter == address(_MARKET)) _readMarket(logs[i], actor, signers);
            else if (emitter == _ROUNDS) _readRounds(logs[i], actor);
            else if (emitter == _DELIVERY) _readDelivery(logs[i], actor);
        }
    }

    /// @notice Counts tokens that came in and are nobody's.
    function addUncounted(uint256 tokenAmount) external {
        uncounted += tokenAmount;
    }

    /// @notice Notes what a clearing took.
    function noteClearingGas(uint256 gasUsed) external {
        if (gasUsed > _counters.maxClearingGas) _counters.maxClearingGas = gasUsed;
    }

    /// @notice Compares the market's tokens and views with what its events told: every slot, and the views of one pile,
    /// each time another's.
    function compare() external {
        uint256 claims = inDelivery + gridBalance + matchingFund;
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            uint256 word = PileState.unwrap(stateOf[pile]);
            _hold(PileState.unwrap(_MARKET.pileState(pile)) == word, "INV-9 events tell another slot");
            claims += pileMoney(pile);
        }
        uint256 turn = uint256(keccak256(abi.encode(block.number, gasleft())));
        _compareViews(firstPile + (turn % (pileCount - firstPile + 1)));
        uint256 held = _TOKEN.balanceOf(address(_MARKET));
        _hold(held >= claims * _rules.unit, "INV-1 the market holds less than its claims");
        _hold(held == claims * _rules.unit + uncounted, "INV-1 tokens held are not claims, dust and gifts");
        _hold(MarketTotals.unwrap(_MARKET.marketTotals()) == _marketTotals(), "INV-9 events tell another marketTotals");
        _hold(BookHead.unwrap(_MARKET.bookHead()) == _head(), "INV-9 events tell another book head");
        _hold(_TOKEN.balanceOf(_ROUNDS) == rewardsHeld, "INV-1 rewards held are not what was paid in and not out");
        if (lastFrame != 0) _compareRecord(lastFrame);
        if (unsettled.length != 0) _compareRecord(unsettled[0]);
        _compareMarketSlots();
        _allExplained();
        _hold(IDelivery(_DELIVERY).claimedOf(_MARKET) == claimed, "INV-9 events tell other claims in all");
        _hold(IDelivery(_DELIVERY).unclaimedOf(_MARKET) == unclaimed(), "INV-19 another sum is nobody's claim");
        _hold(
            IDelivery(_DELIVERY).availableOf(_MARKET) == (isExecutable() ? 0 : unclaimed()),
            "INV-20 the operator's account is available while a round counts on it, or is not else"
        );
        if (claimants.length != 0) {
            address claimant = claimants[turn % claimants.length];
            _hold(
                IDelivery(_DELIVERY).claimOf(_MARKET, claimant) == claimOf[claimant],
                "INV-9 events tell another claim"
            );
        }
        _compareRound(_proposers(), address(_TOKEN));
    }

    /// @dev Whom the campaign admits as proposers, and somebody whom it does not.
    function _proposers() private view returns (address[] memory proposers) {
        proposers = new address[](4);
        for (uint256 i; i < 4; ++i) proposers[i] = People.pile(firstPile + i);
    }

    /// @dev Balances of a pile as its owner sees them.
    function _compareViews(uint256 pile) private {
        address account = accountOf[pile];
        _hold(_MARKET.payoutOf(account) == payoutOf[pile], "INV-9 events tell another payout address");
        _hold(_MARKET.nonces(account) == stateOf[pile].nonce(), "INV-9 events tell another nonce");
        uint256 free = _MARKET.freeBalanceOf(accountOf[pile]);
        _hold(free == freeOf(pile), "INV-9 events tell another free balance");
        _hold(
            free + _MARKET.lockedBalanceOf(accountOf[pile]) == pileMoney(pile),
            "INV-1 free and locked are not what the pile's slot stands for"
        );
    }

    /// @notice Compares what changes rarely: records, publications, registrations, roles, meters.
    function compareAll(address[] calldata people, bytes32[] calldata roles) external {
        _hold(_MARKET.pileCount() == pileCount, "INV-9 events tell another number of piles");
        for (uint256 pile = firstPile; pile <= pileCount; ++pile) {
            _hold(_MARKET.pileRecord(pile).account == accountOf[pile], "INV-9 events tell another account");
            _compareViews(pile);
            uint256 now_ = block.timestamp / _rules.frameSeconds;
            for (uint256 frame = now_; frame < now_ + 2; ++frame) {
                address key = IDelivery(_DELIVERY).meterOf(_MARKET, pile, frame).key;
                _hold(key == keyOf(pile, frame), "INV-9 events tell another meter key");
                uint256 weatherBps = IDelivery(_DELIVERY).meterOf(_MARKET, pile, frame).weatherBps;
                _hold(weatherBps == weatherOf(pile, frame), "INV-9 events tell another weather factor");
            }
        }
        uint256 current = block.timestamp / _rules.frameSeconds;
        for (uint256 frame = current - 8; frame < current + 96; ++frame) {
            uint256 told = PublishedFrame.unwrap(publicationOf[frame]);
            _hold(PublishedFrame.unwrap(_MARKET.publication(frame)) == told, "INV-9 events tell another publication");
        }
        for (uint256 i; i < unsettled.length; ++i) _compareRecord(unsettled[i]);
        for (uint256 i; i < people.length; ++i) {
            for (uint256 j; j < roles.length; ++j) {
                bool held = IAccessControl(address(_MARKET)).hasRole(roles[j], people[i]);
                _hold(held == hasRole[roles[j]][people[i]], "INV-9 events tell another role");
            }
        }
    }

    function _compareRecord(uint256 frame) private {
        Frame storage f = _frames[frame];
        uint256 word = frame | (uint256(uint40(int40(f.loadW))) << 32);
        if (!f.settled) word |= f.digest;
        _hold(FrameRecord.unwrap(_MARKET.frameRecord(frame)) == word, "INV-9 events tell another frame record");
    }

    function _readMarket(Vm.Log memory log, address actor, uint256 signers) private {
        bytes32 topic = log.topics[0];
        uint256 first = log.topics.length > 1 ? uint256(log.topics[1]) : 0;
        if (topic == IOrderBook.OrderPlaced.selector) {
            _placed(first, PileState.wrap(abi.decode(log.data, (uint256))), actor, signers);
        } else if (topic == IOrderBook.OrderCancelled.selector) {
            _cancelled(first, PileState.wrap(abi.decode(log.data, (uint256))), actor, signers);
        } else if (topic == IAccounts.Deposited.selector) {
            (uint256 amount, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _deposited(first, amount, balance);
        } else if (topic == IAccounts.Withdrawn.selector) {
            (uint256 amount, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _withdrawn(first, address(uint160(uint256(log.topics[2]))), amount, balance, actor, signers);
        } else if (topic == IFrameClearing.FrameCleared.selector) {
            (int256 loadW, uint256 pflW, uint256[] memory fills) = abi.decode(log.data, (int256, uint256, uint256[]));
            _cleared(first, loadW, pflW, fills, _opensRound, actor);
            if (_opensRound) _holdBook(first);
            _opensRound = false;
        } else if (topic == IRoundExecution.FlexibleFilled.selector) {
            (int256 loadW, uint256 pflW, uint256[] memory fills) = abi.decode(log.data, (int256, uint256, uint256[]));
            _holdExecuted(fills, _executing);
            _flexibleFilled(first, loadW, pflW, fills);
        } else if (topic == ISettlement.FrameSettled.selector) {
            (uint256 grid, bytes32 rest, uint256[] memory postings) = abi.decode(
                log.data,
                (uint256, bytes32, uint256[])
            );
            _settled(first, grid, rest, postings);
        } else if (topic == IOrderBook.CancellationPaid.selector) {
            (uint256 fee, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _cancellationPaid(first, fee, balance);
        } else {
            _readRare(topic, first, log, actor, signers);
        }
    }

    function _readRare(bytes32 topic, uint256 first, Vm.Log memory log, address actor, uint256 signers) private {
        if (topic == IAccounts.GridDeposited.selector) {
            (uint256 amount, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _gridMoved(amount, 0, balance);
        } else if (topic == IAccounts.MatchingFundSet.selector) {
            (uint256 fund, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _hold(hasRole[keccak256("GRID_OPERATOR_ROLE")][actor], "INV-6 somebody else set the matching fund");
            if (fund > matchingFund) {
                _hold(fund - matchingFund <= unclaimed(), "INV-19 the operator set aside what others have a claim on");
            }
            _gridMoved(matchingFund, fund, balance);
            matchingFund = fund;
        } else if (topic == IAccounts.GridWithdrawn.selector) {
            (uint256 amount, uint256 balance) = abi.decode(log.data, (uint256, uint256));
            _gridPaid(amount, balance, hasRole[keccak256("GRID_OPERATOR_ROLE")][actor]);
        } else if (topic == ISignedActs.NonceSkipped.selector) {
            _nonceSkipped(first, actor, signers);
        } else if (topic == IAccounts.PayoutSet.selector) {
            _payoutSet(first, address(uint160(uint256(log.topics[2]))), actor);
        } else if (topic == IOrderBook.EntryPauseSet.selector) {
            _hold(hasRole[keccak256("GUARDIAN_ROLE")][actor], "INV-6 somebody else paused entry");
            paused = abi.decode(log.data, (bool));
        } else if (topic == IPileRegistry.PileRegistered.selector) {
            _hold(hasRole[keccak256("REGISTRAR_ROLE")][actor], "INV-6 somebody else registered a pile");
            _registered(first, address(uint160(uint256(log.topics[2]))), abi.decode(log.data, (uint256)));
        } else if (topic == IPileRegistry.SuspensionSet.selector) {
            _hold(hasRole[keccak256("REGISTRAR_ROLE")][actor], "INV-6 somebody else suspended a pile");
            _suspensionSet(first, abi.decode(log.data, (bool)));
        } else if (topic == IGridTariffs.FramePublished.selector) {
            _hold(hasRole[keccak256("GRID_OPERATOR_ROLE")][actor], "INV-6 somebody else published a frame");
            _hold(PublishedFrame.unwrap(publicationOf[first]) == 0, "INV-13 a publication changed");
            publicationOf[first] = PublishedFrame.wrap(abi.decode(log.data, (uint256)));
            _holdTariffs(publicationOf[first]);
        } else if (topic == IAccessControl.RoleGranted.selector) {
            hasRole[bytes32(first)][address(uint160(uint256(log.topics[2])))] = true;
        } else if (topic == IAccessControl.RoleRevoked.selector) {
            hasRole[bytes32(first)][address(uint160(uint256(log.topics[2])))] = false;
        } else {
            bool known = topic == IOrderBook.OrderRefused.selector || topic == IAccessControl.RoleAdminChanged.selector;
            _hold(known, "INV-9 an event that the mirror does not know");
        }
    }

    function _readRounds(Vm.Log memory log, address actor) private {
        bytes32 topic = log.topics[0];
        address about = address(uint160(uint256(log.topics[1])));
        if (topic == IPlanRewards.RewardClaimed.selector) {
            (, uint256 tokenAmount) = abi.decode(log.data, (address, uint256));
            if (about == address(_TOKEN)) {
                _rewardClaimed(address(uint160(uint256(log.topics[2]))), tokenAmount, actor);
            }
            return;
        }
        if (about != address(_MARKET)) return;
        if (topic == IBenefitRounds.RoundOpened.selector) {
            _opensRound = true;
            _roundOpened(uint256(log.topics[2]), abi.decode(log.data, (uint256[])));
        } else if (topic == IBenefitRounds.PlanCommitted.selector) {
            _committed(
                uint256(log.topics[2]),
                address(uint160(uint256(log.topics[3]))),
                abi.decode(log.data, (bytes32)),
                actor
            );
        } else if (topic == IBenefitRounds.PlanRevealed.selector) {
            (uint256 unservedWh, uint256 squaredStepsW2, , bytes memory plan) = abi.decode(
                log.data,
                (uint256, uint256, uint256, bytes)
            );
            address proposer = address(uint160(uint256(log.topics[3])));
            _planRevealed(uint256(log.topics[2]), proposer, unservedWh, squaredStepsW2, plan, actor);
        } else if (topic == IBenefitRounds.RoundFinalised.selector) {
            uint256 frame = uint256(log.topics[2]);
            if (_finalised(frame, abi.decode(log.data, (bytes32)))) _openDraw(frame);
        } else if (topic == IPlanRewards.RewardFunded.selector) {
            _rewardFunded(abi.decode(log.data, (uint256)));
        } else if (topic == IPlanRewards.RewardDrawn.selector) {
            address winner = address(uint160(uint256(log.topics[3])));
            _rewardDrawn(uint256(log.topics[2]), winner, abi.decode(log.data, (uint256)));
        } else if (topic == IPlanRewards.RewardSet.selector) {
            _hold(hasRole[keccak256("GRID_OPERATOR_ROLE")][actor], "INV-6 somebody else set a reward");
            (uint256 tokenAmount, uint256 fromFrame) = abi.decode(log.data, (uint256, uint256));
            _rewardSet(tokenAmount, fromFrame);
        } else {
            violate("INV-9 an event that the mirror does not know");
        }
    }

    function _readDelivery(Vm.Log memory log, address actor) private {
        if (address(uint160(uint256(log.topics[1]))) != address(_MARKET)) return;
        bytes32 topic = log.topics[0];
        uint256 second = log.topics.length > 2 ? uint256(log.topics[2]) : 0;
        if (topic == IDelivery.ReadingsStored.selector) {
            _stored(abi.decode(log.data, (uint256[])));
        } else if (topic == IDelivery.MeterRegistered.selector) {
            (address key, uint256 tag, uint256 energyPerFrameWh) = abi.decode(log.data, (address, uint256, uint256));
            _meterRegistered(second, key, tag, energyPerFrameWh);
        } else if (topic == IDelivery.MeterKeyChanged.selector) {
            (address key, uint256 firstFrame) = abi.decode(log.data, (address, uint256));
            _keyChanged(second, key, firstFrame);
        } else if (topic == IDelivery.WeatherFactorChanged.selector) {
            (uint256 weatherBps, uint256 firstFrame) = abi.decode(log.data, (uint256, uint256));
            _weatherChanged(second, weatherBps, firstFrame);
        } else if (topic == IDelivery.ClaimAdded.selector) {
            _claimAdded(address(uint160(second)), abi.decode(log.data, (uint256)), actor);
        } else if (topic == IDelivery.SurplusClaimed.selector) {
            _surplusClaimed(abi.decode(log.data, (uint256[])));
        } else if (topic == IDelivery.ClaimPaid.selector) {
            (, uint256 amount) = abi.decode(log.data, (address, uint256));
            _claimPaid(address(uint160(second)), amount, actor);
        } else {
            bool known = topic == IDelivery.ReadingRefused.selector || topic == IDelivery.AttributesChanged.selector;
            _hold(known, "INV-9 an event that the mirror does not know");
        }
    }

    /// @dev Tariffs are capped, and buying from the grid to sell to it never pays.
    function _holdTariffs(PublishedFrame p) private {
        _hold(p.importTicks() * _rules.tickSize <= _rules.importCapPerKwh, "INV-5 an import tariff above its cap");
        _hold(p.exportTicks() <= p.importTicks(), "INV-5 an export tariff above the import tariff");
        _hold(p.wheelingTicks() * _rules.tickSize <= _rules.wheelingCapPerKwh, "INV-5 a wheeling charge above its cap");
    }
}
