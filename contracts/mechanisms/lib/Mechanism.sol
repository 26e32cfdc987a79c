// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IMarketParameters } from "../../interfaces/IMarketParameters.sol";
import { IMechanism } from "../../interfaces/IMechanism.sol";
import { Auction } from "../../libraries/Auction.sol";
import { UnsafeList } from "../../libraries/UnsafeList.sol";
import { PileState } from "../../types/PileState.sol";

/// @title Common part of the mechanisms
/// @notice Sorts the orders into a book, has the rule match it, and fills from the grid what is left and may be. A rule
/// is a contract of this kind that says how a ranked book is matched.
abstract contract Mechanism is IMechanism {
    /// @dev Longest waits are 96 frames: a price rank of this weight comes before every wait.
    uint256 internal constant PRICE_FIRST = 128;

    /// @inheritdoc IMechanism
    function propose(
        Terms calldata terms,
        uint256[] calldata orders
    ) external view returns (uint256[] memory, uint256[] memory) {
        Auction.Book memory book = Auction.open(
            terms.frame,
            terms.roomWh == 0 ? type(uint256).max : terms.published.importTicks(),
            terms.rules.maxWaitFrames(),
            terms.roundFollows,
            orders.length
        );
        _read(book, orders);
        _rank(book, terms);
        // The answer as the ABI has it: two offsets, then the lists.
        (uint256[] memory head, uint256[] memory fills) = UnsafeList.reserveTwo(1, 2 * orders.length);
        _match(book, terms, fills);
        Auction.fillFromGrid(book, terms.rules.tickSize(), fills, terms.roomWh);
        _answer(head, fills, terms.roundFollows, book);
    }

    /// @inheritdoc IMechanism
    function accepts(IMarketParameters.Parameters calldata parameters) external pure virtual returns (bytes4 answer) {
        parameters;
        return IMechanism.accepts.selector;
    }

    /// @notice Drops what cannot trade, and puts both sides in order of priority: by price, then by waiting time, then
    /// by placement.
    function _rank(Auction.Book memory book, Terms calldata terms) internal view virtual {
        terms;
        Auction.prune(book);
        Auction.rank(book, Auction.Rules({ priceWeight: PRICE_FIRST, timeWeight: 1, tickSize: 0 }));
    }

    /// @dev As {_rank} by itself does, and drops nothing: for rules whose prices depend on who does not trade.
    function _rankWhole(Auction.Book memory book) internal pure {
        Auction.keepAll(book);
        Auction.rank(book, Auction.Rules({ priceWeight: PRICE_FIRST, timeWeight: 1, tickSize: 0 }));
    }

    /// @notice Matches a ranked book.
    /// @param book its entries carry afterwards what is left of them
    /// @param terms what the frame's proposal depends on
    /// @param fills an empty list with room for two words for each order; gets the trades
    function _match(Auction.Book memory book, Terms calldata terms, uint256[] memory fills) internal view virtual;

    /// @dev Sorts the orders by side.
    function _read(Auction.Book memory book, uint256[] calldata orders) private pure {
        if (orders.length == 0) return;
        unchecked {
            // Called in two places it stays a function: inlined, the loop outgrows the EVM's stack.
            _readOne(book, orders, 0);
            for (uint256 i = 1; i < orders.length; ++i) _readOne(book, orders, i);
        }
    }

    /// @dev Adds the order at a place, which there is, to the book.
    function _readOne(Auction.Book memory book, uint256[] calldata orders, uint256 i) private pure {
        PileState s;
        unchecked {
            assembly ("memory-safe") {
                s := calldataload(add(orders.offset, shl(5, i)))
            }
            Auction.add(book, s, book.frame - s.firstFrame());
        }
    }

    /// @notice Ends the call with two lists. Copying words one by one would cost as much as ranking them.
    /// @param head two words of room before `fills`
    function _answer(
        uint256[] memory head,
        uint256[] memory fills,
        bool ranked,
        Auction.Book memory book
    ) private pure {
        uint256[] memory bids = book.bids;
        uint256[] memory asks = book.asks;
        assembly ("memory-safe") {
            let count := mload(fills)
            mstore(head, 0x40)
            mstore(add(head, 0x20), add(0x60, shl(5, count)))
            // The order of priority follows the fills. It overwrites room of the list that fills did not need, or
            // memory that nothing needs any more: the sides themselves were reserved before it.
            let second := add(add(fills, 0x20), shl(5, count))
            let end := add(second, 0x20)
            mstore(second, 0)
            if ranked {
                let bidBytes := shl(5, mload(bids))
                let askBytes := shl(5, mload(asks))
                mstore(second, shr(5, add(bidBytes, askBytes)))
                let free := mload(0x40)
                // The sides lie before the list or behind its room; a copy beyond all of them is safe for both.
                mcopy(free, add(bids, 0x20), bidBytes)
                mcopy(add(free, bidBytes), add(asks, 0x20), askBytes)
                mcopy(end, free, add(bidBytes, askBytes))
                end := add(end, add(bidBytes, askBytes))
            }
            return(head, sub(end, head))
        }
    }
}
