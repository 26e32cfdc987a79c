// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { BookHead, BookHeadLib } from "../types/BookHead.sol";

/// @title Head of the order book, callable
/// @notice Readers return all fields at once, by the names that the layout draws.
contract BookHeadHarness {
    /// @notice Fields of a {BookHead} that are written as they are.
    struct HeadFields {
        uint256 live;
        bool paused;
        uint256 moreWords;
    }

    /// @notice Every reader of {BookHeadLib}.
    function readHead(
        BookHead h
    ) external pure returns (uint256 live, uint256 sequence, bool paused, uint256 moreWords) {
        return (h.live(), h.sequence(), h.isPaused(), h.moreWords());
    }

    /// @notice {BookHeadLib.empty}.
    function emptyHead() external pure returns (BookHead) {
        return BookHeadLib.empty();
    }

    /// @notice Every writer of {BookHeadLib}, each on `h` alone.
    function writeHead(
        BookHead h,
        uint256 index,
        HeadFields calldata f
    ) external pure returns (BookHead next, BookHead marked, BookHead relit, BookHead set, BookHead grown) {
        next = h.withNextSequence();
        marked = h.withLive(index);
        relit = h.withLiveBits(f.live);
        set = h.withPaused(f.paused);
        grown = h.withMoreWords(f.moreWords);
    }
}
