import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeBookHead } from "../../../../scripts/chain/packedWords";
import type { BookHeadHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, flag, maxOf, named, normal, type Values } from "../../../helpers/drawnWords";

describe("BookHead", () => {
  let harness: BookHeadHarness;
  before(async () => (harness = await ethers.deployContract("BookHeadHarness")));

  const { sentinel, ...layout } = drawnLayout("BookHead");
  const SENTINEL = 1n << BigInt(sentinel!.shift);
  // Nobody reads how often the sequence has started again.
  delete layout.laps;

  it("has its fields where they are drawn, for Solidity and TypeScript", async () => {
    expect(Object.keys(layout)).to.deep.equal(["live", "sequence", "paused", "moreWords"]);
    for (const values of extremes(layout)) {
      for (const beside of [0n, SENTINEL]) {
        const word = drawnWord(layout, values) | beside;
        expect(named(await harness.readHead(word))).to.deep.equal(values);
        expect(normal(decodeBookHead(word))).to.deep.equal(values);
      }
    }
  });

  it("changes one thing at a time and keeps its sentinel", async () => {
    const ones = maxOf(layout.live!);
    for (const values of extremes(layout)) {
      if (values.sequence === maxOf(layout.sequence!)) continue;
      const word = drawnWord(layout, values) | SENTINEL;
      const with_ = (changed: Values) => drawnWord(layout, { ...values, ...changed }) | SENTINEL;
      for (const [index, live, paused, moreWords] of [
        [0n, 0n, false, 0n],
        [207n, ones, true, 7n],
        [100n, 1n, true, 4n],
      ] as const) {
        const { next, marked, relit, set, grown } = await harness.writeHead(word, index, { live, paused, moreWords });
        expect(next).to.equal(with_({ sequence: values.sequence! + 1n }));
        expect(marked).to.equal(with_({ live: values.live! | (1n << index) }));
        expect(relit).to.equal(with_({ live }));
        expect(set).to.equal(with_({ paused: flag(paused) }));
        expect(grown).to.equal(with_({ moreWords }));
      }
    }
    expect(await harness.emptyHead()).to.equal(SENTINEL);
  });
});
