// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IGridTariffs } from "../interfaces/IGridTariffs.sol";
import { Refusals } from "./Refusals.sol";
import { MarketBase } from "./MarketBase.sol";
import { PublishedFrame, PublishedFrameLib } from "../types/PublishedFrame.sol";

/// @title Base load and tariffs
/// @notice One word a frame, in reused slots.
abstract contract GridTariffs is MarketBase, IGridTariffs {
    /// @inheritdoc IGridTariffs
    function publish(FrameTariffs[] calldata frames) external onlyRole(GRID_OPERATOR_ROLE) {
        for (uint256 i; i < frames.length; ++i) _publish(frames[i]);
    }

    /// @inheritdoc IGridTariffs
    function publication(uint256 frame) external view returns (PublishedFrame) {
        return _publicationOf(frame);
    }

    function _publish(FrameTariffs calldata f) private {
        uint256 frame = f.frame;
        unchecked {
            // Frames have 32 bits, their lengths 17.
            uint256 lastFrame = block.timestamp / FRAME_SECONDS + MAX_FRAMES_AHEAD;
            if (frame > lastFrame) Refusals.raise(PublishedTooEarly.selector, frame, lastFrame);
            if (PublishedFrame.unwrap(_publicationOf(frame)) != 0)
                Refusals.raise(FrameAlreadyPublished.selector, frame);
            uint256 notice = LEAD_FRAMES * FRAME_SECONDS + AUCTION_SECONDS;
            uint256 begins = frame * FRAME_SECONDS;
            if (block.timestamp + notice > begins) {
                Refusals.raise(PublishedTooLate.selector, frame, begins > notice ? begins - notice : 0);
            }
        }
        if (f.wheelingPricePerKwh > WHEELING_CAP)
            Refusals.raise(WheelingAboveCap.selector, f.wheelingPricePerKwh, WHEELING_CAP);
        if (f.importPricePerKwh > IMPORT_CAP) Refusals.raise(ImportAboveCap.selector, f.importPricePerKwh, IMPORT_CAP);
        if (f.exportPricePerKwh > f.importPricePerKwh)
            Refusals.raise(ExportAboveImport.selector, f.exportPricePerKwh, f.importPricePerKwh);
        PublishedFrame p = PublishedFrameLib
            .pack(
                frame,
                f.baseLoadW,
                _ticks(f.importPricePerKwh),
                _ticks(f.exportPricePerKwh),
                _ticks(f.wheelingPricePerKwh)
            )
            .withExpected(f.expectedLoadW, f.arrivalLags);
        _publications[frame % REMEMBERED_FRAMES] = p;
        emit FramePublished(frame, p);
    }

    /// @dev A tariff in ticks.
    function _ticks(uint256 tariff) private view returns (uint256 ticks) {
        unchecked {
            ticks = tariff / TICK_SIZE;
            if (ticks * TICK_SIZE != tariff) Refusals.raise(TariffOffTick.selector, tariff, TICK_SIZE);
            if (ticks > PublishedFrameLib.MAX_TARIFF_TICKS) {
                Refusals.raise(TariffOutOfRange.selector, tariff, PublishedFrameLib.MAX_TARIFF_TICKS * TICK_SIZE);
            }
        }
    }
}
