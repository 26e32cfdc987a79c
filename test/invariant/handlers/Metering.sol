// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { MeterReading } from "../../../contracts/types/MeterReading.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Readings as meters sign them
/// @notice What settling and submitting handlers hand in.
abstract contract Metering is Handler {
    constructor(World world) Handler(world) {}

    /// @dev The readings of a frame's piles that nobody has submitted, signed: most as agreed, some far from it.
    function _missing(
        uint256 frame,
        Told.Frame memory f,
        uint256 seed
    ) internal view returns (IDelivery.SignedReading[] memory readings) {
        uint256 count = MIRROR.pileCount();
        uint256[] memory consumedWh = new uint256[](count + 1);
        uint256[] memory producedWh = new uint256[](count + 1);
        for (uint256 i; i < f.fills.length; ++i) {
            Fill fill = Fill.wrap(f.fills[i]);
            if (fill.buy() != 0) consumedWh[fill.buy()] += fill.energyWh();
            if (fill.sell() != 0) producedWh[fill.sell()] += fill.energyWh();
        }
        readings = new IDelivery.SignedReading[](count);
        uint256 found;
        for (uint256 pile = FIRST_PILE; pile <= count; ++pile) {
            if (consumedWh[pile] + producedWh[pile] == 0 || MIRROR.isStored(pile, frame)) continue;
            uint256 energies = _energies(pile, consumedWh[pile], producedWh[pile], seed);
            readings[found++] = _sign(MeterReading.wrap(pile | (frame << 16) | (energies << 48)), pile, frame);
        }
        assembly ("memory-safe") {
            mstore(readings, found)
        }
    }

    /// @dev What a pile moved that agreed to so much: all of it, or more or less within its reach.
    function _energies(uint256 pile, uint256 buysWh, uint256 sellsWh, uint256 seed) internal view returns (uint256) {
        uint256 percent = seed % 2 == 0 ? 100 : _in(_mix(seed, pile), 0, 250);
        uint256 reachWh = MIRROR.reachWh(pile);
        uint256 usedWh = (buysWh * percent) / 100;
        uint256 madeWh = (sellsWh * percent) / 100;
        // Where all take what they agreed to and sellers make more, nobody pays for what the grid takes.
        if (seed % 4 == 1)
            (usedWh, madeWh) = (buysWh, (sellsWh * _in(_mix(seed, pile), 100, 250)) / 100);
            // Some sellers consume what they should have made.
        else if (sellsWh != 0 && _mix(seed, pile + 100) % 5 == 0) usedWh = reachWh / 2;
        if (usedWh > reachWh) usedWh = reachWh;
        return usedWh | ((madeWh > reachWh ? reachWh : madeWh) << 24);
    }

    /// @dev Leaves out the last readings.
    function _shorten(IDelivery.SignedReading[] memory readings, uint256 length) internal pure {
        assembly ("memory-safe") {
            mstore(readings, length)
        }
    }

    /// @dev A reading with the signature of the key that counts for its frame.
    function _sign(
        MeterReading reading,
        uint256 pile,
        uint256 frame
    ) internal view returns (IDelivery.SignedReading memory signed) {
        uint256 key = People.meterKey(pile, DELIVERY.meterOf(MARKET, pile, frame).key);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, DELIVERY.readingHash(MARKET, reading));
        return IDelivery.SignedReading(reading, r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }
}
