// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Draws among equals, weighted by credit [D (10)(11)]
/// @notice An account with credit C weighs `e^(C - Cmax)`, C in points: 1 point less weighs 0.37, 10 points less
/// 0.00005. So newcomers, however many, hardly count beside a long honest history.
library CreditDraw {
    uint256 private constant ONE = 1 << 64;
    /// @dev Fourteen constants of eight bytes: `floor(2^64 e^(-2^i / 100))` for i = 0 to 13.
    bytes private constant DECAY =
        hex"fd73e7e95ce7ec2c"
        hex"faee4cdd6f62db92"
        hex"f5f64bf3805c6a57"
        hex"ec515a56223429fa"
        hex"da26186919727f6f"
        hex"b9e4e73e40de6ef3"
        hex"86fca2e4b18670c5"
        hex"472d73d883bc7bb7"
        hex"13ca3e54079d1a5d"
        hex"0187a506e4ea251c"
        hex"0002572985712682"
        hex"000000057a535533"
        hex"000000000000001e"
        hex"0000000000000000";

    /// @notice The weight of a credit that is `difference` below the highest.
    /// @param difference `Cmax - C`, 1/100 point, below 2^14
    /// @return w 64.64 fixed point, rounded down after each bit
    function weight(uint256 difference) internal pure returns (uint256 w) {
        w = ONE;
        bytes memory decay = DECAY;
        for (uint256 i; difference != 0; ++i) {
            if (difference & 1 != 0) {
                uint256 factor;
                assembly ("memory-safe") {
                    factor := shr(192, mload(add(add(decay, 0x20), shl(3, i))))
                }
                w = (w * factor) >> 64;
            }
            difference >>= 1;
        }
    }

    /// @notice Draws one of several.
    /// @param credits credit of each, 1/100 point; at least one
    /// @param seed any number
    /// @return index the first whose weight, added to those before it, exceeds `seed mod total`
    function draw(uint256[] memory credits, uint256 seed) internal pure returns (uint256 index) {
        uint256 highest;
        for (uint256 i; i < credits.length; ++i) if (credits[i] > highest) highest = credits[i];
        uint256 total;
        uint256[] memory weights = new uint256[](credits.length);
        for (uint256 i; i < credits.length; ++i) total += weights[i] = weight(highest - credits[i]);
        uint256 mark = seed % total;
        while (mark >= weights[index]) mark -= weights[index++];
    }
}
