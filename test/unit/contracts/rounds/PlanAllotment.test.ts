import { expect } from "chai";
import { ethers } from "hardhat";

import { Random } from "../../../../scripts/core/random";
import type { PlanAllotmentHarness } from "../../../../typechain-types";
import { listOf } from "../../../helpers/libraries";

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

/** Last offset or, by slack, the latest start from which the peak still serves all that is left. */
function sortKey(t: Tranche, bySlack: boolean): number {
  if (!bySlack) return last(t);
  return Math.max(0, last(t) + 1 - Math.ceil(Number(t.leftWh) / Number(t.peakWh)));
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
  let harness: PlanAllotmentHarness;
  before(async () => {
    harness = await ethers.deployContract("PlanAllotmentHarness");
  });

  for (const bySlack of [false, true]) {
    it(`sorts by ${bySlack ? "latest start" : "last offset"}, equals in the order they came`, async () => {
      const random = new Random(7).stream(`sorted ${bySlack}`);
      for (const length of [...LENGTHS, ...LENGTHS]) {
        const list = randomList(random, length, bySlack);
        const sorted = [...list].sort((a, b) => sortKey(a, bySlack) - sortKey(b, bySlack) || a.index - b.index);
        expect(await harness.sortedTranches(list.map(pack), bySlack)).to.deep.equal(sorted.map(pack));
      }
    });
  }

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
