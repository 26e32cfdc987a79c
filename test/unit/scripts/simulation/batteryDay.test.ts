import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { type BatteryModel, MEASURED_BATTERY } from "../../../../scripts/piles/battery";
import { runDay } from "../../../../scripts/simulation/day";
import type { DayResult } from "../../../../scripts/simulation/dayResult";
import { type DaySettings, defaultDay, PENNY } from "../../../../scripts/simulation/defaults";
import { headline } from "../../../../scripts/simulation/headline";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { leastAsk, refillPrice } from "../../../../scripts/simulation/sellerCosts";
import { dayCsv } from "../../../../scripts/reports/dayCsv";
import { compareSchemes } from "../../../../scripts/simulation/compare";
import { comparedSchemes } from "../../../../scripts/simulation/comparedSchemes";

const run = (settings: DaySettings) => runDay(defaultDay(settings), new ModelPort(DEFAULT_PARAMETERS));
/** A night of 7 p from 00:30 to 05:30, 20 p by day. */
const NIGHT = Array.from({ length: 48 }, (_, frame) => (frame >= 1 && frame < 11 ? 7 : 20) * PENNY);
const BATTERIES: readonly BatteryModel[] = [
  MEASURED_BATTERY,
  { chargeEfficiency: 0.8, dischargeEfficiency: 0.7, wearPerKwh: 12_345, reserveSoc: 0.6 },
  { chargeEfficiency: 1, dischargeEfficiency: 0.95, wearPerKwh: 0, reserveSoc: 0 },
];

/** Energy through the plugs of the EVs of a day against that in their batteries, and each battery within its bounds. */
function checkBatteries({ evs, totals }: DayResult): void {
  let [plugWh, batteriesWh] = [0, 0];
  for (const { stay, servedWh, batteryChangeWh } of evs) {
    const charges = stay.side === "charge";
    plugWh += charges ? servedWh : -servedWh;
    batteriesWh += batteryChangeWh;
    const battery = stay.battery!;
    const leftWh = stay.initialSoc * stay.batteryWh + batteryChangeWh;
    if (charges) expect(leftWh).to.be.at.most(stay.targetSoc * stay.batteryWh + 0.5);
    else {
      expect(leftWh).to.be.at.least(stay.targetSoc * stay.batteryWh - 0.5 / battery.dischargeEfficiency);
      if (servedWh > 0) expect(leftWh).to.be.at.least(battery.reserveSoc * stay.batteryWh - 1e-6);
    }
  }
  expect(batteriesWh + totals.lostWh).to.be.closeTo(plugWh, 1e-6);
  expect(totals.lostWh).to.be.above(0);
}

describe("a day with batteries that lose energy and wear", function () {
  this.timeout(60_000);

  it("conserves energy between plugs and batteries, and leaves reserves alone", async () => {
    for (const [index, battery] of BATTERIES.entries()) {
      const day = await run({ seed: 11 + index, evs: 60, battery });
      checkBatteries(day);
      expect(day.totals.soldWh).to.be.above(0);
    }
  });

  it("nets what sellers earn of refilling, losses and wear, EV by EV and frame by frame", async () => {
    const settings = { seed: 1, evs: 60, battery: MEASURED_BATTERY, importPricePerKwh: NIGHT };
    const day = await run(settings);
    const { totals } = day;
    const costPerKwh = (7 * PENNY) / 0.933 ** 2 + 45_000 / 0.933;
    const cost = Number(totals.refillCost + totals.wearCost);
    expect((cost * 1000) / totals.soldWh).to.be.closeTo(costPerKwh, 1);
    const net = (Number(totals.earned) * 1000) / totals.soldWh - costPerKwh;
    expect(headline(day).sellersNetPerKWh).to.be.closeTo(net, 1);
    for (const { soldWh, sellersNet, trades, tradedWh } of day.frames) {
      const earned = trades.reduce((sum, { price, energyWh }) => sum + (price * energyWh) / 1000n, 0n);
      expect(soldWh).to.equal(tradedWh);
      expect(Number(earned - sellersNet)).to.be.closeTo((soldWh * costPerKwh) / 1000, 1);
    }
    const [head, ...lines] = dayCsv([{ seed: 1, day }])
      .trim()
      .split("\n");
    const at = head!.split(",").indexOf("sellers_net_per_kwh_sold");
    const frame = day.frames.findIndex(({ soldWh }) => soldWh > 0);
    const { sellersNet, soldWh } = day.frames[frame]!;
    expect(Number(lines[frame]!.split(",")[at])).to.equal(Math.round((Number(sellersNet) * 1000) / soldWh));
    expect(lines[day.frames.findIndex((one) => one.soldWh === 0)]!.split(",")[at]).to.equal("");
  });

  it("asks for no less than a kWh costs: nobody buys it at a flat tariff, somebody does where nights are cheap", async () => {
    const asking = { seed: 1, evs: 60, battery: MEASURED_BATTERY, asksCoverCosts: true };
    const flat = await run(asking);
    expect(flat.totals.offeredWh).to.be.above(0);
    expect(flat.totals.soldWh).to.equal(0);
    const settings = { ...asking, importPricePerKwh: NIGHT };
    const options = defaultDay(settings);
    const seller = options.evs.find(({ side }) => side === "discharge")!;
    const floor = leastAsk(seller, refillPrice(options));
    expect(floor).to.equal(Math.ceil((7 * PENNY) / 0.933 ** 2 + 45_000 / 0.933));
    const night = await run(settings);
    const trades = night.frames.flatMap((frame) => frame.trades);
    expect(trades).not.to.have.length(0);
    for (const { price } of trades) expect(Number(price)).to.be.at.least(floor);
    expect(headline(night).sellersNetPerKWh).to.be.above(0);
  });

  it("lets EVs sell first and buy back to what they need by departure", async () => {
    const settings = { seed: 4, evs: 60, battery: MEASURED_BATTERY, bothWaysShare: 0.6 };
    const day = await run(settings);
    const both = day.evs.filter(({ stay }) => stay.bothWays === true && stay.side === "discharge");
    expect(both.filter(({ servedWh }) => servedWh > 0)).to.have.length.above(5);
    for (const sale of both) {
      const purchase = day.evs.find(
        ({ stay }) => stay.pile === sale.stay.pile && stay.arrivalFrame === sale.stay.departureFrame,
      )!;
      const { batteryWh, initialSoc, targetSoc } = sale.stay;
      const soldDownTo = initialSoc * batteryWh + sale.batteryChangeWh;
      expect(soldDownTo).to.be.at.least(MEASURED_BATTERY.reserveSoc * batteryWh - 1e-6);
      expect(targetSoc * batteryWh).to.be.at.most(soldDownTo + 1e-6);
      expect(purchase.stay.initialSoc * batteryWh).to.be.closeTo(soldDownTo, 1e-6);
      expect(purchase.askedWh).to.equal(purchase.neededWh);
      const missing = purchase.unservedWh * MEASURED_BATTERY.chargeEfficiency;
      const leavesWith = soldDownTo + purchase.batteryChangeWh + missing;
      expect(leavesWith).to.be.closeTo(purchase.stay.targetSoc * batteryWh, 0.5);
    }
    expect(day.loads.market.unservedShare).to.be.below(0.005);
    const energy = (side: string) =>
      day.evs.filter(({ stay }) => stay.side === side).reduce((sum, { servedWh }) => sum + servedWh, 0);
    expect(day.totals.soldWh).to.equal(energy("discharge"));
    const changeWh = day.evs.reduce((sum, { batteryChangeWh }) => sum + batteryChangeWh, 0);
    expect(changeWh + day.totals.lostWh).to.be.closeTo(energy("charge") - energy("discharge"), 1e-6);
    expect(await run({ ...settings, bothWaysShare: 0 })).to.deep.equal(
      await run({ seed: 4, evs: 60, battery: MEASURED_BATTERY }),
    );
  });

  it("has nobody come back to buy who left while it sold", async () => {
    const options = defaultDay({
      ...{ seed: 4, evs: 40, bothWaysShare: 1 },
      meters: { noise: 0, leave: 1, silent: 0, cheat: 0 },
    });
    const market = {
      ...DEFAULT_PARAMETERS,
      readingSeconds: 3_600,
      bondPricePerKwh: DEFAULT_PARAMETERS.importCapPerKwh,
    };
    const day = await runDay(options, new ModelPort(market));
    expect(day.delivery!.unaccounted).to.equal(0n);
    const sales = day.evs.filter(({ stay }) => stay.bothWays === true && stay.side === "discharge");
    const purchases = sales.map((sale) =>
      day.evs.find(
        ({ stay }) => stay.pile === sale.stay.pile && stay.arrivalFrame === sale.stay.departureFrame && stay.bothWays,
      )!,
    );
    expect(sales.filter(({ servedWh }) => servedWh > 0)).to.have.length.above(3);
    expect(purchases.map(({ orders }) => orders.normal + orders.iceberg)).to.deep.equal(sales.map(() => 0));
  });

  it("gives every scheme the same energy at the plug, and the discharging ones what batteries have left of it", async () => {
    const keys = ["uncontrolled", "spread", "genetic", "rollingTail", "rollingV2g", "adbev", "offlineOptimumV2g"];
    const compared = await compareSchemes({
      seeds: [1],
      dayOf: (seed) => defaultDay({ seed, evs: 14, battery: MEASURED_BATTERY }),
      market: DEFAULT_PARAMETERS,
      schemes: comparedSchemes({ generations: 5, horizonFrames: 24 }).filter(({ key }) => keys.includes(key)),
    });
    const of = (key: string) => compared.find((scheme) => scheme.key === key)!.days[0]!;
    for (const key of ["spread", "genetic", "rollingTail"]) {
      expect(of(key).costPerEv, key).to.be.closeTo(of("uncontrolled").costPerEv, 1);
      expect(of(key).sellersNetPerKWh, key).to.deep.equal(NaN);
    }
    // At an export tariff of 5 p against a refill at 20 p.
    const net = 5 * PENNY - (20 * PENNY) / 0.933 ** 2 - 45_000 / 0.933;
    expect(of("offlineOptimumV2g").sellersNetPerKWh).to.be.closeTo(net, 1);
    expect(of("adbev").sellersNetPerKWh).to.be.above(net);
  });
});
