import { expect } from "chai";

import { timeShifted } from "../../../../scripts/schemes/timeShifted";
import { brokenSums, drawEvs, ev, homesW, MARKET } from "./fixtures";

/** Low load in the first eight hours of a day. */
const night = (frame: number) => (frame % 48 < 16 ? 100 : 200);

describe("time-shifted charging", () => {
  it("waits for the night, then charges at rated power", () => {
    const { evWh, servedWh } = timeShifted([ev({ arrivalFrame: 40, departureFrame: 60 })], MARKET, night);
    expect(evWh.slice(47, 51)).to.deep.equal([0, 3500, 1500, 0]);
    expect(servedWh).to.deep.equal([5000]);
  });

  it("leaves unserved what the night cannot take, or charges it last of all", () => {
    const early = ev({ arrivalFrame: 14, departureFrame: 20 });
    const left = timeShifted([early], MARKET, night);
    expect([left.askedWh, left.servedWh]).to.deep.equal([[5000], [3500]]);
    const all = timeShifted([early], MARKET, night, { rest: "beforeDeparture" });
    expect(all.servedWh).to.deep.equal([5000]);
    expect(all.evWh.slice(15)).to.deep.equal([3500, 0, 0, 0, 0, 1500]);
  });

  it("keeps to every EV's stay and rate; discharging EVs stay idle", () => {
    const evs = drawEvs(1, 40);
    const schedule = timeShifted(evs, MARKET, homesW, { rest: "beforeDeparture" });
    expect(brokenSums(evs, schedule)).to.deep.equal([]);
    expect(schedule.servedWh).to.deep.equal(schedule.askedWh);
    expect(Math.max(...schedule.soldWh)).to.equal(0);
  });
});
