import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

  it("give by laxity whole rates, over a long horizon to fewer piles", async () => {
    const choice = await readBenefit({ settlement: "benefit", horizon: "48", allotment: "laxity", proposers: "pob" });
    expect(choice!.market).to.include({ pileCap: 512, icebergPeakWh: 2n ** 20n - 1n });
    expect(choice!.proposers).to.have.length(1);
  });

  it("take a planner from a file besides", async () => {
    const { proposers } = (await readBenefit({
      ...{ settlement: "benefit", proposers: "pob", plannerFile: "docs/examples/level.ts" },
    }))!;
    expect(proposers.map(({ name }) => name)).to.deep.equal(["PoB", "level"]);
  });

  it("refuse a planner that calls itself as another one does", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "adbev-")), "twin.js");
    writeFileSync(file, 'exports.default = { name: "ePoB", plan: async () => undefined };');
    const error = await readBenefit({ settlement: "benefit", plannerFile: file }).catch(
      (thrown: Error) => thrown.message,
    );
    expect(error).to.include('--planner-file: "ePoB" is the name of another proposer');
  });
});
