import { expect } from "chai";

import { ALL_CASES } from "../../helpers/cases";
import { hardhatCommand } from "../../helpers/hardhatCommand";
import { HAS_ANVIL } from "../../helpers/nodes";

interface Driver {
  station: string;
  version: string;
  wantedWh: number;
  drewWh: number;
  paid: number;
  curve?: string;
  framesByRecords: number;
}

(ALL_CASES && HAS_ANVIL ? describe : describe.skip)("the gateway's demonstration", function () {
  this.timeout(600_000);

  it("gives every driver what was asked for, some of it by their meters' own records", async () => {
    const { code, stdout, stderr } = await hardhatCommand("gateway:demo", "--stations", "4", "--json");
    expect(code, stderr).to.equal(0);
    const { drivers } = JSON.parse(stdout) as { drivers: Driver[] };
    expect(drivers.map(({ version, curve }) => [version, curve])).to.deep.equal([
      ["1.6", undefined],
      ["2.0.1", undefined],
      ["1.6", "secp256r1"],
      ["2.0.1", "secp256k1"],
    ]);
    for (const { station, wantedWh, drewWh, paid, curve, framesByRecords } of drivers) {
      expect(drewWh, station).to.be.within(wantedWh - 10, wantedWh);
      expect(paid, station).to.be.greaterThan(0);
      if (curve === undefined) expect(framesByRecords, station).to.equal(0);
      else expect(framesByRecords, station).to.be.greaterThan(0);
    }
  });
});
