import { expect } from "chai";

import { InputError } from "../../../scripts/core/errors";
import { parseMeters } from "../../../tasks/support/meters";

describe("--meters", () => {
  it("takes any of the deviations, the others being none", () => {
    expect(parseMeters("meters", "noise=0.05,leave=0.02,silent=0.01,cheat=1")).to.deep.equal({
      ...{ noise: 0.05, leave: 0.02, silent: 0.01, cheat: 1 },
    });
    expect(parseMeters("meters", "cheat=0.5")).to.deep.equal({ noise: 0, leave: 0, silent: 0, cheat: 0.5 });
    expect(parseMeters("meters", "none")).to.deep.equal({ noise: 0, leave: 0, silent: 0, cheat: 0 });
  });

  it("says what it takes", () => {
    for (const [text, said] of [
      ["", '--meters: expected none, or noise=…, leave=…, silent=…, cheat=… with commas between, found ""'],
      ["drift=1", 'found "drift=1"'],
      ["noise", 'found "noise"'],
      ["noise=-1", 'found "noise=-1"'],
      ["noise=1.5", 'expected noise from 0 to 1, found "1.5"'],
      ["noise=0,noise=1", "expected noise once, found it twice"],
    ] as const) {
      expect(() => parseMeters("meters", text), text).to.throw(InputError, said);
    }
  });
});
