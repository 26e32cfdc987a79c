// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IOrderBook } from "../../../contracts/interfaces/IOrderBook.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { MeterReading } from "../../../contracts/types/MeterReading.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @title Readings as meters sign them
/// @notice Readings that settling and submitting handlers hand in.
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

    /// @dev Energy that a pile moved of so much agreed: all of it, or more or less within its reach.
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

    /// @notice Two pairs of piles order the same and meet: a frame of several groups, mostly.
    /// @return frame the last of the two frames that are cleared then in which more than one fill was made
    function _pairFrame(uint256 seed) internal returns (uint256 frame) {
        for (uint256 i; i < 4; ++i) {
            uint256 pile = _pileWith(false, _mix(seed, i));
            if (MIRROR.isLive(pile)) continue;
            _fund(pile, seed | 1);
            uint256 first = (block.timestamp + AUCTION_SECONDS) / FRAME_SECONDS + 1;
            bool charge = i % 2 == 0;
            VM.prank(People.pile(pile));
            try MARKET.place(IOrderBook.OrderRequest(charge, charge ? 300_000 : 100_000, 500, 0, first + 2)) {} catch {}
            _did(People.pile(pile));
        }
        for (uint256 i; i < 2; ++i) {
            uint256 cleared = _toWindow(_mix(seed, 10 + i));
            _clear(cleared, People.STRANGER);
            if (frame == 0 || MIRROR.frameOf(cleared).fills.length > 1) frame = cleared;
        }
    }

    /// @notice Settles a frame with the readings of one fill's piles, of one fill after the other, until a part of it goes.
    /// @return settled whether any did
    function _settlePart(uint256 frame, uint256 seed, address keeper) internal returns (bool settled) {
        Told.Frame memory f = MIRROR.frameOf(frame);
        Fill[] memory fills = _fillsOf(f);
        PublishedFrame published = MIRROR.publicationOf(frame);
        for (uint256 i; i < fills.length && fills.length > 1 && !settled; ++i) {
            IDelivery.SignedReading[] memory readings = _missing(frame, f, seed);
            _keepOf(readings, fills[i]);
            VM.prank(keeper);
            try DELIVERY.settle(MARKET, frame, published, fills, f.matched, readings) {
                settled = true;
            } catch {}
        }
        if (settled) _did(keeper);
    }

    /// @dev Leaves the readings of a fill's piles.
    function _keepOf(IDelivery.SignedReading[] memory readings, Fill fill) private pure {
        uint256 kept;
        for (uint256 i; i < readings.length; ++i) {
            uint256 pile = readings[i].reading.pile();
            if (pile == fill.sell() || pile == fill.buy()) readings[kept++] = readings[i];
        }
        _shorten(readings, kept);
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
