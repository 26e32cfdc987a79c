import { expect } from "chai";

import { InputError } from "../../../scripts/core/errors";
import { IDEAL_BATTERY, MEASURED_BATTERY } from "../../../scripts/piles/battery";
import { parseBattery } from "../../../tasks/support/battery";

describe("--battery", () => {
  it("takes a named battery, figures of one's own, or both, and lets asks cover costs", () => {
    const read = (text: string) => parseBattery("battery", text);
    expect(read("measured")).to.deep.equal({ battery: MEASURED_BATTERY, asksCoverCosts: true });
    expect(read("ideal")).to.deep.equal({ battery: IDEAL_BATTERY, asksCoverCosts: true });
    expect(read("measured,wear=0,asks=drawn")).to.deep.equal({
      ...{ battery: { ...MEASURED_BATTERY, wearPerKwh: 0 }, asksCoverCosts: false },
    });
    expect(read("charge=0.95,discharge=0.9,wear=4.5,reserve=0.2").battery).to.deep.equal({
      ...{ chargeEfficiency: 0.95, dischargeEfficiency: 0.9, wearPerKwh: 45_000, reserveSoc: 0.2 },
    });
    expect(read("ideal,both=0.3")).to.deep.equal({ battery: IDEAL_BATTERY, asksCoverCosts: true, bothWaysShare: 0.3 });
    expect(read("wear=0.0007").battery.wearPerKwh).to.equal(7);
  });

  it("says what it takes", () => {
    for (const [text, said] of [
      [
        "",
        'expected ideal or measured first, then charge=…, discharge=…, wear=…, reserve=…, both=…, asks=… with commas between, found ""',
      ],
      ["lead", 'found "lead"'],
      ["charge=0.95,measured", 'found "measured"'],
      ["charge=95", 'expected charge from 0.5 to 1, four decimals at most, found "95"'],
      ["discharge=0", "expected discharge from 0.5 to 1"],
      ["wear=-1", "expected wear from 0 to 100"],
      ["reserve=1.1", "expected reserve from 0 to 1"],
      ["reserve=0.2,reserve=0.3", "expected reserve once, found it twice"],
      ["both=2", "expected both from 0 to 1"],
      ["asks=high", 'expected asks=drawn or asks=cost, found "asks=high"'],
      ["toString=1", 'found "toString=1"'],
    ] as const) {
      expect(() => parseBattery("battery", text), text).to.throw(InputError, said);
    }
  });
});
