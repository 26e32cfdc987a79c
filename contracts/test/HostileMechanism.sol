// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { IMechanism } from "../interfaces/IMechanism.sol";

/// @title A mechanism that answers whatever it is told to
/// @notice For every lie that a mechanism can tell. Not declared as {IMechanism}: it tries to change state, too.
contract HostileMechanism {
    /// @notice Behaviour of {propose}. Lists: answers the lists. Reverts; Burns: uses up all gas; Floods: answers a
    /// megabyte; Raw: answers the bytes as they are; CallsBack: calls the market, then answers the lists; Tires: answers
    /// the lists if it gets enough gas, else nothing to book
    enum Behaviour {
        Lists,
        Reverts,
        Burns,
        Floods,
        Raw,
        CallsBack,
        Tires
    }

    /// @dev Less than a market promises for two orders.
    uint256 private constant ENOUGH_GAS = 220_000;

    Behaviour private _behaviour;
    Behaviour private _atTrial;
    uint256[] private _fills;
    uint256[] private _ranked;
    bytes private _bytes;
    bytes private _calls;

    /// @notice It does not want to.
    error Unwilling(uint256 reason);

    /// @notice Sets what {propose} does.
    /// @param data the answer where it is raw; what is called where it calls back
    function behave(Behaviour behaviour, bytes calldata data) external {
        _behaviour = behaviour;
        if (behaviour == Behaviour.CallsBack) _calls = data;
        else _bytes = data;
    }

    /// @notice Sets what {accepts} does.
    function behaveAtTrial(Behaviour behaviour, bytes calldata data) external {
        _atTrial = behaviour;
        _bytes = data;
    }

    /// @notice Sets the lists that {propose} answers.
    function answer(uint256[] calldata fills, uint256[] calldata ranked) external {
        _fills = fills;
        _ranked = ranked;
    }

    /// @notice {IMechanism.propose}, as it was told.
    function propose(
        IMechanism.Terms calldata terms,
        uint256[] calldata
    ) external returns (uint256[] memory fills, uint256[] memory ranked) {
        uint256 gas = gasleft();
        _do(_behaviour);
        if (_behaviour == Behaviour.Tires && gas < ENOUGH_GAS) return (fills, ranked);
        if (_behaviour == Behaviour.CallsBack) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, ) = terms.market.call{ gas: 30_000 }(_calls);
            // A static call cannot do anything; where it could, the answer would tell.
            if (done) return (fills, ranked);
        }
        return (_fills, _ranked);
    }

    /// @notice {IMechanism.accepts}, as it was told.
    function accepts(IMarketParameters.Parameters calldata) external view returns (bytes4) {
        _do(_atTrial);
        return this.accepts.selector;
    }

    /// @notice The name of another rule.
    function name() external pure returns (bytes32) {
        return "adbev";
    }

    function _do(Behaviour behaviour) private view {
        if (behaviour == Behaviour.Reverts) revert Unwilling(7);
        if (behaviour == Behaviour.Burns) while (true) {}
        if (behaviour == Behaviour.Floods) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        if (behaviour == Behaviour.Raw) {
            bytes memory raw = _bytes;
            assembly ("memory-safe") {
                return(add(raw, 0x20), mload(raw))
            }
        }
    }
}
