import { expect } from "chai";

import { askedWh, type EvStay, frameWh, isIceberg, neededWh, stayFrames } from "../../../../scripts/piles/ev";

const MARKET = { frameSeconds: 1800, icebergPeakWh: 2000n, minEnergyWh: 100n };

function ev(changes: Partial<EvStay>): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 10, departureFrame: 14 } as const;
  return { ...stay, batteryWh: 60_000, initialSoc: 0.2, targetSoc: 0.8, ratedW: 43_000, ...changes };
}

describe("an EV's energy", () => {
  it("is what it needs, or what its stay allows at the peak size. SPEC 7", () => {
    expect(neededWh(ev({}))).to.equal(36_000);
    expect(stayFrames(ev({}))).to.equal(4);
    expect(askedWh(ev({}), MARKET)).to.equal(8000);
    expect(askedWh(ev({ ratedW: 3000 }), MARKET)).to.equal(6000);
    expect(askedWh(ev({ initialSoc: 0.79 }), MARKET)).to.equal(600);
  });

  it("counts the other way for discharging", () => {
    const seller = ev({ side: "discharge", initialSoc: 0.55, targetSoc: 0.5 });
    expect(neededWh(seller)).to.equal(3000);
    expect(askedWh(seller, MARKET)).to.equal(3000);
  });

  it("is nothing below the smallest order, or without a stay, or when there is no need", () => {
    expect(askedWh(ev({ initialSoc: 0.799 }), MARKET)).to.equal(0);
    expect(askedWh(ev({ departureFrame: 10 }), MARKET)).to.equal(0);
    expect(askedWh(ev({ initialSoc: 0.9 }), MARKET)).to.equal(0);
  });

  it("frames round down; icebergs are told as the market tells them", () => {
    expect(frameWh({ frameSeconds: 1700 }, 7001)).to.equal(3306);
    expect(isIceberg(4000, 21_500, 4000)).to.equal(false);
    expect(isIceberg(4000, 21_500, 4001)).to.equal(true);
    expect(isIceberg(4000, 1500, 1501)).to.equal(true);
    expect(isIceberg(4000, 21_500, 3000, 2999)).to.equal(true);
    expect(isIceberg(4000, 21_500, 3000, 3000)).to.equal(false);
  });
});
