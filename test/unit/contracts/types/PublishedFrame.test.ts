import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePublication } from "../../../../scripts/chain/packedWords";
import type { PublishedFrameHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, named, normal, type Field } from "../../../helpers/drawnWords";

describe("PublishedFrame", () => {
  let harness: PublishedFrameHarness;
  before(async () => (harness = await ethers.deployContract("PublishedFrameHarness")));

  const drawn = drawnLayout("PublishedFrame", ["baseLoadW"]);
  const layout: Record<string, Field> = {
    frame: drawn.frame!,
    baseLoadW: drawn.baseLoadW!,
    importTicks: drawn.import!,
    exportTicks: drawn.export!,
    wheelingTicks: drawn.wheeling!,
  };

  it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
    for (const values of extremes(layout)) {
      const { frame, baseLoadW, importTicks, exportTicks, wheelingTicks } = values;
      const word = await harness.packPublication(frame!, baseLoadW!, importTicks!, exportTicks!, wheelingTicks!);
      expect(word).to.equal(drawnWord(layout, values));
      expect(named(await harness.readPublication(word))).to.deep.equal(values);
      if (word !== 0n) expect(normal(decodePublication(word)!)).to.deep.equal(values);
    }
    expect(decodePublication(0n)).to.equal(undefined);
  });
});
