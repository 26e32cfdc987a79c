import { expect } from "chai";

import type { EvStay } from "../../../../scripts/piles/ev";
import { capped } from "../../../../scripts/schemes/capped";
import { energyToPowerW } from "../../../../scripts/schemes/schedule";
import { uncontrolled } from "../../../../scripts/schemes/uncontrolled";

const MARKET = { frameSeconds: 1800, icebergPeakWh: 2000n, minEnergyWh: 1n };

function ev(changes: Partial<EvStay>): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 2, departureFrame: 9 } as const;
  return { ...stay, batteryWh: 10_000, initialSoc: 0.3, targetSoc: 0.8, ratedW: 7_000, ...changes };
}

describe("charging on arrival", () => {
  it("uncontrolled: at rated power from the frame after arrival", () => {
    const { evWh, evLoadW, servedWh } = uncontrolled([ev({})], MARKET);
    expect(evWh).to.deep.equal([0, 0, 0, 3500, 1500, 0, 0, 0, 0, 0]);
    expect(evLoadW[3]).to.equal(7000);
    expect(servedWh).to.deep.equal([5000]);
  });

  it("capped: at the peak size, or the rated power where that is less", () => {
    expect(capped([ev({})], MARKET).evWh).to.deep.equal([0, 0, 0, 2000, 2000, 1000, 0, 0, 0, 0]);
    expect(capped([ev({ ratedW: 3000 })], MARKET).evWh).to.deep.equal([0, 0, 0, 1500, 1500, 1500, 500, 0, 0, 0]);
  });

  it("both move what the stay allows at the peak size, the same energy", () => {
    const short = ev({ departureFrame: 4 });
    expect(uncontrolled([short], MARKET).askedWh).to.deep.equal([4000]);
    expect(uncontrolled([short], MARKET).evWh).to.deep.equal([0, 0, 0, 3500, 500]);
    expect(capped([short], MARKET).servedWh).to.deep.equal([4000]);
  });

  it("adds EVs up; discharging ones stay idle", () => {
    const { evWh, askedWh } = uncontrolled([ev({}), ev({ pile: "B" }), ev({ pile: "C", side: "discharge" })], MARKET);
    expect(evWh.slice(3, 5)).to.deep.equal([7000, 3000]);
    expect(askedWh).to.deep.equal([5000, 5000, 0]);
  });

  it("power is rounded away from zero [T 4.3a]", () => {
    expect(energyToPowerW({ frameSeconds: 1800 }, 7)).to.equal(14);
    expect(energyToPowerW({ frameSeconds: 1700 }, 1)).to.equal(3);
    expect(energyToPowerW({ frameSeconds: 1700 }, -1)).to.equal(-3);
  });
});
