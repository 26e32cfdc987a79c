import { expect } from "chai";

import type { EvStay } from "../../../../scripts/piles/ev";
import { fittedArrivals } from "../../../../scripts/piles/arrivals/fittedProfile";
import type { Population } from "../../../../scripts/piles/population";
import { chapter4Population } from "../../../../scripts/piles/populations/chapter4";
import { chapter5Population } from "../../../../scripts/piles/populations/chapter5";
import { elaadPopulation } from "../../../../scripts/piles/populations/elaadnl";
import { Random } from "../../../../scripts/core/random";

const draw = (population: Population, changes: { evs?: number; days?: number; seed?: number } = {}) =>
  population({ evs: 100, days: 2, frameSeconds: 1800, random: new Random(changes.seed ?? 1), ...changes });
const share = (evs: EvStay[], holds: (ev: EvStay) => boolean) => evs.filter(holds).length / evs.length;

const POPULATIONS: Record<string, Population> = {
  "chapter 4": chapter4Population(),
  "chapter 4, windows": chapter4Population("halves"),
  "chapter 4, anywhere": chapter4Population("anywhere"),
  "chapter 5": chapter5Population(),
  "chapter 5, windows": chapter5Population("halves"),
  "ElaadNL private": elaadPopulation(),
  "ElaadNL public": elaadPopulation({ site: "public" }),
};

for (const [name, population] of Object.entries(POPULATIONS)) {
  describe(`population: ${name}`, () => {
    it("repeats from its seed", () => {
      expect(draw(population)).to.deep.equal(draw(population));
      expect(draw(population)).not.to.deep.equal(draw(population, { seed: 2 }));
    });

    it("has one EV per pile and day, one at a time, within what batteries hold", () => {
      const evs = draw(population, { days: 3 });
      expect(evs).to.have.length(300);
      const leftAt = new Map<string, number>();
      for (const ev of evs) {
        expect(ev.arrivalFrame).to.be.at.least(leftAt.get(ev.pile) ?? 0);
        expect(ev.departureFrame).to.be.at.least(ev.arrivalFrame);
        for (const soc of [ev.initialSoc, ev.targetSoc]) expect(soc).to.be.within(0, 1);
        expect((ev.targetSoc - ev.initialSoc) * (ev.side === "charge" ? 1 : -1)).to.be.at.least(0);
        leftAt.set(ev.pile, ev.departureFrame);
      }
    });

    it("keeps each pile's kind", () => {
      const ratedW = new Map<string, number>();
      for (const ev of draw(population)) {
        expect(ev.ratedW).to.equal(ratedW.get(ev.pile) ?? ev.ratedW);
        ratedW.set(ev.pile, ev.ratedW);
      }
    });
  });
}

describe("population: draws", () => {
  it("more piles or days leave those already there as they were", () => {
    const few = draw(chapter4Population(), { evs: 10, days: 1 });
    const many = draw(chapter4Population(), { evs: 20, days: 2 });
    expect(many.filter((ev) => few.some(({ pile }) => pile === ev.pile) && ev.arrivalFrame < 48)).to.deep.equal(few);
  });

  it("chapter 4: EVs are plugged in through the evening, arrivals as fitted", () => {
    const evs = draw(chapter4Population(), { days: 20 });
    const { shares } = fittedArrivals();
    const from = (first: number, last: number) => (ev: EvStay) =>
      ev.arrivalFrame % 48 >= first && ev.arrivalFrame % 48 <= last;
    for (const [first, last] of [
      [12, 31],
      [32, 39],
      [40, 47],
    ] as const) {
      const fitted = shares.slice(first, last + 1).reduce((sum, one) => sum + one, 0);
      expect(share(evs, from(first, last))).to.be.closeTo(fitted, 0.03);
    }
    // 18:00 to 19:00, the homes' peak, on every day.
    for (const peak of [36, 37]) {
      const present = evs.filter((ev) => ev.arrivalFrame < 48 * 10 + peak && ev.departureFrame >= 48 * 10 + peak);
      expect(present.length).to.be.above(30);
    }
  });

  it("chapter 4, windows: slow to fast 4:1, one in five discharges", () => {
    const evs = draw(chapter4Population("halves"), { days: 20 });
    expect(share(evs, (ev) => ev.ratedW === 3000 && ev.batteryWh === 8800)).to.equal(0.8);
    expect(share(evs, (ev) => ev.ratedW === 43_000 && ev.batteryWh === 60_000)).to.equal(0.2);
    expect(share(evs, (ev) => ev.side === "discharge")).to.be.closeTo(0.2, 0.02);
    let night = 0;
    for (const { arrivalFrame, departureFrame } of evs) {
      const arrival = arrivalFrame % 48;
      const departure = departureFrame - (arrivalFrame - arrival);
      if (arrival >= 37) night++;
      // 06:00-18:00: frames 12 to 35; 18:30-05:30: frames 37 to 58.
      if (arrival < 37) expect([arrival >= 12, departure <= 35]).to.deep.equal([true, true]);
      else expect(departure).to.be.at.most(58);
    }
    expect(night / evs.length).to.be.closeTo(0.5, 0.03);
  });

  it("chapter 5: charging to discharging 2:1", () => {
    expect(share(draw(chapter5Population(), { days: 20 }), (ev) => ev.side === "charge")).to.be.closeTo(2 / 3, 0.03);
  });

  it("ElaadNL: median stay 11 h before it is cut, median energy 19.4 kWh", () => {
    const evs = draw(elaadPopulation({ dischargingShare: 0 }), { days: 20 });
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    expect(median(evs.map((ev) => ev.departureFrame - ev.arrivalFrame))).to.be.within(19, 22);
    expect(median(evs.map((ev) => ((1 - ev.initialSoc) * ev.batteryWh) / 1000))).to.be.closeTo(19.4, 1);
  });
});
