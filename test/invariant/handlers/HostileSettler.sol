// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import { IDelivery } from "../../../contracts/interfaces/IDelivery.sol";
import { IMarket } from "../../../contracts/interfaces/IMarket.sol";
import { Fill } from "../../../contracts/types/Fill.sol";
import { PublishedFrame } from "../../../contracts/types/PublishedFrame.sol";
import { Told } from "../mirror/Told.sol";
import { People } from "../People.sol";
import { VM } from "../Vm.sol";
import { World } from "../World.sol";
import { Metering } from "./Metering.sol";
import { PretendedMarket } from "./PretendedMarket.sol";

/// @title Who settles frames by words that are not theirs
/// @notice Forgeries, not altered honest words: hashes stand where publications and fills belong, parts where wholes do,
/// other frames' and markets' words where this one's do. Each call tries many; none may settle anything (INV-22).
contract HostileSettler is Metering {
    /// @dev Arguments of a settlement.
    struct Claimed {
        IMarket market;
        uint256 frame;
        uint256 published;
        uint256[] fills;
        uint256 matched;
    }

    uint256 private constant DOMAIN = uint256(keccak256("AdBEV frame") >> 232) << 232;

    /// @dev Frame under attack: its honest words, and whether a forgery settled it.
    Claimed private _honest;
    uint256 private _tries;
    bool private _settled;

    constructor(World world) Metering(world) {}

    /// @notice Inner hashes where outer words go and the reverse: what a record keeps of the match's hash as publication,
    /// whole hashes, headers; digests as fills.
    function levels(uint256 seed) external resumed refused("INV-22 a frame was settled by a hash in a word's place") {
        Told.Frame memory f = _attack(seed);
        if (_idle) return;
        (uint256[] memory first, uint256[] memory second) = _cut(f.all, f.allMatched);
        uint256[4] memory hashes = [f.matchDigest, f.digest, _hashOf(1, _honest.published, first), 0];
        hashes[3] = _hashOf(3, f.matchDigest, second);
        for (uint256 i; i < 4; ++i) {
            _tryCounts(hashes[i], f.all);
            _tryCounts(hashes[i], second);
            _tryCounts(hashes[i], first);
            _tryCounts(hashes[i], new uint256[](0));
            _tryCounts(_honest.published, _with(hashes[i], second));
            _tryCounts(_honest.published, _with(hashes[i], new uint256[](0)));
            _tryCounts(_honest.published, _with(_honest.published, _with(hashes[i], second)));
        }
        for (uint256 level; level < 5; ++level) {
            _tryCounts(_header(level, first.length), _with(_honest.published, first));
            _tryCounts(_header(level, second.length), _with(f.matchDigest, second));
            _tryCounts(_header(level, second.length), second);
            _tryCounts(_honest.published, _with(_header(level, second.length), _with(f.matchDigest, second)));
        }
        _conclude();
    }

    /// @notice Truncated, concatenated, reordered lists; the match's fills alone, the round's alone; wrong counts of matched
    /// ones.
    function lists(uint256 seed) external resumed refused("INV-22 a frame was settled by another list of fills") {
        Told.Frame memory f = _attack(seed);
        if (_idle) return;
        (uint256[] memory first, uint256[] memory second) = _cut(f.all, f.allMatched);
        uint256 published = _honest.published;
        _tryCounts(published, f.all);
        _tryCounts(published, first);
        _tryCounts(published, second);
        _tryCounts(published, _joined(second, first));
        _tryCounts(published, _joined(f.all, f.all));
        _tryCounts(published, _joined(first, f.all));
        _tryCounts(published, _joined(f.all, second));
        _tryCounts(published, _with(0, f.all));
        for (uint256 i; i <= f.all.length; ++i) {
            (uint256[] memory head, uint256[] memory tail) = _cut(f.all, i);
            _tryCounts(published, head);
            _tryCounts(published, tail);
            _tryCounts(published, _joined(head, _with(0, tail)));
        }
        _tryCounts(0, f.all);
        _conclude();
    }

    /// @notice Words of other frames, and this market's words said of other frames or by other markets.
    function others(uint256 seed) external resumed refused("INV-22 a frame was settled by the words of another") {
        Told.Frame memory f = _attack(seed);
        if (_idle) return;
        uint256 count = MIRROR.unsettledCount();
        for (uint256 i; i < count && i < 4; ++i) {
            uint256 frame = MIRROR.unsettled(((seed % count) + i) % count);
            if (frame == _honest.frame) continue;
            Told.Frame memory o = MIRROR.frameOf(frame);
            uint256 published = PublishedFrame.unwrap(MIRROR.publicationOf(frame));
            _tryCounts(published, o.all);
            _tryCounts(published, f.all);
            _tryCounts(_honest.published, o.all);
            _tryCounts(_honest.published, _joined(f.all, o.all));
            _tryCounts(o.digest, f.all);
        }
        WORLD.elapse((_honest.frame + 130) * FRAME_SECONDS);
        Claimed memory w = _honest;
        IMarket pretender = IMarket(address(new PretendedMarket(WORLD)));
        _try(Claimed(pretender, w.frame, w.published, w.fills, w.matched));
        _try(Claimed(pretender, w.frame, w.published, f.all, f.allMatched));
        _try(Claimed(MARKET, w.frame + 128, w.published, w.fills, w.matched));
        _try(Claimed(MARKET, w.frame + 1, w.published, w.fills, w.matched));
        _try(Claimed(MARKET, w.frame - 1, w.published, w.fills, w.matched));
        _try(Claimed(MARKET, w.frame + (1 << 32), w.published, w.fills, w.matched));
        _conclude();
    }

    /// @notice A rest settled as a whole, a whole as a rest, a settled part again.
    function parts(uint256 seed) external resumed refused("INV-22 a part of a frame was settled twice, or for all") {
        (bool found, uint256 frame) = _parted(seed);
        _idle = !found;
        if (_idle) return;
        Told.Frame memory f = MIRROR.frameOf(frame);
        _take(frame, f);
        uint256[] memory settled = _without(f.all, f.fills);
        uint256 published = _honest.published;
        _tryCounts(published, f.all);
        _tryCounts(published, settled);
        _tryCounts(published, f.fills);
        _tryCounts(published, _joined(f.fills, settled));
        _tryCounts(published, _joined(settled, f.fills));
        _tryCounts(f.digest, settled);
        _tryCounts(f.digest, f.fills);
        _tryCounts(f.matchDigest, f.all);
        _tryCounts(f.matchDigest, settled);
        _tryCounts(_header(4, f.fills.length), _with(published, f.fills));
        for (uint256 i; i < f.fills.length; ++i) {
            (uint256[] memory head, uint256[] memory tail) = _cut(f.fills, i);
            _tryCounts(published, head);
            _tryCounts(published, tail);
        }
        _conclude();
    }

    /// @dev Chooses a frame that awaits settlement, one that match and round filled where there is one, once it is over.
    function _attack(uint256 seed) private returns (Told.Frame memory f) {
        uint256 count = MIRROR.unsettledCount();
        _idle = count == 0;
        if (_idle) return f;
        uint256 frame = MIRROR.unsettled(seed % count);
        for (uint256 i; i < count; ++i) {
            uint256 other = MIRROR.unsettled(((seed % count) + i) % count);
            Told.Frame memory o = MIRROR.frameOf(other);
            if (o.allMatched == 0 || o.allMatched == o.all.length) continue;
            frame = other;
            break;
        }
        f = MIRROR.frameOf(frame);
        _take(frame, f);
        // Every reading is presumed by then: what keeps a forgery from settling is its words.
        WORLD.elapse((frame + 1) * FRAME_SECONDS + READING_SECONDS);
    }

    function _take(uint256 frame, Told.Frame memory f) private {
        uint256 published = PublishedFrame.unwrap(MIRROR.publicationOf(frame));
        _honest = Claimed(MARKET, frame, published, f.fills, f.matched);
        (_tries, _settled) = (0, false);
    }

    /// @dev A frame of which a part is settled; one is settled in part where there is none.
    function _parted(uint256 seed) private returns (bool, uint256) {
        uint256 count = MIRROR.unsettledCount();
        for (uint256 i; i < count; ++i) {
            uint256 frame = MIRROR.unsettled(((seed % count) + i) % count);
            if (_isParted(frame)) return (true, frame);
        }
        if (READING_SECONDS == 0) return (false, 0);
        _pairFrame(seed);
        count = MIRROR.unsettledCount();
        for (uint256 i; i < count; ++i) {
            uint256 frame = MIRROR.unsettled(((seed % count) + i) % count);
            if (block.timestamp >= (frame + 1) * FRAME_SECONDS + READING_SECONDS) continue;
            WORLD.elapse((frame + 1) * FRAME_SECONDS);
            if (_settlePart(frame, seed, People.STRANGER) && _isParted(frame)) return (true, frame);
        }
        return (false, 0);
    }

    function _isParted(uint256 frame) private view returns (bool) {
        Told.Frame memory f = MIRROR.frameOf(frame);
        return !f.settled && f.fills.length != f.all.length;
    }

    /// @dev Tries a list with every count of matched fills, one too many included.
    function _tryCounts(uint256 published, uint256[] memory fills) private {
        for (uint256 matched; matched <= fills.length + 1; ++matched) {
            _try(Claimed(MARKET, _honest.frame, published, fills, matched));
        }
    }

    /// @dev Tries words that are not the honest ones of the frame that they name.
    function _try(Claimed memory w) private {
        if (_settled || _isHonest(w)) return;
        ++_tries;
        uint256[] memory words = w.fills;
        Fill[] memory fills;
        assembly ("memory-safe") {
            fills := words
        }
        PublishedFrame published = PublishedFrame.wrap(w.published);
        VM.prank(People.STRANGER);
        try DELIVERY.settle(w.market, w.frame, published, fills, w.matched, new IDelivery.SignedReading[](0)) {
            _settled = true;
        } catch {}
    }

    /// @dev Whether words settle the frame that they name as they should: two frames without tariffs may have the same.
    function _isHonest(Claimed memory w) private view returns (bool) {
        if (w.market != MARKET) return false;
        Told.Frame memory f = MIRROR.frameOf(w.frame);
        uint256 published = PublishedFrame.unwrap(MIRROR.publicationOf(w.frame));
        if (w.published != published || w.matched != f.matched) return false;
        return keccak256(abi.encode(w.fills)) == keccak256(abi.encode(f.fills));
    }

    /// @dev Reverts where every forgery was refused, so that this call changes nothing.
    function _conclude() private {
        _idle = _tries == 0;
        if (!_settled && !_idle) revert("every forgery was refused");
    }

    function _header(uint256 level, uint256 count) private view returns (uint256) {
        uint256 about = (uint256(uint160(address(MARKET))) << 64) | (_honest.frame << 32) | count;
        return DOMAIN | (level << 224) | about;
    }

    /// @dev A whole hash of fills, of which a record keeps a part.
    function _hashOf(uint256 level, uint256 first, uint256[] memory fills) private view returns (uint256) {
        return uint256(keccak256(abi.encodePacked(_header(level, fills.length), first, fills)));
    }

    function _cut(
        uint256[] memory list,
        uint256 place
    ) private pure returns (uint256[] memory head, uint256[] memory tail) {
        (head, tail) = (new uint256[](place), new uint256[](list.length - place));
        for (uint256 i; i < list.length; ++i) {
            if (i < place) head[i] = list[i];
            else tail[i - place] = list[i];
        }
    }

    function _joined(uint256[] memory a, uint256[] memory b) private pure returns (uint256[] memory list) {
        list = new uint256[](a.length + b.length);
        for (uint256 i; i < list.length; ++i) list[i] = i < a.length ? a[i] : b[i - a.length];
    }

    function _with(uint256 word, uint256[] memory list) private pure returns (uint256[] memory) {
        uint256[] memory one = new uint256[](1);
        one[0] = word;
        return _joined(one, list);
    }

    /// @dev A list without some of its words.
    function _without(uint256[] memory list, uint256[] memory gone) private pure returns (uint256[] memory left) {
        left = new uint256[](list.length - gone.length);
        uint256 next;
        for (uint256 i; i < list.length; ++i) {
            if (next < gone.length && list[i] == gone[next]) ++next;
            else left[i - next] = list[i];
        }
    }
}
