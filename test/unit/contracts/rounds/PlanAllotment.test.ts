import { expect } from "chai";
import { ethers } from "hardhat";

import { Random } from "../../../../scripts/core/random";
import type { PlanAllotmentHarness } from "../../../../typechain-types";
import { KEYS, last, least, LENGTHS, pack, randomList, type Tranche } from "../../../helpers/tranches";

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

describe("PlanAllotment", () => {
  let harness: PlanAllotmentHarness;
  before(async () => {
    harness = await ethers.deployContract("PlanAllotmentHarness");
  });

  it("sorts by last offset, equals in the order they came", async () => {
    const random = new Random(7).stream("sorted");
    for (const length of [...LENGTHS, ...LENGTHS]) {
      const list = randomList(random, length, false);
      const sorted = [...list].sort((a, b) => last(a) - last(b) || a.index - b.index);
      expect(await harness.sortedTranches(list.map(pack))).to.deep.equal(sorted.map(pack));
    }
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
