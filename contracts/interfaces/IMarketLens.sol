// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { Fill } from "../types/Fill.sol";
import { PileState } from "../types/PileState.sol";
import { IMarket } from "./IMarket.sol";

/// @title A market as people read it
/// @notice Reads any {IMarket} and runs the same auction on the state that it read. Views only.
interface IMarketLens {
    /// @notice An order as a line of the book.
    /// @param account the pile's account
    /// @param pile its number
    /// @param price limit, money units per kWh
    /// @param displayedWh energy that the order shows in the frame
    /// @param hiddenWh energy that it does not show
    /// @param iceberg whether it is an iceberg
    /// @param firstFrame first frame in which it takes part
    /// @param expiryFrame last frame in which it may be delivered
    /// @param waitedFrames frames waited
    /// @param priceRank dense rank of its price, 1 = best
    /// @param timeRank dense rank of its wait, 1 = longest
    /// @param priority f = priceWeight * priceRank + timeWeight * timeRank [T 4.14]; in a market that ranks by credit
    /// 40 000 less ten times the weighted sum of [D Table 1]. The lowest comes first
    struct Line {
        address account;
        uint256 pile;
        uint256 price;
        uint256 displayedWh;
        uint256 hiddenWh;
        bool iceberg;
        uint256 firstFrame;
        uint256 expiryFrame;
        uint256 waitedFrames;
        uint256 priceRank;
        uint256 timeRank;
        uint256 priority;
    }

    /// @notice The reason why an order would or would not fill if the frame were cleared now. Filled: its whole
    /// displayed quantity trades. PartlyFilled: some of it does, the rest finds no counterparty. NoOrder: the pile has
    /// no live order. NotYet: its first frame is later. Expired: its last frame is earlier. Suspended: the registrar
    /// has suspended the pile. NoCounterparty: the other side is empty. PriceDoesNotCross: no order of the other side
    /// meets its limit. BehindOthers: all that meet its limit go to orders of higher priority. For bids that piles
    /// leave unserved, the reason why the grid does not serve them either: Unpublished (no base load and tariffs),
    /// LimitBelowTariff, IcebergWaits (not yet its turn for an aggressive execution), CapacityFull, LeftToRound (an
    /// iceberg whose draw the benefit round over the frame decides). MarginMissing: in a market with meters the pile
    /// has less free than it may come to owe beyond its fills, so its order does not take part.
    /// come to owe beyond its fills, and its order does not take part.
    enum Verdict {
        Filled,
        PartlyFilled,
        NoOrder,
        NotYet,
        Expired,
        Suspended,
        NoCounterparty,
        PriceDoesNotCross,
        BehindOthers,
        Unpublished,
        LimitBelowTariff,
        IcebergWaits,
        CapacityFull,
        LeftToRound,
        MarginMissing
    }

    /// @notice One frame of the past or the future as the market remembers it.
    /// @param frame the frame
    /// @param published whether its base load and tariffs are known
    /// @param baseLoadW P_home, W
    /// @param importPricePerKwh r(t), money units per kWh
    /// @param exportPricePerKwh x(t), money units per kWh
    /// @param wheelingPricePerKwh w(t), money units per kWh
    /// @param cleared whether it was cleared
    /// @param loadW recorded P_total, W; P_home where nobody cleared it
    /// @param unsettled whether its fills await settlement
    struct FrameView {
        uint256 frame;
        bool published;
        int256 baseLoadW;
        uint256 importPricePerKwh;
        uint256 exportPricePerKwh;
        uint256 wheelingPricePerKwh;
        bool cleared;
        int256 loadW;
        bool unsettled;
    }

    /// @notice First frame in which an order placed now takes part.
    function nextFirstFrame(IMarket market) external view returns (uint256 frame);

    /// @notice Slots of the piles with live orders.
    /// @return piles their numbers, ascending
    /// @return states their slots
    function liveStates(IMarket market) external view returns (uint256[] memory piles, PileState[] memory states);

    /// @notice M(t): the margin that a pile sets aside, in each part of a frame that fills it, for energy taken beyond
    /// its fills; 0 in a market without meters. To take part the pile needs that much free, in a market with benefit
    /// rounds twice as much.
    /// @return margin money units
    function marginOf(IMarket market, uint256 pile, uint256 frame) external view returns (uint256 margin);

    /// @notice The frame that is to be cleared next.
    function upcomingFrame(IMarket market) external view returns (uint256 frame);

    /// @notice The book of a frame, each side in order of priority.
    function book(IMarket market, uint256 frame) external view returns (Line[] memory bids, Line[] memory asks);

    /// @notice The decision that clearing the frame would make now.
    /// @return fills trades, then fills from the grid
    /// @return loadW P_total, W
    function preview(IMarket market, uint256 frame) external view returns (Fill[] memory fills, int256 loadW);

    /// @notice The reason why a pile's order would or would not fill if the frame were cleared now.
    /// @return verdict the reason
    /// @return filledWh energy that would be filled
    function explain(
        IMarket market,
        address account,
        uint256 frame
    ) external view returns (Verdict verdict, uint256 filledWh);

    /// @notice The market's memory of `count` frames from `firstFrame` on.
    function history(
        IMarket market,
        uint256 firstFrame,
        uint256 count
    ) external view returns (FrameView[] memory frames);
}
