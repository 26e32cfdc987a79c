import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";
import type { LibraryHarness } from "../../../../typechain-types";
import { libraryHarness, listOf } from "../../../helpers/libraries";

/** A word of {@link Tranches}, as the library's comment draws it. */
interface Tranche {
  leftWh: bigint;
  peakWh: bigint;
  nowWh: bigint;
  from: number;
  frames: number;
  index: number;
  priceKey: bigint;
}

const pack = (t: Tranche): bigint =>
  t.leftWh |
  (t.peakWh << 24n) |
  (t.nowWh << 44n) |
  (BigInt(t.from) << 64n) |
  (BigInt(t.frames) << 71n) |
  (BigInt(t.index) << 78n) |
  (t.priceKey << 232n);

const last = ({ from, frames }: Tranche): number => from + frames - 1;
const least = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));

/** Each in turn takes what it may until the total is used up. */
function served(list: readonly Tranche[], offset: number, leastKey: bigint, totalWh: bigint) {
  let unusedWh = totalWh;
  const after = list.map((t): Tranche => {
    const due = offset >= t.from && offset <= last(t);
    if (!due || t.priceKey < leastKey) return t;
    const energyWh = least(t.leftWh, offset === 0 ? t.nowWh : t.peakWh, unusedWh);
    unusedWh -= energyWh;
    return { ...t, leftWh: t.leftWh - energyWh };
  });
  return { after, unusedWh };
}

/** Each moves what brings its laxity up to the level: a fraction of whole numbers, `left - peak (frames - level)`. */
function upTo(list: readonly Tranche[], offset: number, leastKey: bigint, level: bigint) {
  let totalWh = 0n;
  const after = list.map((t): Tranche => {
    if (offset > last(t) || t.priceKey < leastKey) return t;
    const scaled = (t.leftWh - t.peakWh * BigInt(last(t) - offset + 1)) * 2n ** 17n + t.peakWh * level;
    const energyWh = scaled <= 0n ? 0n : least(scaled / 2n ** 17n, t.leftWh, offset === 0 ? t.nowWh : t.peakWh);
    totalWh += energyWh;
    return { ...t, leftWh: t.leftWh - energyWh };
  });
  return { after, totalWh };
}

/** A list of random orders; `from` is 0 in plans and varies in the fallback. */
function randomList(random: Random, length: number, startsLater: boolean): Tranche[] {
  const large = random.integer(0, 1) === 1;
  const energy = (bits: number) => BigInt(random.integer(0, large ? 2 ** bits - 1 : 6));
  return listOf(length, (index) => {
    const lastOffset = random.integer(0, random.pick([0, 5, 96]));
    const from = startsLater ? random.integer(0, lastOffset) : 0;
    const peakWh = energy(20) + (large ? 0n : 1n);
    return {
      leftWh: energy(24),
      peakWh: peakWh === 0n ? 1n : peakWh,
      nowWh: energy(20),
      from,
      frames: lastOffset - from + 1,
      index,
      priceKey: BigInt(random.pick([0, 1, 2, 3, 2 ** 24 - 1])),
    };
  });
}

describe("PlanAllotment", () => {
  const LENGTHS = [0, 1, 2, 3, 8, 40, 130];
  const KEYS = [0n, 1n, 3n, 2n ** 24n - 1n, 2n ** 24n];
  let harness: LibraryHarness;
  before(async () => {
    harness = await libraryHarness();
  });

  it("sorts by last offset, equals in the order they came", async () => {
    const random = new Random(7).stream("sorted");
    for (const length of [...LENGTHS, ...LENGTHS]) {
      const list = randomList(random, length, false);
      const sorted = [...list].sort((a, b) => last(a) - last(b) || a.index - b.index);
      expect(await harness.sortedTranches(list.map(pack))).to.deep.equal(sorted.map(pack));
    }
  });

  it("moves orders up to a level of laxity, as plain arithmetic does", async () => {
    const random = new Random(10).stream("serve level");
    let moved = 0;
    for (const length of [...LENGTHS, ...LENGTHS, ...LENGTHS, ...LENGTHS]) {
      const list = randomList(random, length, false).sort((a, b) => last(a) - last(b) || a.index - b.index);
      const offset = random.pick([0, 0, 1, 4, 30, 96]);
      const key = random.pick(KEYS);
      for (const level of [
        0,
        1,
        2 ** 16,
        2 ** 17,
        random.integer(0, 2 ** 20),
        random.integer(0, 2 ** 24),
        2 ** 24 - 1,
      ]) {
        const { after, totalWh } = upTo(list, offset, key, BigInt(level));
        const result = await harness.serveLevelTranches(list.map(pack), offset, key, level);
        expect([...result.served]).to.deep.equal(after.map(pack));
        expect(result.totalWh).to.equal(totalWh);
        if (totalWh > 0n) moved++;
      }
    }
    expect(moved).to.be.greaterThan(20);
  });

  it("serves those that are due, in any list, as a plain walk does", async () => {
    const random = new Random(8).stream("serve due");
    let used = 0;
    for (const length of [...LENGTHS, ...LENGTHS, ...LENGTHS, ...LENGTHS]) {
      const list = randomList(random, length, true);
      const offset = random.pick([0, 0, 1, 4, 30, 96]);
      const key = random.pick(KEYS);
      const most = served(list, offset, key, 2n ** 40n);
      for (const totalWh of [0n, 1n, (2n ** 40n - most.unusedWh) / 2n, 2n ** 40n - most.unusedWh, 2n ** 40n]) {
        const { after, unusedWh } = served(list, offset, key, totalWh);
        const result = await harness.serveDueTranches(list.map(pack), offset, key, totalWh);
        expect([...result.served]).to.deep.equal(after.map(pack));
        expect(result.unusedWh).to.equal(unusedWh);
        if (unusedWh < totalWh) used++;
      }
    }
    expect(used).to.be.greaterThan(20);
  });

  it("serves a sorted list from its head on as a plain walk does", async () => {
    const random = new Random(9).stream("serve");
    let used = 0;
    for (const length of [...LENGTHS, ...LENGTHS, ...LENGTHS, ...LENGTHS]) {
      const list = randomList(random, length, false).sort((a, b) => last(a) - last(b) || a.index - b.index);
      const offset = random.pick([0, 0, 1, 4, 30, 96]);
      const key = random.pick(KEYS);
      const most = served(list, offset, key, 2n ** 40n);
      for (const totalWh of [0n, 1n, (2n ** 40n - most.unusedWh) / 2n, 2n ** 40n]) {
        const { after, unusedWh } = served(list, offset, key, totalWh);
        const result = await harness.serveTranches(list.map(pack), offset, key, totalWh);
        expect([...result.served]).to.deep.equal(after.map(pack));
        expect(result.unusedWh).to.equal(unusedWh);
        if (unusedWh < totalWh) used++;
      }
    }
    expect(used).to.be.greaterThan(20);
  });
});
