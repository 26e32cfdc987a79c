import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { RECORD_AIM } from "../../scripts/quality/gas/recordBench";
import { recordDrifts, recordFigures } from "../../tasks/report-records";
import { skipWhereInstrumented } from "../helpers/coverage";

describe("Gas of meters' records", function () {
  this.timeout(120_000);
  before(function () {
    skipWhereInstrumented(this);
  });

  it("is the snapshot's, and with the precompile no more than aimed at for a record of one reading", async () => {
    const measured = await recordFigures(hre);
    const committed = JSON.parse(readFileSync(join(hre.config.paths.tests, "gas/records.json"), "utf8")) as Record<
      string,
      number
    >;
    expect(recordDrifts(committed, measured)).to.deep.equal([]);
    expect(Object.keys(committed)).to.have.members(measured.map(({ operation }) => operation));
    const [single] = measured;
    expect(single!.operation).to.match(/^record of one reading, secp256r1, with the precompile/);
    expect(single!.gas).to.be.at.most(RECORD_AIM);
  });
});
