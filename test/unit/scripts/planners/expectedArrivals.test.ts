import { expect } from "chai";
import fc from "fast-check";

import { withDefaults } from "../../../../scripts/core/parameters";
import type { EvStay } from "../../../../scripts/piles/ev";
import {
  type ArrivalsProfile,
  expectedLoads,
  learnArrivals,
  type PastStay,
} from "../../../../scripts/planners/expectedArrivals";
import { RollingPlanner } from "../../../../scripts/planners/rollingPlanner";
import { rolling } from "../../../../scripts/schemes/rolling";

/** A profile that is wrong by a factor. */
const scaledProfile = (profile: ArrivalsProfile, factor: number): ArrivalsProfile =>
  profile.map((frame) =>
    frame.map((one) => ({ ...one, energyWh: one.energyWh * factor, frameWh: one.frameWh * factor })),
  );

const sumOf = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** Sum of the squared differences of a series. */
const squaresOf = (series: readonly number[]) =>
  sumOf(series.map((value, at) => (value - (series[at - 1] ?? series[0]!)) ** 2));

const stay = (arrivalFrame: number, energyWh: number, departureFrame = arrivalFrame + 4, day = 0): PastStay => ({
  ...({ side: "charge", frameWh: 1_000 } as const),
  ...{ day, arrivalFrame, departureFrame, energyWh },
});

describe("expected arrivals", () => {
  const profile = learnArrivals([stay(2, 3_000), stay(10, 1_000, 14, 1), stay(3, 0)], 2, 8);

  it("are means over days by frame of the day, stays weighted by energy, and deviate from day to day", () => {
    const { deviationWh, ...mean } = profile[2]![0]!;
    expect(mean).to.deep.equal({ side: "charge", energyWh: 2_000, frameWh: 1_000, stayFrames: 4 });
    expect(deviationWh).to.be.closeTo(Math.SQRT2 * 1_000, 1e-9);
    expect(profile.filter((frame) => frame.length > 0)).to.have.length(1);
    expect(learnArrivals([stay(2, 3_000)], 1, 8)[2]![0]!.deviationWh).to.equal(0);
  });

  it("are told apart by the length of their stays", () => {
    const stays = [stay(2, 1_000, 4), stay(2, 3_000, 12), stay(2, 2_000, 5)];
    const [short, long, ...more] = learnArrivals(stays, 1, 8, [3])[2]!;
    expect(more).to.deep.equal([]);
    expect(short).to.include({ energyWh: 3_000, frameWh: 2_000, stayFrames: (1_000 * 2 + 2_000 * 3) / 3_000 });
    expect(long).to.include({ energyWh: 3_000, frameWh: 1_000, stayFrames: 10 });
  });

  it("become loads from the frame after arrival on, due as far as nothing is possible later", () => {
    const [load] = expectedLoads(profile, 10, 5);
    expect(load).to.deep.equal({
      ...{ side: "charge", firstFrame: 1, lastFrame: 4, frameWh: 1_000, leastWh: 2_000, mostWh: 2_000 },
    });
    expect(expectedLoads(profile, 10, 3)[0]).to.include({ lastFrame: 2, leastWh: 0, mostWh: 2_000 });
    expect(expectedLoads(profile, 10, 5, { sides: ["discharge"] })).to.deep.equal([]);
    expect(expectedLoads(profile, 9, 5, { endFrame: 10 })).to.deep.equal([]);
    expect(expectedLoads(profile, 9, 5, { endFrame: 11 })).to.have.length(1);
  });

  it("with caution count as far as their sum is above its mean less so many deviations", () => {
    const of = (energyWh: number, deviationWh: number) => [
      { side: "charge" as const, energyWh, deviationWh, frameWh: 500, stayFrames: 9 },
    ];
    const loads = expectedLoads([of(1_000, 3_000), of(4_000, 4_000), [], of(6_000, 0)], 0, 20, { caution: 0.5 });
    // Sums of means: 1, 5, 5, 11 kWh; of variances: 9, 25, 25, 25; less half a deviation: below 0, 2.5, 2.5, 8.5.
    const counted = [
      { firstFrame: 2, lastFrame: 10, frameWh: (500 * 2_500) / 4_000 },
      { firstFrame: 4, lastFrame: 12, frameWh: (500 * 6_000) / 6_000 },
    ];
    expect(loads[0]).to.include({ ...counted[0], mostWh: 2_500 });
    // 6 kWh at 500 Wh a frame need more than the 9 frames that there are.
    expect(loads[1]).to.include({ ...counted[1], mostWh: 4_500 });
  });

  const arrival = fc.record({
    ...{ side: fc.constantFrom("charge" as const, "discharge" as const), stayFrames: fc.integer({ min: 1, max: 30 }) },
    ...{ energyWh: fc.integer({ min: 1, max: 9_000 }), deviationWh: fc.integer({ min: 0, max: 9_000 }) },
    frameWh: fc.constant(1_000_000),
  });
  it("are never more than the mean by any frame, and the fewer the more caution", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(arrival, { maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 40 }),
        (random, frame) => {
          const untilFrame = (caution: number, side: "charge" | "discharge") => {
            const loads = expectedLoads(random, frame, 25, { caution, sides: [side] });
            return [5, 10, 24].map((until) =>
              sumOf(loads.filter(({ firstFrame }) => firstFrame <= until).map(({ mostWh }) => mostWh)),
            );
          };
          for (const side of ["charge", "discharge"] as const) {
            const [mean, some, more] = [0, 0.5, 2].map((caution) => untilFrame(caution, side));
            mean!.forEach((wh, until) => {
              expect(some![until]).to.be.at.most(wh + 1e-6);
              expect(more![until]).to.be.at.most(some![until]! + 1e-6);
            });
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
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
    expect(sumOf(expecting.drawWh)).to.be.closeTo(2_000, 3);
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
      ...{ day: 0, side: "charge" as const, energyWh: batteryWh, frameWh: 2_000, arrivalFrame, departureFrame },
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
      return squaresOf(drawnWh);
    };
    const without = squares();
    expect(squares(profileOfDay)).to.be.below(0.95 * without);
    expect(squares(scaledProfile(profileOfDay, 0.5))).to.be.below(1.15 * without);
    expect(squares(scaledProfile(profileOfDay, 1.5))).to.be.above(without);
  });

  it("as their mean do harm on a day on which nobody comes, with caution hardly any", () => {
    // EVs that are there could help the load up when homes draw more. On every other day as many come before that.
    const evOf = (pile: string, arrivalFrame: number): EvStay => ({
      ...{ pile, side: "charge", ratedW: 4_000, batteryWh: 6_000, initialSoc: 0, targetSoc: 1 },
      ...{ arrivalFrame, departureFrame: 30 },
    });
    const there = Array.from({ length: 6 }, (_, index) => evOf(`EV${index}`, 0));
    const come = Array.from({ length: 6 }, (_, index) => evOf(`guest ${index}`, 4 + 2 * index));
    const pastDays = [0, 2, 4, 6].flatMap((day) =>
      come.map(({ arrivalFrame }) => ({ ...stay(arrivalFrame, 6_000, 30, day), frameWh: 2_000 })),
    );
    const expected = learnArrivals(pastDays, 8, 48);
    const market = withDefaults({ icebergPeakWh: 2_000n });
    const baseLoadW = (frame: number) => (frame < 18 ? 20_000 : 44_000);
    const squares = (evs: readonly EvStay[], caution?: number) => {
      const expecting =
        caution === undefined ? { tailFrames: 1 } : { expected, expectation: { caution, endFrame: 18 } };
      const { evLoadW } = rolling(evs, market, baseLoadW, { horizonFrames: 32, allotment: "laxity", ...expecting });
      return squaresOf([...evLoadW, 0].map((watts, frame) => watts + baseLoadW(frame)));
    };
    const all = [...there, ...come];
    expect(squares(there, 0)).to.be.above(1.2 * squares(there));
    expect(squares(there, 1)).to.be.below(1.03 * squares(there));
    expect(squares(all, 1)).to.be.below(0.95 * squares(all));
  });
});
