import { expect } from "chai";
import fc from "fast-check";

import { withDefaults } from "../../../../scripts/core/parameters";
import type { EvStay } from "../../../../scripts/piles/ev";
import { type ArrivalsProfile, expectedLoads, learnArrivals } from "../../../../scripts/planners/expectedArrivals";
import { laxityFrames, shareByLaxity, type Waiting } from "../../../../scripts/planners/leastLaxity";
import { RollingPlanner } from "../../../../scripts/planners/rollingPlanner";
import { rolling } from "../../../../scripts/schemes/rolling";

/** A profile that is wrong by a factor. */
const scaledProfile = (profile: ArrivalsProfile, factor: number): ArrivalsProfile =>
  profile.map((frame) =>
    frame.map((one) => ({ ...one, energyWh: one.energyWh * factor, frameWh: one.frameWh * factor })),
  );

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

describe("expected arrivals", () => {
  const stay = (arrivalFrame: number, energyWh: number, departureFrame = arrivalFrame + 4) => ({
    ...({ side: "charge", frameWh: 1_000 } as const),
    ...{ arrivalFrame, departureFrame, energyWh },
  });
  const profile = learnArrivals([stay(2, 3_000), stay(10, 1_000), stay(3, 0)], 2, 8);

  it("are means over days by frame of the day, stays weighted by energy", () => {
    expect(profile[2]).to.deep.equal([{ side: "charge", energyWh: 2_000, frameWh: 1_000, stayFrames: 4 }]);
    expect(profile.filter((frame) => frame.length > 0)).to.have.length(1);
  });

  it("become loads from the frame after arrival on, due as far as nothing is possible later", () => {
    const [load] = expectedLoads(profile, 10, 5, ["charge"]);
    expect(load).to.deep.equal({
      ...{ side: "charge", firstFrame: 1, lastFrame: 4, frameWh: 1_000, leastWh: 2_000, mostWh: 2_000 },
    });
    expect(expectedLoads(profile, 10, 3, ["charge"])[0]).to.include({ lastFrame: 2, leastWh: 0, mostWh: 2_000 });
    expect(expectedLoads(profile, 10, 5, ["discharge"])).to.deep.equal([]);
  });

  it("make a plan draw earlier, and are not carried out", () => {
    const view = {
      ...{ frame: 10, baseWh: new Array<number>(6).fill(1_000), previousWh: 1_500, limitWh: 100_000 },
      evs: [{ side: "charge", remainingWh: 2_000, frameWh: 2_000, lastFrame: 14 } as const],
    };
    const plain = new RollingPlanner({ horizonFrames: 6, tailFrames: 1, allotment: "laxity" }).plan(view);
    const expecting = new RollingPlanner({ horizonFrames: 6, allotment: "laxity", expected: profile }).plan(view);
    expect(expecting.firstWh).to.have.length(1);
    expect(expecting.drawWh[0]).to.be.above(plain.drawWh[0]!);
    expect(expecting.drawWh.reduce((all, wh) => all + wh, 0)).to.be.closeTo(2_000, 3);
  });

  it("help where stays end together if they are right, and 50 % too high cost more than they bring", () => {
    // 17 EVs come one after the other and all leave at once; homes draw the same all day.
    const evs = Array.from({ length: 17 }, (_, index): EvStay => {
      const [wh, arrivalFrame] = [3_000 + 500 * (index % 4), 4 + index];
      return {
        ...{ pile: `EV${index}`, side: "charge", ratedW: 4_000, batteryWh: wh, initialSoc: 0, targetSoc: 1 },
        ...{ arrivalFrame, departureFrame: 26 },
      };
    });
    const stays = evs.map(({ arrivalFrame, departureFrame, batteryWh }) => ({
      ...{ side: "charge" as const, energyWh: batteryWh, frameWh: 2_000, arrivalFrame, departureFrame },
    }));
    const profileOfDay = learnArrivals(stays, 1, 48);
    const market = withDefaults({ icebergPeakWh: 2_000n });
    const squares = (expected?: ArrivalsProfile) => {
      const options = {
        horizonFrames: 30,
        allotment: "laxity",
        ...(expected === undefined ? {} : { expected }),
      } as const;
      const { drawnWh, servedWh } = rolling(evs, market, () => 20_000, options);
      expect(servedWh).to.deep.equal(evs.map(({ batteryWh }) => batteryWh));
      return drawnWh.reduce((sum, wh, frame) => sum + (wh - (drawnWh[frame - 1] ?? 0)) ** 2, 0);
    };
    const without = squares();
    expect(squares(profileOfDay)).to.be.below(0.95 * without);
    expect(squares(scaledProfile(profileOfDay, 0.5))).to.be.below(1.15 * without);
    expect(squares(scaledProfile(profileOfDay, 1.5))).to.be.above(without);
  });
});
