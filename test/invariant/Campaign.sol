// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../contracts/interfaces/IDelivery.sol";
import { IMarket } from "../../contracts/interfaces/IMarket.sol";
import { IMarketParameters } from "../../contracts/interfaces/IMarketParameters.sol";
import { Fill } from "../../contracts/types/Fill.sol";
import { AccountsHandler } from "./handlers/AccountsHandler.sol";
import { DeliveryHandler } from "./handlers/DeliveryHandler.sol";
import { FactoryHandler } from "./handlers/FactoryHandler.sol";
import { ForgingProposer } from "./handlers/ForgingProposer.sol";
import { FramesHandler } from "./handlers/FramesHandler.sol";
import { HostileHandler } from "./handlers/HostileHandler.sol";
import { HostileProposer } from "./handlers/HostileProposer.sol";
import { HostileSettler } from "./handlers/HostileSettler.sol";
import { OperatorsHandler } from "./handlers/OperatorsHandler.sol";
import { OrdersHandler } from "./handlers/OrdersHandler.sol";
import { ReentryHandler } from "./handlers/ReentryHandler.sol";
import { RoundsHandler } from "./handlers/RoundsHandler.sol";
import { Mirror } from "./mirror/Mirror.sol";
import { Told } from "./mirror/Told.sol";
import { People } from "./People.sol";
import { VM } from "./Vm.sol";
import { World } from "./World.sol";

/// @title A stateful fuzz campaign over one market
/// @notice forge calls the handlers in random order with random seeds and {_check} after each call. Each run begins anew
/// from `setUp`; what a run came to is appended to a file, since forge forgets it.
abstract contract Campaign {
    /// @notice Functions of a contract that forge is to leave out.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    uint256 private constant FIRST_PILES = 6;

    World internal _world;
    Mirror internal _mirror;
    DeliveryHandler internal _delivery;
    address[] private _targets;
    FuzzSelector[] private _excluded;

    /// @notice Deploys the market and the handlers.
    function setUp() public virtual;

    /// @notice The contracts that forge calls.
    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    /// @notice Functions that it does not call in them.
    function excludeSelectors() external view returns (FuzzSelector[] memory) {
        return _excluded;
    }

    /// @dev Deploys a market and whoever acts on it.
    function _begin(
        IMarketParameters.Parameters memory p,
        bool withRounds,
        uint8 decimals,
        uint256 pretended,
        uint256 balance
    ) internal {
        _world = new World(p, withRounds, decimals, FIRST_PILES, pretended, balance);
        _mirror = _world.mirror();
        _delivery = new DeliveryHandler(_world);
        _targets.push(address(_delivery));
        _targets.push(address(new OrdersHandler(_world)));
        _targets.push(address(new AccountsHandler(_world)));
        _targets.push(address(new OperatorsHandler(_world)));
        _targets.push(address(new FramesHandler(_world)));
        _targets.push(address(new FactoryHandler(_world)));
        _targets.push(address(new HostileHandler(_world)));
        _targets.push(address(new HostileSettler(_world)));
        _targets.push(address(new ReentryHandler(_world)));
        if (!withRounds) return;
        _targets.push(address(new RoundsHandler(_world)));
        _targets.push(address(new HostileProposer(_world)));
        _targets.push(address(new ForgingProposer(_world)));
    }

    /// @dev Keeps forge from calling what makes no sense in this market.
    function _leaveOut(address handler, bytes4 selector) internal {
        _excluded.push(FuzzSelector(handler, new bytes4[](1)));
        _excluded[_excluded.length - 1].selectors[0] = selector;
    }

    /// @dev Fails with the first invariant that did not hold, in a handler's call or in the state after it.
    function _check() internal {
        _world.resume();
        _mirror.compare();
        string memory violation = _mirror.violation();
        require(bytes(violation).length == 0, violation);
    }

    /// @dev Checks made once a run, and its counters.
    function _end(string memory name) internal {
        _world.resume();
        Told.Counters memory c = _mirror.counters();
        _compareAll();
        _leave();
        string memory violation = _mirror.violation();
        require(bytes(violation).length == 0, violation);
        _note(name, c);
    }

    function _compareAll() private {
        address[] memory people = new address[](6 + People.MAX_PILES);
        for (uint256 i; i < 6; ++i) people[i] = address(uint160(0xA1 + i));
        for (uint256 i; i < People.MAX_PILES; ++i) people[6 + i] = People.pile(_mirror.firstPile() + i);
        bytes32[] memory roles = new bytes32[](5);
        (roles[0], roles[1], roles[2], roles[3], roles[4]) = (
            People.ADMIN_ROLE,
            People.GRID_OPERATOR_ROLE,
            People.REGISTRAR_ROLE,
            People.GUARDIAN_ROLE,
            People.PROPOSER_ROLE
        );
        _mirror.compareAll(people, roles);
    }

    /// @dev Everybody leaves while entry is paused: every frame is settled, the operator takes out all, every pile all that
    /// it has, whoever has a claim what there is of it, and nothing but dust and gifts is left (INV-10).
    function _leave() private {
        IMarket market = _world.market();
        IMarketParameters.Parameters memory p = _world.parameters();
        VM.recordLogs();
        VM.prank(People.GUARDIAN);
        market.setEntryPaused(true);
        _mirror.read(VM.getRecordedLogs(), People.GUARDIAN, 0);
        _world.elapse(block.timestamp + 200 * p.frameSeconds + p.readingSeconds);
        while (_mirror.unsettledCount() != 0) _settle(_mirror.unsettled(0), market);
        uint256 left = _mirror.uncounted();
        for (uint256 pile = _mirror.firstPile(); pile <= _mirror.pileCount(); ++pile) {
            address account = People.pile(pile);
            uint256 free = market.freeBalanceOf(account);
            if (market.lockedBalanceOf(account) != 0) _mirror.violate("INV-10 a dead order's lock is not free");
            if (free != 0) _withdraw(market, account, free);
        }
        if (market.matchingFund() != 0) {
            VM.prank(People.OPERATOR);
            market.setMatchingFund(0);
        }
        _collect(market);
        if (market.gridBalance() != 0) {
            uint256 income = market.gridBalance();
            VM.prank(People.OPERATOR);
            market.withdrawGrid(People.OPERATOR, income);
        }
        if (_world.token().balanceOf(address(market)) != left) {
            _mirror.violate("INV-10 not everybody's money could be taken out, or more than that");
        }
    }

    /// @dev Whoever has a claim has it paid, as far as the operator's account lasts.
    function _collect(IMarket market) private {
        for (uint256 i; i < _mirror.claimantCount(); ++i) {
            address claimant = _mirror.claimants(i);
            if (_mirror.claimOf(claimant) == 0 || market.gridBalance() == 0) continue;
            IDelivery delivery = _world.delivery();
            address payout = _mirror.payoutOf(_mirror.pileOf(claimant));
            VM.prank(claimant);
            try delivery.collectClaim(market, payout == address(0) ? claimant : payout) {} catch {
                _mirror.violate("INV-10 a claim that the operator's account holds could not be collected");
            }
        }
    }

    function _withdraw(IMarket market, address account, uint256 free) private {
        address payout = _mirror.payoutOf(_mirror.pileOf(account));
        VM.prank(account);
        try market.withdraw(payout == address(0) ? account : payout, free) {} catch {
            _mirror.violate("INV-10 a pile could not take out what it has");
        }
    }

    function _settle(uint256 frame, IMarket market) private {
        Told.Frame memory f = _mirror.frameOf(frame);
        uint256[] memory words = f.fills;
        Fill[] memory fills;
        assembly ("memory-safe") {
            fills := words
        }
        IDelivery delivery = _world.delivery();
        delivery.settle(
            market,
            frame,
            _mirror.publicationOf(frame),
            fills,
            f.matched,
            new IDelivery.SignedReading[](0)
        );
        _mirror.read(VM.getRecordedLogs(), address(this), 0);
    }

    function _note(string memory name, Told.Counters memory c) private {
        uint256[22] memory figures = [
            c.clearings,
            c.clearingsWithTrades,
            c.clearingsFull,
            c.trades,
            c.gridFills,
            c.pricesOfLoad,
            c.pricesAboveCap,
            c.exportFills,
            c.roundsOpened,
            c.plansRevealed,
            c.plansExecuted,
            c.fallbacksExecuted,
            c.settlements,
            c.readingsStored,
            c.silentPostings,
            c.settledInPart,
            c.framesOfBoth,
            c.claims,
            c.cancelFees,
            c.ordersPlaced,
            c.suspendedLeft,
            c.maxClearingGas
        ];
        string memory line = name;
        for (uint256 i; i < figures.length; ++i) line = string.concat(line, " ", VM.toString(figures[i]));
        VM.writeLine("cache/invariant/runs.txt", line);
    }
}
