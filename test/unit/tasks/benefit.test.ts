import { expect } from "chai";

import { readBenefit } from "../../../tasks/support/benefit";

describe("flags of a market in which plans compete", () => {
  it("say nothing where the clearing decides", async () => {
    expect(await readBenefit({ settlement: "adbev" })).to.equal(undefined);
  });

  it("default to three planners a day ahead, as many piles as the contract scores", async () => {
    const { market, proposers } = (await readBenefit({ settlement: "benefit" }))!;
    expect(market).to.deep.equal({ settlement: "benefit", maxHorizon: 24, allotment: "expiry", pileCap: 1_024 });
    expect(proposers.map(({ name }) => name)).to.deep.equal(["ePoB", "PoB", "as soon as possible"]);
  });

  it("give by slack whole rates, over a long horizon to fewer piles", async () => {
    const choice = await readBenefit({ settlement: "benefit", horizon: "48", allotment: "slack", proposers: "pob" });
    expect(choice!.market).to.include({ pileCap: 512, icebergPeakWh: 2n ** 20n - 1n });
    expect(choice!.proposers).to.have.length(1);
  });
});
