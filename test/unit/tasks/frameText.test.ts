import { expect } from "chai";

import { frameText, framesText } from "../../../tasks/support/frameText";

describe("frames in words", () => {
  it("have the time at which they begin", () => {
    const market = { frameSeconds: 1_800 };
    expect(frameText(997_640, market)).to.equal("frame 997640 (2026-11-27 04:00 UTC)");
    expect(framesText(997_640, 997_643, market)).to.equal("frames 997640 to 997643 (2026-11-27 04:00 to 05:30 UTC)");
    expect(framesText(997_640, 997_680, market)).to.include("04:00 to 2026-11-28 00:00 UTC");
    expect(framesText(997_640, 997_640, market)).to.equal(frameText(997_640, market));
  });
});
