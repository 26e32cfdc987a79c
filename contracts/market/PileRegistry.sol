// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IPileRegistry } from "../interfaces/IPileRegistry.sol";
import { Refusals } from "./Refusals.sol";
import { MarketBase } from "./MarketBase.sol";
import { BookHead } from "../types/BookHead.sol";
import { PileState, PileStateLib } from "../types/PileState.sol";

/// @title The piles of a feeder
/// @notice Accounts that trade here, and their rated power. The delivery contract keeps their meters.
/// @dev Part of the market: as a contract of its own it would cost every order a call.
abstract contract PileRegistry is MarketBase, IPileRegistry {
    /// @dev Fields of an account that placing an order needs, in one slot.
    struct Membership {
        uint16 pile;
        uint32 ratedW;
        address operator;
    }

    uint256 private constant SECONDS_PER_HOUR = 3600;

    mapping(address account => Membership) private _memberships;
    mapping(uint256 pile => address) private _accounts;

    /// @inheritdoc IPileRegistry
    function registerPile(
        address account,
        address operator,
        address meterKey,
        uint32 ratedW
    ) external onlyRole(REGISTRAR_ROLE) returns (uint256 pile) {
        if (account == address(0)) revert ZeroAddress();
        pile = _memberships[account].pile;
        if (pile != 0) Refusals.raise(AlreadyRegistered.selector, uint160(account), pile);
        uint256 energyPerFrameWh = _energyPerFrameWh(ratedW);
        if (energyPerFrameWh == 0) Refusals.raise(RatedPowerTooSmall.selector, ratedW);
        pile = _pileCount + 1;
        if (pile > PILE_CAP) Refusals.raise(PileCapReached.selector, PILE_CAP);

        // At most the cap on piles, 1 024, and 24 bits of Wh.
        // forge-lint: disable-next-item(unsafe-typecast)
        _pileCount = uint32(pile);
        if (METERED) {
            // Meters count 24 bits of Wh a frame; nobody takes more.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint32 reachWh = energyPerFrameWh > type(uint24).max ? type(uint24).max : uint32(energyPerFrameWh);
            _reaches[pile] = reachWh;
            if (reachWh > _largestReachWh) _largestReachWh = reachWh;
        }
        // At most the cap on piles, 1 024.
        // forge-lint: disable-next-line(unsafe-typecast)
        _memberships[account] = Membership({ pile: uint16(pile), ratedW: ratedW, operator: operator });
        _accounts[pile] = account;
        _setState(pile, PileStateLib.registered(INITIAL_CREDIT, CREDIT_PRIOR_WH));
        (uint256 word, ) = _liveBit(pile);
        BookHead head = _head;
        if (word > head.moreWords()) _head = head.withMoreWords(word);
        emit PileRegistered(pile, account, operator, ratedW);
        IDelivery(DELIVERY).registerMeter(pile, meterKey, operator, energyPerFrameWh);
    }

    /// @inheritdoc IPileRegistry
    function setSuspended(address account, bool suspended) external onlyRole(REGISTRAR_ROLE) {
        uint256 pile = _pileOf(account);
        _setState(pile, _stateOf(pile).withSuspended(suspended));
        emit SuspensionSet(pile, suspended);
    }

    /// @inheritdoc IPileRegistry
    function pileCount() external view returns (uint256) {
        return _pileCount;
    }

    /// @inheritdoc IPileRegistry
    function pileOf(address account) external view returns (uint256 pile) {
        return _numberOf(account);
    }

    /// @inheritdoc IPileRegistry
    function pileRecord(uint256 pile) external view returns (PileRecord memory) {
        address account = _accounts[pile];
        Membership memory m = _memberships[account];
        return PileRecord({ account: account, operator: m.operator, ratedW: m.ratedW });
    }

    /// @inheritdoc IPileRegistry
    function pileState(uint256 pile) external view returns (PileState) {
        return _states[pile];
    }

    /// @dev Number of a registered account, or reverts.
    function _pileOf(address account) internal view returns (uint256 pile) {
        pile = _numberOf(account);
        if (pile == 0) Refusals.raise(NotRegistered.selector, account);
    }

    /// @dev Number of an account; 0 where it is not registered.
    function _numberOf(address account) internal view returns (uint256) {
        return _memberships[account].pile;
    }

    /// @dev Number of an account (0 where not registered) and energy that the pile moves in a frame, Wh.
    function _pileAndReach(address account) internal view returns (uint256 pile, uint256 energyPerFrameWh) {
        Membership memory m = _memberships[account];
        return (m.pile, _energyPerFrameWh(m.ratedW));
    }

    /// @dev `floor(ratedW * F / 3600)`.
    function _energyPerFrameWh(uint256 ratedW) private view returns (uint256) {
        return (ratedW * FRAME_SECONDS) / SECONDS_PER_HOUR;
    }
}
