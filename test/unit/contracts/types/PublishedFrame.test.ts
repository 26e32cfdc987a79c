import { expect } from "chai";
import { ethers } from "hardhat";
import { toBeHex } from "ethers";

import { decodePublication } from "../../../../scripts/chain/packedWords";
import { Random } from "../../../../scripts/core/random";
import { expectedLoadsW } from "../../../../scripts/model/benefit/frozenBook";
import type { PublishedFrameHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, named, normal, type Field } from "../../../helpers/drawnWords";

describe("PublishedFrame", () => {
  let harness: PublishedFrameHarness;
  before(async () => (harness = await ethers.deployContract("PublishedFrameHarness")));

  const drawn = drawnLayout("PublishedFrame", ["baseLoadW", "expected"]);
  const layout: Record<string, Field> = {
    frame: drawn.frame!,
    baseLoadW: drawn.baseLoadW!,
    importTicks: drawn.import!,
    exportTicks: drawn.export!,
    wheelingTicks: drawn.wheeling!,
    expectedLoadW: drawn.expected!,
    lags: drawn.lags!,
  };

  it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
    for (const values of extremes(layout)) {
      const { frame, baseLoadW, importTicks, exportTicks, wheelingTicks, expectedLoadW, lags } = values;
      const word = await harness.packPublication(
        ...([frame!, baseLoadW!, importTicks!, exportTicks!, wheelingTicks!] as const),
        ...([expectedLoadW!, toBeHex(lags!, 10)] as const),
      );
      expect(word).to.equal(drawnWord(layout, values));
      const read = Object.fromEntries(Object.entries(values).filter(([name]) => name !== "lags"));
      expect(named(await harness.readPublication(word))).to.deep.equal(read);
      if (word === 0n) continue;
      const { lagFrames, ...decoded } = decodePublication(word)!;
      expect(normal(decoded)).to.deep.equal(read);
      expect(toBeHex(lags!, 10)).to.equal(`0x${Buffer.from(lagFrames).toString("hex")}`);
    }
    expect(decodePublication(0n)).to.equal(undefined);
  });

  it("foresees, at any offset, what the model does, and leaves the tariffs as they are", async () => {
    const random = new Random(61);
    const offsets = [0, 1, 2, 5, 20, 47, 127];
    const anyLag = () => random.pick([0, 1, 2, 3, 4, 5, 19, 20, 21, 46, 47, 48, 126, 127, 128, 254, 255]);
    for (let round = 0; round < 30; round++) {
      const loadW = BigInt(random.pick([-(2 ** 23), 2 ** 23 - 1, -9, 9, 0, random.integer(-99_999, 99_999)]));
      const lagFrames = Array.from({ length: 10 }, round === 0 ? () => 255 : round === 1 ? () => 0 : anyLag);
      const tariffs = { frame: 9n, baseLoadW: -1n, importTicks: 7n, exportTicks: 6n, wheelingTicks: 5n };
      const lags = BigInt(`0x${Buffer.from(lagFrames).toString("hex")}`);
      const word = drawnWord(layout, { ...tariffs, expectedLoadW: loadW, lags });
      const publication = { baseLoadW: -1n, importPricePerKwh: 7n, exportPricePerKwh: 6n, wheelingPricePerKwh: 5n };
      const expected = expectedLoadsW(new Array(128).fill({ ...publication, expectedLoad: { loadW, lagFrames } }));
      for (const offset of offsets) {
        const foreseen = drawnWord(layout, { ...tariffs, expectedLoadW: expected[offset]!, lags: 0n });
        expect(await harness.asForeseen(word, offset)).to.equal(foreseen);
      }
    }
    expect(await harness.asForeseen(0n, 5)).to.equal(0n);
  });
});
