// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { FramesTold } from "./FramesTold.sol";

/// @title Meters and readings as their events tell them
/// @notice One change of a meter is on record at a time, and another takes it over only once no frame before it is open: the
/// key that was valid in a frame judges that frame (INV-17). A reading counts once and within what its pile can move.
abstract contract MetersTold is FramesTold {
    /// @dev A pile's meter: what counts before a frame, and from it on.
    struct MeterTold {
        address key;
        uint256 weatherBps;
        address nextKey;
        uint256 nextWeatherBps;
        uint256 from;
        uint256 operatorTag;
    }

    /// @dev A stored reading, Wh.
    struct Reading {
        bool stored;
        uint256 consumedWh;
        uint256 producedWh;
    }

    mapping(uint256 pile => mapping(uint256 frame => Reading)) internal _readings;
    mapping(uint256 pile => MeterTold) internal _meters;

    /// @notice The key that signs a pile's readings of a frame, as events tell it.
    function keyOf(uint256 pile, uint256 frame) public view returns (address) {
        MeterTold storage m = _meters[pile];
        return m.from != 0 && frame >= m.from ? m.nextKey : m.key;
    }

    /// @notice The weather factor that counts in a frame, 1/10 000.
    function weatherOf(uint256 pile, uint256 frame) public view returns (uint256) {
        MeterTold storage m = _meters[pile];
        return m.from != 0 && frame >= m.from ? m.nextWeatherBps : m.weatherBps;
    }

    /// @notice Whether a reading was stored.
    function isStored(uint256 pile, uint256 frame) external view returns (bool) {
        return _readings[pile][frame].stored;
    }

    /// @dev A meter was registered.
    function _meterRegistered(uint256 pile, address key, uint256 operatorTag, uint256 energyPerFrameWh) internal {
        _hold(_meters[pile].key == address(0), "INV-17 a meter was registered twice");
        _meters[pile] = MeterTold(key, 0, address(0), 0, 0, operatorTag);
        _hold(energyPerFrameWh == reachWh[pile], "INV-9 a meter has another reach than its pile");
    }

    /// @dev A meter's key changes.
    function _keyChanged(uint256 pile, address key, uint256 firstFrame) internal {
        (, uint256 weatherBps) = _change(pile, firstFrame);
        MeterTold storage m = _meters[pile];
        (m.nextKey, m.nextWeatherBps, m.from) = (key, weatherBps, firstFrame);
    }

    /// @dev A meter's weather factor changes.
    function _weatherChanged(uint256 pile, uint256 weatherBps, uint256 firstFrame) internal {
        (address key, ) = _change(pile, firstFrame);
        MeterTold storage m = _meters[pile];
        (m.nextKey, m.nextWeatherBps, m.from) = (key, weatherBps, firstFrame);
    }

    /// @dev Readings were stored.
    function _stored(uint256[] memory readings) internal {
        for (uint256 i; i < readings.length; ++i) {
            (uint256 pile, uint256 frame) = (readings[i] & 0xffff, (readings[i] >> 16) & type(uint32).max);
            Reading storage r = _readings[pile][frame];
            _hold(!r.stored, "INV-17 a reading was stored twice");
            _hold(
                block.timestamp >= (frame + 1) * _rules.frameSeconds && !_frames[frame].settled,
                "INV-17 a reading was stored before its frame's end or after its settlement"
            );
            (r.stored, r.consumedWh, r.producedWh) = (
                true,
                (readings[i] >> 48) & type(uint24).max,
                (readings[i] >> 72) & type(uint24).max
            );
            _hold(
                r.consumedWh <= reachWh[pile] && r.producedWh <= reachWh[pile],
                "INV-17 a reading above what its pile can move was stored"
            );
            ++_counters.readingsStored;
        }
    }

    /// @dev Takes the change on record over for good, where there is one of another frame. Returns the latest meter.
    function _change(uint256 pile, uint256 firstFrame) private returns (address key, uint256 weatherBps) {
        MeterTold storage m = _meters[pile];
        _hold(
            firstFrame > (block.timestamp + _rules.auctionSeconds) / _rules.frameSeconds + 1,
            "INV-17 a meter changed in a frame whose gate is closed"
        );
        if (m.from == 0) return (m.key, m.weatherBps);
        if (m.from != firstFrame) {
            for (uint256 i; i < unsettled.length; ++i) {
                _hold(unsettled[i] >= m.from, "INV-17 another key judges a frame that is not settled");
            }
            (m.key, m.weatherBps) = (m.nextKey, m.nextWeatherBps);
        }
        return (m.nextKey, m.nextWeatherBps);
    }
}
