import { expect } from "chai";
import { ethers } from "hardhat";

import { Random } from "../../../../scripts/core/random";
import type { LaxityLevelsHarness } from "../../../../typechain-types";
import { KEYS, last, least, LENGTHS, pack, randomList, type Tranche } from "../../../helpers/tranches";

/** Each moves the energy that brings its laxity up to the level: `left - peak (frames - level)`. */
function upTo(list: readonly Tranche[], offset: number, leastKey: bigint, level: bigint) {
  let totalWh = 0n;
  const after = list.map((t): Tranche => {
    if (offset > last(t) || t.priceKey < leastKey) return t;
    const frames = BigInt(last(t) - offset + 1);
    const scaled = least(t.leftWh - t.peakWh * frames, offset === 0 ? t.leftWh : 0n) * 2n ** 17n + t.peakWh * level;
    const energyWh = scaled <= 0n ? 0n : least(scaled / 2n ** 17n, t.leftWh, offset === 0 ? t.nowWh : t.peakWh);
    totalWh += energyWh;
    return { ...t, leftWh: t.leftWh - energyWh };
  });
  return { after, totalWh };
}

describe("LaxityLevels", () => {
  let harness: LaxityLevelsHarness;
  before(async () => {
    harness = await ethers.deployContract("LaxityLevelsHarness");
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
});
