// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IAccounts } from "../../../contracts/interfaces/IAccounts.sol";
import { IFrameClearing } from "../../../contracts/interfaces/IFrameClearing.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { IMarketParameters } from "../../../contracts/interfaces/IMarketParameters.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { ISignedActs } from "../../../contracts/interfaces/ISignedActs.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title The token that calls back whenever it moves
/// @notice The part of it that the campaign needs.
interface IReentrantToken is IERC20 {
    /// @notice Mints.
    function faucet(address to, uint256 amount) external;

    /// @notice Adds a call to those that the next transfer makes.
    function arm(address target, bytes calldata data, bool beforeMoving) external;

    /// @notice Calls something in the token's own name.
    function act(address target, bytes calldata data) external returns (bytes memory answer);
}

/// @title A market whose token calls back
/// @notice The token is a pile of the market and its grid operator. Whatever it calls from within a transfer, the market
/// holds what it owes, and no free balance comes from nowhere.
contract ReentryHandler is Handler {
    uint256 private constant PILES = 3;
    uint256 private constant SUPPLY = 1e15;

    IMarket private immutable _TRAP;
    IReentrantToken private immutable _TOKEN;

    constructor(World world) Handler(world) {
        bytes memory code = VM.getCode("artifacts/contracts/test/ReentrantToken.sol/ReentrantToken.json");
        address token;
        assembly ("memory-safe") {
            token := create(0, add(code, 0x20), mload(code))
        }
        _TOKEN = IReentrantToken(token);
        IMarketParameters.Parameters memory p = world.parameters();
        (p.token, p.unit, p.gridOperator) = (token, 1, token);
        _TRAP = IMarket(world.factory().createMarket("trap", p));
        for (uint256 i = 1; i <= PILES; ++i) _join(i == 1 ? token : People.pile(i));
    }

    /// @notice Money moves, and while it does the token calls the market, once or twice.
    function reenter(uint256 seed) external resumed {
        _arm(seed);
        if (seed % 3 == 0) _arm(_mix(seed, 1));
        uint256 which = _mix(seed, 2) % 6;
        address account = seed % 2 == 0 ? address(_TOKEN) : People.pile(2 + (seed % 2));
        uint256 amount = _in(_mix(seed, 3), 1, 1_000_000);
        uint256 grid = _TRAP.gridBalance();
        uint256 free = _TRAP.freeBalanceOf(account);
        if (which < 3) {
            _run(account, abi.encodeCall(IAccounts.deposit, (account, amount)));
        } else if (which == 3) {
            _run(account, abi.encodeCall(IAccounts.withdraw, (People.STRANGER, free / 2 + 1)));
        } else if (which == 4) {
            _run(account, abi.encodeCall(IAccounts.depositGrid, (amount)));
        } else {
            _run(address(_TOKEN), abi.encodeCall(IAccounts.withdrawGrid, (address(_TOKEN), grid / 2 + 1)));
        }
        _solvent();
    }

    /// @dev Registers a pile of the trap and gives it money.
    function _join(address account) private {
        VM.prank(People.REGISTRAR);
        _TRAP.registerPile(account, account, account, 11_000);
        _TOKEN.faucet(account, SUPPLY);
        VM.prank(account);
        _TOKEN.approve(address(_TRAP), type(uint256).max);
        VM.prank(account);
        _TRAP.deposit(account, 10_000_000);
    }

    /// @dev Arms the token with a call in its own name.
    function _arm(uint256 seed) private {
        uint256 which = _mix(seed, 4) % 10;
        uint256 amount = _in(_mix(seed, 5), 1, 2_000_000);
        bytes memory data;
        address target = address(_TRAP);
        if (which == 0) data = abi.encodeCall(IAccounts.withdraw, (People.STRANGER, amount));
        else if (which == 1) data = abi.encodeCall(IAccounts.deposit, (address(_TOKEN), amount));
        else if (which == 2) data = abi.encodeCall(IAccounts.withdrawGrid, (People.STRANGER, amount));
        else if (which == 3) data = abi.encodeCall(IAccounts.depositGrid, (amount));
        else if (which == 4) data = abi.encodeCall(IOrderBook.cancel, ());
        else if (which == 5) data = abi.encodeCall(ISignedActs.skipNonce, ());
        else if (which == 6) data = abi.encodeCall(IFrameClearing.clear, (block.timestamp / FRAME_SECONDS + 1));
        else if (which == 7) (target, data) = (address(_TOKEN), abi.encodeCall(IERC20.transfer, (target, amount)));
        else if (which == 8) data = abi.encodeCall(IOrderBook.place, (_order(seed)));
        else data = abi.encodeCall(IOrderBook.replace, (_order(seed)));
        // Calls that come from the token itself: it is the pile and the operator that they are made by.
        _TOKEN.arm(target, data, seed % 2 == 0);
    }

    function _order(uint256 seed) private view returns (IOrderBook.OrderRequest memory) {
        uint256 first = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
        return IOrderBook.OrderRequest(seed % 2 == 0, _price(seed, 50_000, 300_000), _in(seed, 1, 4000), 0, first + 2);
    }

    /// @dev Makes a call in a pile's name.
    function _run(address account, bytes memory data) private {
        if (account == address(_TOKEN)) {
            _TOKEN.act(address(_TRAP), data);
            return;
        }
        VM.prank(account);
        (bool done, bytes memory answer) = address(_TRAP).call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev The trap holds what its piles and its operator may take out or have locked.
    function _solvent() private {
        uint256 claims = _TRAP.gridBalance();
        for (uint256 i = 1; i <= PILES; ++i) {
            address account = i == 1 ? address(_TOKEN) : People.pile(i);
            claims += _TRAP.freeBalanceOf(account) + _TRAP.lockedBalanceOf(account);
        }
        if (_TOKEN.balanceOf(address(_TRAP)) < claims)
            MIRROR.violate("INV-1 a token that calls back took others' money");
    }
}
