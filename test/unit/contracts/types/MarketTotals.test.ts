import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeMarketTotals } from "../../../../scripts/chain/packedWords";
import type { MarketTotalsHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, maxOf, minOf, named, normal } from "../../../helpers/drawnWords";

describe("MarketTotals", () => {
  let harness: MarketTotalsHarness;
  before(async () => (harness = await ethers.deployContract("MarketTotalsHarness")));

  const layout = drawnLayout("MarketTotals", ["lastLoadW"]);

  it("has its fields where they are drawn, for Solidity and TypeScript", async () => {
    expect(Object.keys(layout)).to.have.length(7);
    for (const values of extremes(layout)) {
      const word = drawnWord(layout, values);
      const { openFrames, ...others } = values;
      expect(named(await harness.readMarketTotals(word))).to.deep.equal(others);
      expect((await harness.countOpen(word)).open).to.equal(openFrames);
      expect(normal(decodeMarketTotals(word))).to.deep.equal(values);
    }
  });

  it("writes a frame, which ends a round, beside the grid's balance, each of the three without the others", async () => {
    for (const values of extremes(layout)) {
      const { lastFrame, lastLoadW, lastKnown, pflW, gridBalance, roundOpen } = values;
      for (const dirt of [minOf, maxOf]) {
        const dirty = Object.fromEntries(Object.entries(layout).map(([name, field]) => [name, dirt(field)]));
        const word = drawnWord(layout, dirty);
        expect(await harness.withFrame(word, lastFrame!, lastLoadW!, lastKnown === 1n, pflW!)).to.equal(
          drawnWord(layout, {
            ...values,
            gridBalance: dirty.gridBalance!,
            roundOpen: 0n,
            openFrames: dirty.openFrames!,
          }),
        );
        expect(await harness.withGridBalance(word, gridBalance!)).to.equal(
          drawnWord(layout, { ...dirty, gridBalance: gridBalance! }),
        );
        expect(await harness.withRoundOpen(word, roundOpen === 1n)).to.equal(
          drawnWord(layout, { ...dirty, roundOpen: roundOpen! }),
        );
        const open = dirty.openFrames!;
        const { more, less_ } = await harness.countOpen(word);
        if (open === 0n) expect(more).to.equal(drawnWord(layout, { ...dirty, openFrames: 1n }));
        else expect(less_).to.equal(drawnWord(layout, { ...dirty, openFrames: open - 1n }));
      }
    }
  });
});
