// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Load of the feeder and how much it fluctuates [T 4.3, 4.4]
/// @notice Powers in W, energies in Wh.
library Fluctuation {
    uint256 private constant SECONDS_PER_HOUR = 3600;

    /// @notice Net energy that EVs draw in a frame as power, rounded away from zero [T 4.3a].
    /// @param energyWh drawn from the grid, negative where the EVs feed in
    /// @param frameSeconds length of the frame, s
    /// @return power W
    function powerW(int256 energyWh, uint256 frameSeconds) internal pure returns (int256 power) {
        unchecked {
            // Not negative: the sign was checked. Energies of a frame, scaled, stay far below 2^64.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint256 magnitude = energyWh < 0 ? uint256(-energyWh) : uint256(energyWh);
            // Powers have 40 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            power = int256((magnitude * SECONDS_PER_HOUR + frameSeconds - 1) / frameSeconds);
            return energyWh < 0 ? -power : power;
        }
    }

    /// @notice Energy that the feeder may still draw in a frame so that its load stays within a limit, Wh.
    /// @param limitW capacity less the loss allowance, W
    /// @param baseLoadW P_home, W
    function chargingRoomWh(int256 limitW, int256 baseLoadW, uint256 frameSeconds) internal pure returns (uint256) {
        if (limitW <= baseLoadW) return 0;
        unchecked {
            // Not negative: compared above. 33 bits of W, at most 30 of scaled seconds.
            // forge-lint: disable-next-line(unsafe-typecast)
            return (uint256(limitW - baseLoadW) * frameSeconds) / SECONDS_PER_HOUR;
        }
    }

    /// @notice One term of the power fluctuation level: `abs(P(t) - P(t - 1))`, W [T 4.4].
    function stepW(int256 loadW, int256 previousW) internal pure returns (uint256) {
        unchecked {
            // Not negative: compared here. Loads have 40 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            return loadW > previousW ? uint256(loadW - previousW) : uint256(previousW - loadW);
        }
    }
}
