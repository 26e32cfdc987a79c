// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IGridTariffs } from "./interfaces/IGridTariffs.sol";
import { MarketBase } from "./MarketBase.sol";
import { Publication, PublicationLib } from "./types/Publication.sol";

/// @title Base load and tariffs
/// @notice One word a frame, in slots that are used again.
abstract contract GridTariffs is MarketBase, IGridTariffs {
    /// @inheritdoc IGridTariffs
    function publish(FrameTariffs[] calldata frames) external onlyRole(GRID_OPERATOR_ROLE) {
        for (uint256 i; i < frames.length; ++i) _publish(frames[i]);
    }

    /// @inheritdoc IGridTariffs
    function publication(uint256 frame) external view returns (Publication) {
        return _publicationOf(frame);
    }

    function _publish(FrameTariffs calldata f) private {
        uint256 frame = f.frame;
        uint256 lastFrame = block.timestamp / FRAME_SECONDS + MAX_FRAMES_AHEAD;
        if (frame > lastFrame) revert PublishedTooEarly(frame, lastFrame);
        if (Publication.unwrap(_publicationOf(frame)) != 0) revert FrameAlreadyPublished(frame);
        uint256 notice = LEAD_FRAMES * FRAME_SECONDS + AUCTION_SECONDS;
        uint256 begins = frame * FRAME_SECONDS;
        if (block.timestamp + notice > begins) {
            revert PublishedTooLate(frame, begins > notice ? begins - notice : 0);
        }
        if (f.wheelingPrice > WHEELING_CAP) revert WheelingAboveCap(f.wheelingPrice, WHEELING_CAP);
        Publication p = PublicationLib.pack(
            frame,
            f.baseLoadW,
            _ticks(f.importPrice),
            _ticks(f.exportPrice),
            _ticks(f.wheelingPrice)
        );
        _publications[frame % REMEMBERED_FRAMES] = p;
        emit FramePublished(frame, p);
    }

    /// @dev A tariff in ticks.
    function _ticks(uint256 tariff) private view returns (uint256 ticks) {
        ticks = tariff / TICK_SIZE;
        if (ticks * TICK_SIZE != tariff) revert TariffOffTick(tariff, TICK_SIZE);
        if (ticks > PublicationLib.MAX_TARIFF_TICKS) {
            revert TariffOutOfRange(tariff, PublicationLib.MAX_TARIFF_TICKS * TICK_SIZE);
        }
    }
}
