// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Token that calls whatever it was armed with whenever it moves
/// @notice Worth nothing: anybody may mint, arm it, and make it act in its own name, so that the token itself can be a
/// pile or hold a role of the market that it attacks.
contract ReentrantToken is ERC20 {
    /// @dev A call that waits for the next transfer.
    struct ArmedCall {
        address target;
        bytes data;
    }

    ArmedCall[] private _before;
    ArmedCall[] private _after;

    /// @notice An armed call was made from within a transfer.
    event CallMade(address indexed target, bool succeeded, bytes answer);

    // solhint-disable-next-line no-empty-blocks
    constructor() ERC20("Reentrant", "RE") {}

    /// @notice Mints; calls nothing.
    /// @param to receiver
    /// @param amount smallest units
    function faucet(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Adds a call to those that the next transfer makes.
    /// @param target called contract
    /// @param data calldata
    /// @param beforeMoving whether it is made before the balances change
    function arm(address target, bytes calldata data, bool beforeMoving) external {
        (beforeMoving ? _before : _after).push(ArmedCall(target, data));
    }

    /// @notice Calls something in the token's own name.
    /// @param target called contract
    /// @param data calldata
    function act(address target, bytes calldata data) external returns (bytes memory answer) {
        bool succeeded;
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, answer) = target.call(data);
        if (succeeded) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev Makes the armed calls around a transfer, each once.
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) return super._update(from, to, value);
        _makeCalls(_before);
        super._update(from, to, value);
        _makeCalls(_after);
    }

    function _makeCalls(ArmedCall[] storage calls) private {
        while (calls.length != 0) {
            ArmedCall memory armed = calls[calls.length - 1];
            calls.pop();
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory answer) = armed.target.call(armed.data);
            emit CallMade(armed.target, succeeded, answer);
        }
    }
}
