// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { MatchingRules } from "../types/MatchingRules.sol";
import { PublishedFrame } from "../types/PublishedFrame.sol";
import { IMarketParameters } from "./IMarketParameters.sol";

/// @title Who trades with whom in a frame, and at what price
/// @notice A mechanism proposes; its market books only fills that it has checked. A market names its mechanism when it
/// is deployed. A mechanism is called statically, with 200 000 gas and 12 000 for each order, neither more nor less, and
/// a bounded answer; one that fails, or whose proposal is unsound, costs its market the frame.
interface IMechanism {
    /// @notice Inputs of a frame's proposal beside the orders.
    /// @param market the market that asks, or that is asked about
    /// @param delivery its delivery contract, which knows credit's attributes
    /// @param frame the frame
    /// @param published the frame's base load and tariffs r(t), x(t), w(t); zero where nothing is published. Buyers pay
    /// w(t) beyond the price; their limits are without it
    /// @param roomWh energy that the grid may deliver within the transformer's capacity, Wh; 0 where it fills nothing
    /// @param roundFollows whether icebergs are left to a benefit round, which asks for the order of priority
    /// @param previousKnown whether the load of the frame before is known
    /// @param previousLoadW load of the frame before, W
    /// @param fund the operator's matching fund, out of which sellers get more than buyers pay, money units
    /// @param rules the market's parameters for mechanisms
    struct Terms {
        address market;
        address delivery;
        uint256 frame;
        PublishedFrame published;
        uint256 roomWh;
        bool roundFollows;
        bool previousKnown;
        int256 previousLoadW;
        uint256 fund;
        MatchingRules rules;
    }

    /// @notice Proposes a frame's clearing.
    /// @param terms the inputs beside the orders
    /// @param orders slots of the orders that take part, {PileStateLib.taggedWith} their piles, by pile
    /// @return fills {Fill}s: trades, then fills from the grid at r(t) and a premium of at most r(t) - x(t); at most two for each order
    /// @return ranked where a round follows, a word for each order in order of priority, bids first: the pile in its
    /// low 16 bits, the priority in its high 32; else empty
    function propose(
        Terms calldata terms,
        uint256[] calldata orders
    ) external view returns (uint256[] memory fills, uint256[] memory ranked);

    /// @notice Whether the mechanism works for a market; asked when the market is deployed.
    /// @return answer the selector of this function; reverts with the reason where it does not
    function accepts(IMarketParameters.Parameters calldata parameters) external view returns (bytes4 answer);

    /// @notice Name of the rule, as deployments know it.
    function name() external view returns (bytes32);
}
