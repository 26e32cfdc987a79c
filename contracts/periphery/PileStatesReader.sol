// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarket } from "../interfaces/IMarket.sol";
import { PileState } from "../types/PileState.sol";

/// @title Slots of many piles in one call
/// @notice Never deployed: whoever reads a book calls it as a contract's creation without sending it, and what would
/// become its code is the answer, a list of {PileState}s. A call for each pile would cost a node a hundred times as
/// much.
contract PileStatesReader {
    /// @notice Answers in place of deploying anything.
    /// @param market the market
    /// @param piles the piles' numbers; at most 766, since an answer is no longer than code may be
    constructor(IMarket market, uint256[] memory piles) {
        uint256[] memory states = new uint256[](piles.length);
        for (uint256 i; i < piles.length; ++i) states[i] = PileState.unwrap(market.pileState(piles[i]));
        bytes memory answer = abi.encode(states);
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}
