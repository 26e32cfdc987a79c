import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";
import { type BatteryModel, MEASURED_BATTERY } from "../../../../scripts/piles/battery";
import { lastSellingFrame, refillingStay, sellableWh, sellingStay } from "../../../../scripts/piles/bothWays";
import { askedWh, cappedFrameWh, type EvStay, neededWh, stayFrames } from "../../../../scripts/piles/ev";
import { chapter4Population } from "../../../../scripts/piles/populations/chapter4";

const MARKET = { frameSeconds: 1800, icebergPeakWh: 2000n, minEnergyWh: 100n };

function ev(changes: Partial<EvStay>): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 10, departureFrame: 30, bothWays: true } as const;
  return { ...stay, batteryWh: 60_000, initialSoc: 0.5, targetSoc: 0.6, ratedW: 43_000, ...changes };
}

describe("EVs that sell first and buy back", () => {
  it("sell no more than the second half of the stay brings back", () => {
    // 10 frames of 2 kWh each way; 6 kWh are needed anyway.
    expect(sellableWh(ev({}), MARKET)).to.equal(13_999);
    expect(sellableWh(ev({ targetSoc: 0.5 }), MARKET)).to.equal(19_999);
    expect(sellableWh(ev({ departureFrame: 31 }), MARKET)).to.equal(15_999);
    expect(sellableWh(ev({ battery: { ...MEASURED_BATTERY, reserveSoc: 0.39 } }), MARKET)).to.equal(6_157);
    expect(sellableWh(ev({ battery: { ...MEASURED_BATTERY, reserveSoc: 0.5 } }), MARKET)).to.equal(0);
    expect(sellableWh(ev({ departureFrame: 12 }), MARKET)).to.equal(0);
    expect(sellableWh({ ...ev({}), bothWays: false }, MARKET)).to.equal(0);
  });

  it("can always buy back all that they sold, and leave the reserve alone", () => {
    const random = new Random(5);
    let sold = 0;
    for (let at = 0; at < 300; at++) {
      const battery: BatteryModel = {
        ...{ chargeEfficiency: random.uniform(0.5, 1), dischargeEfficiency: random.uniform(0.5, 1), wearPerKwh: 0 },
        reserveSoc: random.uniform(0, 0.6),
      };
      const initialSoc = random.uniform();
      const size = { batteryWh: random.integer(5_000, 100_000), ratedW: random.integer(2_000, 50_000) };
      const departureFrame = 10 + random.integer(1, 40);
      const stay = ev({ ...size, departureFrame, initialSoc, targetSoc: random.uniform(initialSoc, 1), battery });
      const most = sellableWh(stay, MARKET);
      if (most === 0) continue;
      sold++;
      const selling = sellingStay(stay, MARKET);
      expect(askedWh(selling, MARKET)).to.equal(most);
      expect(selling.targetSoc).to.be.at.least(battery.reserveSoc - 1e-9);
      const part = random.integer(0, most);
      const refilling = refillingStay(stay, part);
      expect(refilling.arrivalFrame).to.equal(selling.departureFrame).and.equal(lastSellingFrame(stay));
      expect(neededWh(refilling)).to.be.at.most(cappedFrameWh(stay, MARKET) * stayFrames(refilling));
      const boughtWh = neededWh(refilling) * battery.chargeEfficiency;
      const leavesWithWh = stay.initialSoc * stay.batteryWh - part / battery.dischargeEfficiency + boughtWh;
      expect(leavesWithWh).to.be.closeTo(stay.targetSoc * stay.batteryWh, 0.5 + 1e-6);
    }
    expect(sold).to.be.above(50);
  });

  it("are drawn apart from everything else", () => {
    const draw = (bothWaysShare: number) =>
      chapter4Population()({ evs: 100, days: 2, frameSeconds: 1800, random: new Random(1), bothWaysShare });
    const none = draw(0);
    const some = draw(0.4);
    const all = draw(1);
    const isBoth = ({ bothWays }: EvStay) => bothWays === true;
    expect(none.some(isBoth)).to.equal(false);
    expect(some.filter(isBoth).length).to.be.within(40, 90);
    expect(all.filter(isBoth)).to.have.length(none.filter(({ side }) => side === "charge").length);
    expect(some.map((stay) => ({ ...stay, bothWays: false }))).to.deep.equal(
      none.map((stay) => ({ ...stay, bothWays: false })),
    );
  });
});
