// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { UnsafeList } from "./UnsafeList.sol";

/// @title Ascending merge sort of words in memory
/// @notice n log n in the worst case, which no adversary can turn into n²: runs of eight are sorted by insertion, then
/// merged. Neighbouring runs that are in order already are copied whole.
library MergeSort {
    /// @notice Sorts `list`. The result may be `list` itself or a new list; either way `list` is used up.
    function sort(uint256[] memory list) internal pure returns (uint256[] memory sorted) {
        uint256 length = list.length;
        if (length < 2) return list;
        _sortRuns(list);
        if (length <= 8) return list;
        uint256[] memory scratch = UnsafeList.reserve(length);
        UnsafeList.setLength(scratch, length);
        assembly ("memory-safe") {
            let from := add(list, 0x20)
            let to := add(scratch, 0x20)
            let size := shl(5, length)
            for {
                let width := 0x100
            } lt(width, size) {
                width := shl(1, width)
            } {
                let end := add(from, size)
                let out := to
                for {
                    let left := from
                } lt(left, end) {} {
                    let leftEnd := add(left, width)
                    if gt(leftEnd, end) {
                        leftEnd := end
                    }
                    let right := leftEnd
                    let rightEnd := add(right, width)
                    if gt(rightEnd, end) {
                        rightEnd := end
                    }
                    let next := rightEnd
                    // While both runs last, take the smaller head; two runs in order are not walked at all.
                    if lt(right, rightEnd) {
                        if gt(mload(sub(right, 0x20)), mload(right)) {
                            let x := mload(left)
                            let y := mload(right)
                            for {} 1 {} {
                                if lt(y, x) {
                                    mstore(out, y)
                                    out := add(out, 0x20)
                                    right := add(right, 0x20)
                                    if eq(right, rightEnd) {
                                        break
                                    }
                                    y := mload(right)
                                    continue
                                }
                                mstore(out, x)
                                out := add(out, 0x20)
                                left := add(left, 0x20)
                                if eq(left, leftEnd) {
                                    break
                                }
                                x := mload(left)
                            }
                        }
                    }
                    // The rest of the two runs is in order already.
                    let leftBytes := sub(leftEnd, left)
                    mcopy(out, left, leftBytes)
                    out := add(out, leftBytes)
                    let rightBytes := sub(rightEnd, right)
                    mcopy(out, right, rightBytes)
                    out := add(out, rightBytes)
                    left := next
                }
                let swap := from
                from := to
                to := swap
            }
            sorted := sub(from, 0x20)
        }
    }

    /// @dev Sorts each run of eight words by insertion.
    function _sortRuns(uint256[] memory list) private pure {
        assembly ("memory-safe") {
            let run := add(list, 0x20)
            let end := add(run, shl(5, mload(list)))
            for {} lt(run, end) {
                run := add(run, 0x100)
            } {
                let runEnd := add(run, 0x100)
                if gt(runEnd, end) {
                    runEnd := end
                }
                for {
                    let i := add(run, 0x20)
                } lt(i, runEnd) {
                    i := add(i, 0x20)
                } {
                    let word := mload(i)
                    let hole := i
                    for {} gt(hole, run) {} {
                        let before := sub(hole, 0x20)
                        let other := mload(before)
                        if iszero(gt(other, word)) {
                            break
                        }
                        mstore(hole, other)
                        hole := before
                    }
                    mstore(hole, word)
                }
            }
        }
    }
}
