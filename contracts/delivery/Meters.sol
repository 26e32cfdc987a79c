// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";

import { IDelivery } from "../interfaces/IDelivery.sol";
import { IMarket } from "../interfaces/IMarket.sol";
import { IMarketParameters } from "../interfaces/IMarketParameters.sol";
import { CreditRanking } from "./CreditRanking.sol";
import { Meter, MeterLib } from "../types/Meter.sol";
import { MeterChange, MeterChangeLib } from "../types/MeterChange.sol";

/// @title The meters of all markets' piles
/// @notice The registrars' records of piles, beside their accounts.
abstract contract Meters is IDelivery {
    bytes32 private constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    /// @dev Piles of a market have numbers below this.
    uint256 internal constant PILE_LIMIT = 1 << 16;
    /// @dev Weather factors are below this, 1/10 000 [D (12)].
    uint256 private constant WEATHER_LIMIT_BPS = 3000;
    /// @dev Piles whose attributes share a slot.
    uint256 private constant PILES_PER_WORD = 6;
    uint256 private constant ATTRIBUTES_BITS = 40;
    /// @dev Frames searched for open ones before a meter is changed again.
    uint256 private constant LOOK_BACK_FRAMES = 256;
    uint256 private constant ATTRIBUTES_MASK = (1 << ATTRIBUTES_BITS) - 1;

    mapping(address market => Meter[PILE_LIMIT]) private _meters;
    mapping(address market => MeterChange[PILE_LIMIT]) private _changes;
    mapping(address market => uint256[PILE_LIMIT]) private _attributes;

    /// @inheritdoc IDelivery
    function registerMeter(uint256 pile, address key, address operator, uint256 energyPerFrameWh) external {
        if (pile == 0 || pile >= PILE_LIMIT || energyPerFrameWh == 0) {
            revert MeterOutOfRange(pile, energyPerFrameWh);
        }
        if (Meter.unwrap(_meters[msg.sender][pile]) != 0) revert MeterExists(msg.sender, pile);
        if (energyPerFrameWh > MeterLib.MAX_ENERGY_WH) energyPerFrameWh = MeterLib.MAX_ENERGY_WH;
        uint256 operatorTag = MeterLib.tagOf(operator);
        _meters[msg.sender][pile] = MeterLib.pack(key, energyPerFrameWh, 0, operatorTag);
        emit MeterRegistered(msg.sender, pile, key, operatorTag, energyPerFrameWh);
    }

    /// @inheritdoc IDelivery
    function setMeterKey(IMarket market, uint256 pile, address key) external {
        (Meter latest, uint256 firstFrame) = _requireChangeable(market, pile);
        _change(market, pile, MeterChangeLib.pack(key, latest.weatherBps(), firstFrame));
        emit MeterKeyChanged(address(market), pile, key, firstFrame);
    }

    /// @inheritdoc IDelivery
    function setWeatherFactor(IMarket market, uint256 pile, uint256 weatherBps) external {
        if (weatherBps >= WEATHER_LIMIT_BPS) revert WeatherOutOfRange(weatherBps);
        (Meter latest, uint256 firstFrame) = _requireChangeable(market, pile);
        _change(market, pile, MeterChangeLib.pack(latest.key(), weatherBps, firstFrame));
        emit WeatherFactorChanged(address(market), pile, weatherBps, firstFrame);
    }

    /// @inheritdoc IDelivery
    function setAttributes(IMarket market, uint256 pile, PileAttributes calldata attributes) external {
        _requireRegistrar(market);
        if (pile >= PILE_LIMIT || Meter.unwrap(_meters[address(market)][pile]) == 0) {
            revert UnknownMeter(address(market), pile);
        }
        uint256 packed = _checked(attributes.capacity) | (_checked(attributes.renewable) << 10);
        packed |= (_checked(attributes.position) << 20) | (_checked(attributes.stability) << 30);
        uint256 shift = (pile % PILES_PER_WORD) * ATTRIBUTES_BITS;
        uint256 word = _attributes[address(market)][pile / PILES_PER_WORD];
        _attributes[address(market)][pile / PILES_PER_WORD] = (word & ~(ATTRIBUTES_MASK << shift)) | (packed << shift);
        emit AttributesChanged(address(market), pile, attributes);
    }

    /// @inheritdoc IDelivery
    function meterOf(IMarket market, uint256 pile, uint256 frame) external view returns (MeterView memory) {
        (Meter m, ) = _meterAt(address(market), pile, frame);
        return
            MeterView({
                key: m.key(),
                energyPerFrameWh: m.energyPerFrameWh(),
                weatherBps: m.weatherBps(),
                operatorTag: m.operatorTag()
            });
    }

    /// @inheritdoc IDelivery
    function attributesOf(IMarket market, uint256 pile) external view returns (PileAttributes memory) {
        uint256 packed = _attributesOf(address(market), pile);
        return
            PileAttributes({
                // Ten bits.
                // forge-lint: disable-next-line(unsafe-typecast)
                capacity: uint16(packed & 0x3ff),
                renewable: uint16((packed >> 10) & 0x3ff),
                position: uint16((packed >> 20) & 0x3ff),
                stability: uint16((packed >> 30) & 0x3ff)
            });
    }

    /// @notice A pile's meter as it counts for a frame; zero where there is none.
    /// @return meter the meter
    /// @return since first frame of the change that gave `meter`; 0 where no change is on record for it
    function _meterAt(address market, uint256 pile, uint256 frame) internal view returns (Meter meter, uint256 since) {
        meter = _meters[market][pile];
        if (!meter.isChanging()) return (meter, 0);
        MeterChange change = _changes[market][pile];
        if (frame >= change.firstFrame()) return (meter.changed(change), change.firstFrame());
    }

    /// @dev A pile's attributes, packed.
    function _attributesOf(address market, uint256 pile) internal view returns (uint256) {
        uint256 word = _attributes[market][pile / PILES_PER_WORD];
        return (word >> ((pile % PILES_PER_WORD) * ATTRIBUTES_BITS)) & ATTRIBUTES_MASK;
    }

    /// @dev Writes a change that counts from a frame on.
    function _change(IMarket market, uint256 pile, MeterChange change) private {
        Meter[PILE_LIMIT] storage meters = _meters[address(market)];
        meters[pile] = meters[pile].changing();
        _changes[address(market)][pile] = change;
    }

    /// @notice A pile's latest meter, after checking that it may be changed.
    /// @return latest the meter before the change
    /// @return firstFrame first frame that the change counts for: as far ahead as tariffs are published, and behind no
    /// closed gate, so that whoever does not trust a new key can take its order out first
    /// @dev One change is on record at a time: two would cost every reading one more slot. Another takes it over for
    /// good once no frame before it awaits settlement. Each frame is judged by the key valid in it, whenever it is
    /// settled.
    function _requireChangeable(IMarket market, uint256 pile) private returns (Meter latest, uint256 firstFrame) {
        _requireRegistrar(market);
        IMarketParameters.Parameters memory p = market.parameters();
        firstFrame = (block.timestamp + p.auctionSeconds) / p.frameSeconds + 1 + p.leadFrames;
        uint256 since;
        if (pile < PILE_LIMIT) (latest, since) = _meterAt(address(market), pile, firstFrame);
        if (Meter.unwrap(latest) == 0) revert UnknownMeter(address(market), pile);
        if (since == 0 || since == firstFrame) return (latest, firstFrame);
        _requireSettledBefore(market, since, firstFrame, p.frameSeconds);
        _meters[address(market)][pile] = latest;
    }

    /// @notice Reverts unless every frame before `since` has begun, so that no other is cleared, and is settled. It
    /// counts: as many frames are open from there on as there are in all. Frames no longer in the market's own slots
    /// count as before it.
    /// @param firstFrame a frame beyond every cleared one
    function _requireSettledBefore(
        IMarket market,
        uint256 since,
        uint256 firstFrame,
        uint256 frameSeconds
    ) private view {
        if (block.timestamp + frameSeconds < since * frameSeconds) revert FramesUnsettled(address(market), since, 0);
        uint256 open = market.marketTotals().openFrames();
        uint256 frame = firstFrame;
        for (uint256 i; open != 0 && frame > since && i < LOOK_BACK_FRAMES; ++i) {
            if (market.frameRecord(--frame).isOpen()) --open;
        }
        if (open != 0) revert FramesUnsettled(address(market), since, open);
    }

    /// @dev Reverts unless the caller is a registrar of the market.
    function _requireRegistrar(IMarket market) private view {
        if (!IAccessControl(address(market)).hasRole(REGISTRAR_ROLE, msg.sender)) {
            revert NotRegistrar(address(market), msg.sender);
        }
    }

    /// @dev An attribute in its range.
    function _checked(uint256 attribute) private pure returns (uint256) {
        if (attribute > CreditRanking.MAX_ATTRIBUTE) revert AttributeOutOfRange(attribute);
        return attribute;
    }
}
