// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { PublishedFrame } from "../types/PublishedFrame.sol";

/// @title Base load and tariffs
/// @notice The grid operator publishes them once per frame, ahead, and never changes them.
interface IGridTariffs {
    /// @notice One frame's figures.
    /// @param frame the frame
    /// @param baseLoadW P_home, W; negative where the homes feed in
    /// @param importPricePerKwh r(t), money units per kWh, at most the market's cap
    /// @param exportPricePerKwh x(t), money units per kWh, at most `importPricePerKwh`
    /// @param wheelingPricePerKwh w(t), money units per kWh, at most the market's cap
    /// @param expectedLoadW load that orders are expected to bring in the frame, W; negative where they are
    /// expected to feed in; 0 where nothing is expected. It counts in the score of plans and nowhere else
    /// @param arrivalLags ten bytes: a tenth of that load is expected of orders whose first frame is so many frames
    /// earlier. A round counts the tenths of orders that come after its frame
    struct FrameTariffs {
        uint32 frame;
        int32 baseLoadW;
        uint64 importPricePerKwh;
        uint64 exportPricePerKwh;
        uint64 wheelingPricePerKwh;
        int24 expectedLoadW;
        bytes10 arrivalLags;
    }

    /// @notice A frame's base load and tariffs were published.
    /// @param publication the packed figures; {PublishedFrame} draws them
    event FramePublished(uint256 indexed frame, PublishedFrame publication);

    /// @notice The frame's figures stand already.
    error FrameAlreadyPublished(uint256 frame);
    /// @notice The frame's window is too near for a publication.
    error PublishedTooLate(uint256 frame, uint256 deadline);
    /// @notice The frame lies further ahead than the market remembers.
    error PublishedTooEarly(uint256 frame, uint256 lastFrame);
    /// @notice A tariff is no multiple of the tick size.
    error TariffOffTick(uint256 tariff, uint256 tickSize);
    /// @notice A tariff is beyond what the market can hold.
    error TariffOutOfRange(uint256 tariff, uint256 highest);
    /// @notice The wheeling charge is above the cap that bids lock for.
    error WheelingAboveCap(uint256 wheelingPricePerKwh, uint256 wheelingCapPerKwh);

    /// @notice The import tariff is above the cap that this market may be charged for imbalance.
    error ImportAboveCap(uint256 importPricePerKwh, uint256 importCapPerKwh);
    /// @notice The grid would buy dearer than it sells: two piles could pump its account.
    error ExportAboveImport(uint256 exportPricePerKwh, uint256 importPricePerKwh);

    /// @notice Publishes frames. Grid operator only; all or none.
    function publish(FrameTariffs[] calldata frames) external;

    /// @notice Publication of a frame; zero where there is none or it is no longer remembered.
    function publication(uint256 frame) external view returns (PublishedFrame);
}
