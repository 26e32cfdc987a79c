// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IGridTariffs } from "../../../contracts/interfaces/IGridTariffs.sol";
import { PileState } from "../../../contracts/types/PileState.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Grid operator, registrar, guardian and admin do what they may
/// @notice Handlers are named after the market's functions.
contract OperatorsHandler is Handler {
    /// @dev Somebody to whom roles are given and from whom they are taken.
    address internal constant SPARE = address(0xA6);

    constructor(World world) Handler(world) {}

    /// @notice The grid operator publishes the next frames.
    function publish(uint256 seed) external resumed {
        uint256 next = WORLD.nextPublication();
        uint256 earliest = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 3;
        if (next < earliest) next = earliest;
        uint256 last = block.timestamp / FRAME_SECONDS + 96;
        if (next > last) {
            WORLD.elapse(block.timestamp + 4 * FRAME_SECONDS);
            last += 4;
        }
        uint256 count = _in(seed, 1, 4);
        if (next + count > last + 1) count = last + 1 - next;
        IGridTariffs.FrameTariffs[] memory frames = new IGridTariffs.FrameTariffs[](count);
        for (uint256 i; i < count; ++i) frames[i] = _tariffs(uint32(next + i), _mix(seed, i));
        VM.prank(People.OPERATOR);
        MARKET.publish(frames);
        _did(People.OPERATOR);
        WORLD.setNextPublication(next + count);
    }

    /// @notice The registrar registers the next pile.
    function registerPile(uint256 seed) external resumed {
        uint256 pile = MIRROR.pileCount() + 1;
        address account = People.pile(pile);
        address operator = seed % 3 == 0 ? address(0) : (seed % 3 == 1 ? People.OPERATOR : account);
        VM.prank(People.REGISTRAR);
        MARKET.registerPile(account, operator, People.meter(pile), uint32(_in(seed, 4, 22_000)));
        _did(People.REGISTRAR);
    }

    /// @notice The registrar suspends a pile or, more often, re-admits one.
    function setSuspended(uint256 seed) external resumed {
        uint256 pile = _pile(seed);
        bool suspended = seed % 5 == 0;
        uint256 count = _pileCount();
        uint256 other = pile;
        for (uint256 i; i < count && !suspended; ++i) {
            other = _next(other);
            PileState s = MIRROR.stateOf(other);
            if (!s.isSuspended()) continue;
            pile = other;
            break;
        }
        VM.prank(People.REGISTRAR);
        MARKET.setSuspended(People.pile(pile), suspended);
        _did(People.REGISTRAR);
    }

    /// @notice The guardian pauses or, more often, reopens entry.
    function setEntryPaused(uint256 seed) external resumed {
        VM.prank(People.GUARDIAN);
        MARKET.setEntryPaused(seed % 4 == 0);
        _did(People.GUARDIAN);
    }

    /// @notice Whoever administers a role grants it.
    function grantRole(uint256 seed) external resumed {
        (bytes32 role, address administrator) = _role(seed);
        address account = seed % 2 == 0 ? SPARE : People.pile(_pile(seed));
        VM.prank(administrator);
        _roles().grantRole(role, account);
        _did(administrator);
    }

    /// @notice Whoever administers a role revokes it.
    function revokeRole(uint256 seed) external resumed {
        (bytes32 role, address administrator) = _role(seed);
        VM.prank(administrator);
        _roles().revokeRole(role, seed % 2 == 0 ? SPARE : People.pile(FIRST_PILE + _in(seed, 3, People.MAX_PILES - 1)));
        _did(administrator);
    }

    /// @notice Somebody gives up a role.
    function renounceRole(uint256 seed) external resumed {
        (bytes32 role, ) = _role(seed);
        VM.prank(SPARE);
        _roles().renounceRole(role, SPARE);
        _did(SPARE);
    }

    /// @dev A role that the campaign can do without, and who administers it.
    function _role(uint256 seed) private pure returns (bytes32 role, address administrator) {
        if (seed % 3 == 0) return (People.GUARDIAN_ROLE, People.ADMIN);
        return (People.PROPOSER_ROLE, People.REGISTRAR);
    }

    /// @dev A frame's figures; homes feed in at times, and are beyond the capacity at others.
    function _tariffs(uint32 frame, uint256 seed) private view returns (IGridTariffs.FrameTariffs memory) {
        // Half of the frames leave the grid little room or none.
        uint256 load = _in(_mix(seed, 1), seed % 2 == 0 ? 45_000 : 0, 60_000);
        uint256 importPricePerKwh = _price(_mix(seed, 2), 100_000, IMPORT_CAP);
        return
            IGridTariffs.FrameTariffs({
                frame: frame,
                baseLoadW: seed % 9 == 0 ? -int32(int256(load)) : int32(int256(load)),
                importPricePerKwh: uint64(importPricePerKwh),
                exportPricePerKwh: uint64(
                    _price(_mix(seed, 3), 0, importPricePerKwh > 250_000 ? 250_000 : importPricePerKwh)
                ),
                wheelingPricePerKwh: uint64(WHEELING_CAP == 0 ? 0 : _price(_mix(seed, 4), 0, WHEELING_CAP)),
                // Any load and any lags, the ends of their ranges among them.
                expectedLoadW: int24(uint24(_mix(seed, 5))),
                arrivalLags: seed % 4 == 0
                    ? bytes10(type(uint80).max)
                    : bytes10(uint80(_mix(seed, 6)) & 0x0f0f0f0f0f0f0f0f0f0f)
            });
    }
}
