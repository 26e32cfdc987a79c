import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { EvStay } from "../../../../scripts/piles/ev";
import { compareSchemes } from "../../../../scripts/simulation/compare";
import { comparedSchemes } from "../../../../scripts/simulation/comparedSchemes";
import { DayCalendar } from "../../../../scripts/data/calendar";
import { runDay } from "../../../../scripts/simulation/day";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { energyBasis } from "../../../../scripts/simulation/energyBasis";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { WallClock, zoneOf } from "../../../../scripts/data/import/zones";

/** A recorded stay on the measured day. */
const stay = (pile: string, hour: number, hours: number, energyWh: number, ratedW = 7_400): EvStay => ({
  ...{ pile, side: "charge", arrivalFrame: 48 + 2 * hour, departureFrame: 48 + 2 * (hour + hours) - 1 },
  ...{ batteryWh: energyWh, initialSoc: 0, targetSoc: 1, ratedW, recorded: true },
});
const day = (stays: EvStay[]) => defaultDay({ seed: 1, population: () => stays });
const run = (stays: EvStay[]) => runDay(day(stays), new ModelPort(DEFAULT_PARAMETERS));

describe("a day of recorded sessions", () => {
  it("counts as unserved what the market's rules cannot deliver", async () => {
    const { totals, evs, loads } = await run([stay("A", 18, 2, 13_000)]);
    // Three whole half-hours: 3 x 2 kWh at the market's peak size, 3 x 3.7 kWh at rated power.
    expect(totals).to.include({
      neededWh: 13_000,
      possibleWh: 11_100,
      askedWh: 6_000,
      servedWh: 6_000,
      unservedWh: 7_000,
    });
    expect(evs[0]).to.include({ neededWh: 13_000, possibleWh: 11_100, askedWh: 6_000, unservedWh: 7_000 });
    for (const name of ["market", "uncontrolled", "capped"] as const) {
      expect(loads[name].unservedShare).to.be.closeTo(7 / 13, 1e-12);
    }
  });

  it("counts a stay of no whole frame, which blocks nobody", async () => {
    const { totals } = await run([stay("A", 18, 0.5, 30_000), stay("A", 19, 4, 4_000)]);
    expect(totals).to.include({
      neededWh: 34_000,
      askedWh: 4_000,
      servedWh: 4_000,
      unservedWh: 30_000,
      chargingEvs: 2,
    });
  });

  it("is compared on the energy that can be had, with the rest unserved in every scheme", async () => {
    const stays = [stay("A", 18, 2, 13_000), stay("B", 20, 4, 4_000)];
    const options = {
      seeds: [1],
      dayOf: () => day(stays),
      market: DEFAULT_PARAMETERS,
      schemes: comparedSchemes({ generations: 5 }).filter(({ key }) =>
        ["uncontrolled", "adbev", "offlineOptimum"].includes(key),
      ),
    };
    const schemes = await compareSchemes(options);
    expect(schemes).to.have.length.of.at.least(2);
    for (const { spread } of schemes) expect(spread.unservedShare.mean).to.be.closeTo(7 / 17, 1e-12);
    expect(energyBasis(day(stays), DEFAULT_PARAMETERS)).to.deep.equal({
      neededWh: 17_000,
      possibleWh: 15_100,
      askedWh: 10_000,
    });
  });

  it("has the frames of its date: 46 and 50 on the days on which clocks are switched", async () => {
    const oslo = new WallClock(zoneOf("Europe/Oslo"));
    for (const [date, frames] of [
      ["2019-03-30", 48],
      ["2019-03-31", 46],
      ["2019-04-01", 48],
      ["2019-10-27", 50],
    ] as const) {
      const calendar = new DayCalendar(oslo, date, 1800);
      const options = defaultDay({ seed: 1, population: () => [], calendar });
      const { frames: played, meanPriceByHour } = await runDay(options, new ModelPort(DEFAULT_PARAMETERS));
      expect(played).to.have.length(frames);
      expect(meanPriceByHour).to.have.length(24);
      // Homes as the clocks show: at six in the evening it is six in the evening.
      const six = played.find(({ frame }) => calendar.secondsOfDay(frame) === 18 * 3600)!;
      expect(six.baseLoadW).to.equal(92_000);
    }
  });
});
