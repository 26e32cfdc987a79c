// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IBenefitRounds } from "../../contracts/interfaces/IBenefitRounds.sol";
import { IDelivery } from "../../contracts/interfaces/IDelivery.sol";
import { IGridTariffs } from "../../contracts/interfaces/IGridTariffs.sol";
import { IMarket } from "../../contracts/interfaces/IMarket.sol";
import { IMarketFactory } from "../../contracts/interfaces/IMarketFactory.sol";
import { IMarketParameters } from "../../contracts/interfaces/IMarketParameters.sol";
import { IPlanRewards } from "../../contracts/interfaces/IPlanRewards.sol";
import { Mirror } from "./mirror/Mirror.sol";
import { People } from "./People.sol";
import { VM } from "./Vm.sol";

/// @title The test token
/// @notice The part of it that the campaign needs.
interface IFaucet is IERC20 {
    /// @notice Mints.
    function faucet(address to, uint256 amount) external;
}

/// @title A market, everything that it works with, its people, and the time
/// @notice Deploys the bytecode of the project's own build, through the factory, as `deploy/modules` does.
contract World {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant PLENTY = 1e40;
    /// @dev Where the market counts its piles.
    uint256 private constant PILE_COUNT_SLOT = 3;

    /// @notice The market under test.
    IMarket public market;
    /// @notice The rounds' contract, whether or not the market settles by benefit.
    IBenefitRounds public rounds;
    /// @notice The delivery contract.
    IDelivery public delivery;
    /// @notice The factory that the market came from.
    IMarketFactory public factory;
    /// @notice The market's token.
    IFaucet public token;
    /// @notice Mirror of the market, fed by its events.
    Mirror public mirror;
    /// @notice The chain's time, s; kept here, since forge forgets a warp between two calls.
    uint256 public time = START;
    /// @notice The chain's height, kept for the same reason.
    uint256 public height = 1000;
    /// @notice First frame that is not published yet.
    uint256 public nextPublication;

    IMarketParameters.Parameters private _parameters;
    uint256 private _pretended;

    /// @notice Deploys a market with `piles` registered piles of `balance` money units each.
    /// @param p its parameters; whom it works with is filled in here
    /// @param withRounds whether it settles by benefit
    /// @param pretended piles that it is made to believe in before its first, so that live bits fill more than a word
    /// @param decimals of its token
    constructor(
        IMarketParameters.Parameters memory p,
        bool withRounds,
        uint8 decimals,
        uint256 piles,
        uint256 pretended,
        uint256 balance
    ) {
        VM.warp(START);
        VM.recordLogs();
        token = IFaucet(_deploy("test/TestToken.sol/TestToken.json", abi.encode(decimals)));
        rounds = IBenefitRounds(_deploy("rounds/BenefitRounds.sol/BenefitRounds.json", ""));
        delivery = IDelivery(_deploy("delivery/Delivery.sol/Delivery.json", ""));
        (p.admin, p.gridOperator, p.registrar, p.guardian) = (
            People.ADMIN,
            People.OPERATOR,
            People.REGISTRAR,
            People.GUARDIAN
        );
        (p.token, p.delivery) = (address(token), address(delivery));
        // A market with meters ranks by credit.
        p.mechanism =
            p.readingSeconds == 0
                ? _deploy("mechanisms/AdbevMechanism.sol/AdbevMechanism.json", "")
                : _deploy("mechanisms/CreditMechanism.sol/CreditMechanism.json", "");
        if (withRounds) p.rounds = address(rounds);
        _parameters = p;
        factory = IMarketFactory(_factory());
        market = IMarket(factory.createMarket("campaign", p));
        VM.store(address(market), bytes32(PILE_COUNT_SLOT), bytes32(pretended));
        _pretended = pretended;
        mirror = new Mirror(market, address(rounds), p, pretended);
        mirror.read(VM.getRecordedLogs(), People.ADMIN, 0);
        _populate(piles, balance);
        _publishAhead(40);
    }

    /// @notice The market's parameters.
    function parameters() external view returns (IMarketParameters.Parameters memory) {
        return _parameters;
    }

    /// @notice Takes the chain to where the last call left it.
    function resume() external {
        VM.warp(time);
        VM.roll(height);
    }

    /// @notice Lets time pass.
    /// @param until when the next block is, s; the past changes nothing
    function elapse(uint256 until) external {
        if (until > time) time = until;
        ++height;
        VM.warp(time);
        VM.roll(height);
    }

    /// @notice Lets blocks pass.
    function mine(uint256 blocks) external {
        height += blocks;
        VM.roll(height);
    }

    /// @notice Notes that frames before this one are published or too late for it.
    function setNextPublication(uint256 frame) external {
        nextPublication = frame;
    }

    function _populate(uint256 piles, uint256 balance) private {
        uint256 unit = _parameters.unit;
        for (uint256 i = 1; i <= People.MAX_PILES; ++i) _endow(People.pile(_pretended + i));
        _endow(People.OPERATOR);
        _endow(People.STRANGER);
        for (uint256 i = 1; i <= piles; ++i) {
            address account = People.pile(_pretended + i);
            VM.prank(People.REGISTRAR);
            address operator = i < 4 ? People.OPERATOR : account;
            market.registerPile(account, operator, People.meter(_pretended + i), 11_000);
            mirror.read(VM.getRecordedLogs(), People.REGISTRAR, 0);
            VM.prank(account);
            market.deposit(account, balance * unit);
            mirror.read(VM.getRecordedLogs(), account, 0);
        }
        VM.prank(People.OPERATOR);
        market.depositGrid(balance * unit);
        mirror.read(VM.getRecordedLogs(), People.OPERATOR, 0);
        for (uint256 i = 1; i <= 3; ++i) {
            VM.prank(People.REGISTRAR);
            IAccessControl(address(market)).grantRole(People.PROPOSER_ROLE, People.pile(_pretended + i));
        }
        VM.prank(People.OPERATOR);
        IPlanRewards(address(rounds)).setReward(market, 1000);
        mirror.read(VM.getRecordedLogs(), People.OPERATOR, 0);
    }

    /// @dev Gives somebody more tokens than it can spend, and lets it spend them.
    function _endow(address account) private {
        token.faucet(account, PLENTY);
        VM.prank(account);
        token.approve(address(market), type(uint256).max);
        VM.prank(account);
        token.approve(address(rounds), type(uint256).max);
    }

    function _publishAhead(uint256 count) private {
        IGridTariffs.FrameTariffs[] memory frames = new IGridTariffs.FrameTariffs[](count);
        uint256 first = START / _parameters.frameSeconds + _parameters.leadFrames + 2;
        uint64 tick = _parameters.tickSize;
        for (uint256 i; i < count; ++i) {
            // A day in small: the load swings up to the capacity, tariffs follow it.
            uint32 swing = uint32((i % 8) * 2500);
            frames[i] = IGridTariffs.FrameTariffs({
                frame: uint32(first + i),
                baseLoadW: int32(33_000 + swing),
                importPricePerKwh: ((200_000 + swing) / tick) * tick,
                exportPricePerKwh: ((60_000 + 8 * swing) / tick) * tick,
                wheelingPricePerKwh: (_parameters.wheelingCapPerKwh / 2 / tick) * tick,
                // Every third frame expects as much again of orders that come up to nine frames before it.
                expectedLoadW: i % 3 == 0 ? int24(uint24(swing)) : int24(0),
                arrivalLags: bytes10(0x00000101020304050809)
            });
        }
        VM.prank(People.OPERATOR);
        market.publish(frames);
        mirror.read(VM.getRecordedLogs(), People.OPERATOR, 0);
        nextPublication = first + count;
    }

    function _factory() private returns (address) {
        bytes memory code = VM.getCode("artifacts/contracts/market/Market.sol/Market.json");
        uint256 half = code.length / 2;
        bytes memory head = new bytes(half);
        bytes memory tail = new bytes(code.length - half);
        for (uint256 i; i < half; ++i) head[i] = code[i];
        for (uint256 i = half; i < code.length; ++i) tail[i - half] = code[i];
        address first = _deploy("periphery/StoredCode.sol/StoredCode.json", abi.encode(head));
        address second = _deploy("periphery/StoredCode.sol/StoredCode.json", abi.encode(tail));
        return _deploy("periphery/MarketFactory.sol/MarketFactory.json", abi.encode(first, second));
    }

    /// @dev Deploys what the project's own build made.
    function _deploy(string memory artifact, bytes memory arguments) private returns (address deployed) {
        bytes memory code = VM.getCode(string.concat("artifacts/contracts/", artifact));
        code = bytes.concat(code, arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), artifact);
    }
}
