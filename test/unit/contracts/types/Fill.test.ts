import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeFill } from "../../../../scripts/chain/packedWords";
import type { FillHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, named, normal } from "../../../helpers/drawnWords";

describe("Fill", () => {
  let harness: FillHarness;
  before(async () => (harness = await ethers.deployContract("FillHarness")));

  const layout = drawnLayout("Fill");

  it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
    expect(Object.keys(layout)).to.deep.equal(["sell", "buy", "energyWh", "price", "premium", "subsidy"]);
    for (const values of extremes(layout)) {
      const { sell, buy, energyWh, price, premium, subsidy } = values;
      const word = await harness.packFill(sell!, buy!, energyWh!, price!, premium!, subsidy!);
      expect(word).to.equal(drawnWord(layout, values));
      expect(named(await harness.readFill(word))).to.deep.equal(values);
      // Zero fields are left out.
      expect(normal({ premium: 0n, subsidy: 0n, ...decodeFill(word) })).to.deep.equal(values);
    }
  });
});
