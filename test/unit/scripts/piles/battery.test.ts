import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";
import {
  batteryChangeWh,
  type BatteryModel,
  costPerKwhSold,
  IDEAL_BATTERY,
  MEASURED_BATTERY,
} from "../../../../scripts/piles/battery";
import { askedWh, type EvStay, neededWh, possibleWh } from "../../../../scripts/piles/ev";
import { chapter4Population } from "../../../../scripts/piles/populations/chapter4";
import { elaadPopulation } from "../../../../scripts/piles/populations/elaadnl";
import { withBattery } from "../../../../scripts/piles/populations/sessions";

const MARKET = { frameSeconds: 1800, icebergPeakWh: 2000n, minEnergyWh: 100n };
const LOSSY: BatteryModel = { chargeEfficiency: 0.9, dischargeEfficiency: 0.8, wearPerKwh: 40_000, reserveSoc: 0.3 };

function ev(changes: Partial<EvStay>): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 10, departureFrame: 100 } as const;
  return { ...stay, batteryWh: 60_000, initialSoc: 0.2, targetSoc: 0.8, ratedW: 43_000, ...changes };
}

describe("batteries that lose energy", () => {
  it("draw more at the plug than they get, and feed in less than they give up", () => {
    expect(neededWh(ev({ battery: LOSSY }))).to.equal(40_000);
    expect(batteryChangeWh(ev({ battery: LOSSY }), 40_000)).to.equal(36_000);
    const seller = ev({ side: "discharge", initialSoc: 0.9, targetSoc: 0.5, battery: LOSSY });
    expect(neededWh(seller)).to.equal(19_200);
    expect(batteryChangeWh(seller, 19_200)).to.be.closeTo(-24_000, 1e-6);
  });

  it("sell nothing of their reserve, to the Wh", () => {
    const seller = (battery: Partial<BatteryModel>) =>
      ev({ side: "discharge", initialSoc: 0.9, targetSoc: 0.5, battery: { ...LOSSY, ...battery } });
    expect(neededWh(seller({ reserveSoc: 0.7 }))).to.equal(9_600);
    expect(neededWh(seller({ reserveSoc: 0.700_01 }))).to.equal(9_599);
    expect(neededWh(seller({ reserveSoc: 0.95 }))).to.equal(0);
    expect(neededWh(seller({ reserveSoc: 0.1 }))).to.equal(19_200);
  });

  it("a kWh sold costs its replacement through both losses, and the wear of what left the battery", () => {
    expect(costPerKwhSold({}, 200_000)).to.equal(200_000);
    expect(costPerKwhSold({ battery: LOSSY }, 180_000)).to.be.closeTo(180_000 / 0.72 + 40_000 / 0.8, 1e-6);
  });

  it("end within their bounds whatever the market delivers of what they ask for", () => {
    const random = new Random(7);
    for (let at = 0; at < 300; at++) {
      const battery: BatteryModel = {
        chargeEfficiency: random.uniform(0.5, 1),
        dischargeEfficiency: random.uniform(0.5, 1),
        wearPerKwh: 0,
        reserveSoc: random.chance(0.5) ? 0 : random.uniform(),
      };
      const charges = random.chance(0.5);
      const [low, high] = [random.uniform(0, 0.5), random.uniform(0.5, 1)];
      const soc = charges ? { initialSoc: low, targetSoc: high } : { initialSoc: high, targetSoc: low };
      const size = { batteryWh: random.integer(1_000, 120_000), ratedW: random.integer(1_000, 120_000) };
      const stay = ev({ side: charges ? "charge" : "discharge", ...soc, ...size, battery });
      expect(askedWh(stay, MARKET)).to.be.at.most(possibleWh(stay, MARKET));
      const filledWh = stay.initialSoc * stay.batteryWh + batteryChangeWh(stay, neededWh(stay));
      if (charges) expect(filledWh).to.be.closeTo(stay.targetSoc * stay.batteryWh, 0.5 + 1e-6);
      else {
        // Whole Wh at the plug: half of one to the target, none into the reserve.
        expect(filledWh).to.be.at.least(stay.targetSoc * stay.batteryWh - 0.5 / battery.dischargeEfficiency - 1e-6);
        if (neededWh(stay) > 0) expect(filledWh).to.be.at.least(battery.reserveSoc * stay.batteryWh - 1e-6);
        if (battery.reserveSoc >= stay.initialSoc) expect(neededWh(stay)).to.equal(0);
      }
    }
  });
});

describe("populations with batteries", () => {
  const options = { evs: 60, days: 1, frameSeconds: 1800 };

  it("draw the same EVs whatever their batteries", () => {
    const draw = (battery?: BatteryModel) =>
      chapter4Population()({ ...options, random: new Random(3), ...(battery === undefined ? {} : { battery }) });
    const bare = draw();
    expect(bare.every((stay) => stay.battery === undefined)).to.equal(true);
    expect(draw(MEASURED_BATTERY)).to.deep.equal(bare.map((stay) => ({ ...stay, battery: MEASURED_BATTERY })));
    expect(draw({ ...IDEAL_BATTERY }).map(neededWh)).to.deep.equal(bare.map(neededWh));
  });

  it("keep what ElaadNL measured at the plug, where the car's own bounds allow it", () => {
    const draw = (battery?: BatteryModel) =>
      elaadPopulation()({ ...options, random: new Random(3), ...(battery === undefined ? {} : { battery }) });
    const bare = draw();
    draw(MEASURED_BATTERY).forEach((stay, index) => {
      const before = bare[index]!;
      if (stay.side === "charge") expect(neededWh(stay)).to.equal(neededWh(before));
      else expect(neededWh(stay)).to.be.at.most(neededWh(before));
    });
  });

  it("keep what a file of sessions tells, at the plug", () => {
    const full = { initialSoc: 0, targetSoc: 1 };
    const stays = [
      ev({ ...full, batteryWh: 12_345, recorded: true }),
      ev({ side: "discharge", initialSoc: 1, targetSoc: 0, batteryWh: 6_789, recorded: true }),
    ];
    const lossy = withBattery(stays, LOSSY);
    expect(lossy.map(neededWh)).to.deep.equal([12_345, 6_789]);
    expect(batteryChangeWh(lossy[0]!, 12_345)).to.be.closeTo(11_110.5, 1e-6);
    expect(batteryChangeWh(lossy[1]!, 6_789)).to.be.closeTo(-8_486.25, 1e-6);
  });
});
