// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketFactory } from "../interfaces/IMarketFactory.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";

/// @title Deploys a market per feeder
/// @notice Whole markets, not proxies: feeders share nothing but this list.
contract MarketFactory is IMarketFactory {
    address private immutable _CODE_HEAD;
    address private immutable _CODE_TAIL;

    mapping(address creator => mapping(bytes32 feeder => address)) private _markets;
    address[] private _list;

    /// @notice Creates a factory for the market whose creation code two contracts keep.
    /// @param codeHead a {StoredCode} of the first part of the market's creation code
    /// @param codeTail a {StoredCode} of the rest; two parts hold any creation code that a network accepts
    constructor(address codeHead, address codeTail) {
        if (codeHead.code.length < 2) revert NoCreationCode(codeHead);
        if (codeTail.code.length < 2) revert NoCreationCode(codeTail);
        _CODE_HEAD = codeHead;
        _CODE_TAIL = codeTail;
    }

    /// @inheritdoc IMarketFactory
    function createMarket(
        bytes32 feeder,
        IMarketParameters.Parameters calldata parameters
    ) external returns (address market) {
        market = _markets[msg.sender][feeder];
        if (market != address(0)) revert FeederTaken(feeder, market);
        bytes memory code = bytes.concat(_readCreationCode(), abi.encode(parameters));
        assembly ("memory-safe") {
            market := create(0, add(code, 0x20), mload(code))
            if iszero(market) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                if returndatasize() {
                    revert(reason, returndatasize())
                }
            }
        }
        if (market == address(0)) revert CreationFailed();
        // The market's constructor calls no code that could call back here.
        _markets[msg.sender][feeder] = market;
        _list.push(market);
        emit MarketCreated(feeder, market, msg.sender);
    }

    /// @inheritdoc IMarketFactory
    function marketOf(address creator, bytes32 feeder) external view returns (address market) {
        return _markets[creator][feeder];
    }

    /// @inheritdoc IMarketFactory
    function marketCount() external view returns (uint256) {
        return _list.length;
    }

    /// @inheritdoc IMarketFactory
    function marketAt(uint256 index) external view returns (address market) {
        return _list[index];
    }

    /// @inheritdoc IMarketFactory
    function creationCode() external view returns (address head, address tail) {
        return (_CODE_HEAD, _CODE_TAIL);
    }

    /// @dev The creation code, each part from behind its stop byte.
    function _readCreationCode() private view returns (bytes memory code) {
        address head = _CODE_HEAD;
        address tail = _CODE_TAIL;
        assembly ("memory-safe") {
            let headSize := sub(extcodesize(head), 1)
            let tailSize := sub(extcodesize(tail), 1)
            let size := add(headSize, tailSize)
            code := mload(0x40)
            mstore(code, size)
            extcodecopy(head, add(code, 0x20), 1, headSize)
            extcodecopy(tail, add(add(code, 0x20), headSize), 1, tailSize)
            mstore(0x40, add(add(code, 0x20), and(add(size, 0x1f), not(0x1f))))
        }
    }
}
