import { expect } from "chai";
import fc from "fast-check";

import { laxityFrames, shareByLaxity, type Waiting } from "../../../../scripts/planners/leastLaxity";

const waiting = (remainingWh: number, frameWh: number, frames: number): Waiting => ({ remainingWh, frameWh, frames });

describe("sharing by smoothed least laxity", () => {
  it("gives as many frames' worth more to whoever can wait so much less", () => {
    // Laxities 3 and 3.5: half a frame apart, so half a frame's energy.
    expect(shareByLaxity([waiting(2000, 2000, 4), waiting(1000, 2000, 4)], 1400)).to.deep.equal([1200, 200]);
    expect(laxityFrames(waiting(1000, 2000, 4))).to.equal(3.5);
  });

  it("gives what cannot wait first, and to nobody what it cannot take", () => {
    expect(shareByLaxity([waiting(6000, 2000, 3), waiting(500, 2000, 9)], 2100)).to.deep.equal([2000, 100]);
    expect(shareByLaxity([waiting(300, 2000, 1), waiting(500, 2000, 9)], 5000)).to.deep.equal([300, 500]);
    expect(shareByLaxity([waiting(300, 2000, 0)], 100)).to.deep.equal([0]);
  });

  const ev = fc.record({
    remainingWh: fc.integer({ min: 0, max: 20_000 }),
    frameWh: fc.integer({ min: 0, max: 5_000 }),
    frames: fc.integer({ min: 0, max: 20 }),
  });
  it("shares out whole Wh, all that can be taken and never more than there is", () => {
    fc.assert(
      fc.property(fc.array(ev, { maxLength: 12 }), fc.integer({ min: 0, max: 60_000 }), (evs, totalWh) => {
        const shared = shareByLaxity(evs, totalWh);
        const most = evs.map((one) => (one.frames > 0 ? Math.min(one.frameWh, one.remainingWh) : 0));
        const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
        expect(shared.every((wh, index) => Number.isInteger(wh) && wh >= 0 && wh <= most[index]!)).to.equal(true);
        expect(sum(shared)).to.equal(Math.min(totalWh, sum(most)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
