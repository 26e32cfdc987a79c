import { expect } from "chai";

import { withDefaults } from "../../../../../scripts/core/parameters";
import { Random } from "../../../../../scripts/core/random";
import type { Publication } from "../../../../../scripts/core/types";
import { gridSupply } from "../../../../../scripts/model/gridSupply";
import { congestion, type DrawingOffer } from "../../../../../scripts/model/mechanisms/congestion";
import type { Offer } from "../../../../../scripts/model/mechanisms/offers";
import { checkParameters } from "../../../../../scripts/model/parameters";
import { cases } from "../../../../helpers/cases";

/** A premium of 1 for each kW above 50 kW; half-hours, so that a Wh is 2 W. */
const MARKET = withDefaults({ matching: "congestion", congestionFromW: 50_000n, congestionPricePerKwhPerKw: 1n });
/** Tariffs of 20 and 5; the homes draw 49 kW, so that the first 500 Wh have no premium. */
const PUBLICATION: Publication = {
  baseLoadW: 49_000n,
  importPricePerKwh: 20n,
  exportPricePerKwh: 5n,
  wheelingPricePerKwh: 0n,
};
const SUPPLY = gridSupply(MARKET, PUBLICATION)!;
const NO_GRID = "nothing published";

const bid = (pile: string, price: number, energyWh: number, mayDraw = true): DrawingOffer => ({
  ...{ pile, price: BigInt(price), energyWh: BigInt(energyWh), mayDraw },
});
const ask = (pile: string, price: number, energyWh: number): Offer => ({
  ...{ pile, price: BigInt(price), energyWh: BigInt(energyWh) },
});
const decide = (bids: DrawingOffer[], asks: Offer[] = [], supply: typeof SUPPLY | typeof NO_GRID = SUPPLY) => {
  const { trades, grid } = congestion(bids, asks, supply === NO_GRID ? undefined : supply, 5_000n);
  return [
    ...trades.map(({ buy, sell, price, energyWh }) => `${sell}>${buy} ${energyWh} at ${price}`),
    ...grid.map(({ pile, price, premium = 0n, energyWh }) => `grid>${pile} ${energyWh} at ${price}+${premium}`),
  ];
};

describe("congestion price", () => {
  it("is the tariff up to a load, and rises by so much a kW above it, to the price of what is taken unasked", () => {
    expect([0n, 500n, 501n, 1_000n, 1_001n].map((wh) => SUPPLY.priceAt(wh))).to.deep.equal([20n, 20n, 21n, 21n, 22n]);
    expect(SUPPLY.priceAt(90_000n)).to.equal(35n);
    expect([19n, 20n, 21n, 22n].map((price) => SUPPLY.reachWh(price))).to.deep.equal([0n, 500n, 1_000n, 1_500n]);
    // The room under 250 kW.
    expect([34n, 35n, 900n].map((price) => SUPPLY.reachWh(price))).to.deep.equal([7_500n, 100_500n, 100_500n]);
  });

  it("serves the dearest bids first, and each only as far as its limit goes", () => {
    expect(decide([bid("A", 30, 700), bid("B", 21, 900), bid("C", 20, 400)])).to.deep.equal([
      "grid>A 700 at 20+1",
      "grid>B 300 at 20+1",
    ]);
  });

  it("costs whoever insists more in a loaded frame than whoever waits for another", () => {
    expect(decide([bid("A", 30, 2_000)])).to.deep.equal(["grid>A 2000 at 20+3"]);
    expect(decide([bid("B", 20, 500)])).to.deep.equal(["grid>B 500 at 20+0"]);
  });

  it("takes an ask where it is cheaper than the grid, and pays it what the grid is paid", () => {
    expect(decide([bid("A", 30, 2_000)], [ask("S", 21, 800)])).to.deep.equal(["S>A 800 at 22", "grid>A 1200 at 20+2"]);
    expect(decide([bid("A", 30, 400)], [ask("S", 21, 800)])).to.deep.equal(["grid>A 400 at 20+0"]);
  });

  it("lies between the last orders where the grid delivers nothing", () => {
    // Between the ask and the tariff; between the asks; at the bid that could not be served.
    expect(decide([bid("A", 30, 400)], [ask("S", 10, 800)])).to.deep.equal(["S>A 400 at 10"]);
    expect(decide([bid("A", 30, 800, false)], [ask("S", 10, 800)])).to.deep.equal(["S>A 800 at 15"]);
    expect(decide([bid("A", 30, 900, false)], [ask("S", 10, 800)])).to.deep.equal(["S>A 800 at 20"]);
    expect(decide([bid("A", 30, 900)], [ask("S", 10, 800)], NO_GRID)).to.deep.equal(["S>A 800 at 30"]);
  });

  it("leaves a bid that the grid may not fill, and goes on to the next", () => {
    expect(decide([bid("A", 30, 700, false), bid("B", 25, 300)])).to.deep.equal(["grid>B 300 at 20+0"]);
  });

  it("is nobody's beyond its limit, and one for all, on random books", () => {
    for (let run = 0; run < cases(2_000, 300); run++) {
      const random = new Random(`congestion ${run}`);
      const [from, to] = [15, random.pick([22, 30, 60])];
      const offers = (name: string) =>
        Array.from({ length: random.integer(0, 7) }, (_, i) =>
          ask(`${name}${i}`, random.integer(from, to), random.integer(1, 4_000)),
        );
      const bids = offers("B")
        .map((offer) => ({ ...offer, mayDraw: random.chance(0.8) }))
        .sort((a, b) => Number(b.price - a.price));
      const asks = offers("S").sort((a, b) => Number(a.price - b.price));
      const { trades, grid } = congestion(bids, asks, SUPPLY, BigInt(random.integer(0, 10_000)));
      const limits = new Map([...bids, ...asks].map(({ pile, price }) => [pile, price]));
      const leftWh = new Map([...bids, ...asks].map(({ pile, energyWh }) => [pile, energyWh]));
      const take = (pile: string, energyWh: bigint) => leftWh.set(pile, leftWh.get(pile)! - energyWh);
      for (const { buy, sell, price, energyWh } of trades) {
        expect(price <= limits.get(buy)! && price >= limits.get(sell)!, `${run}: a trade's price`).to.equal(true);
        take(buy, energyWh);
        take(sell, energyWh);
      }
      for (const { pile, price, premium = 0n, energyWh } of grid) {
        expect(price + premium <= limits.get(pile)!, `${run}: a grid fill's price`).to.equal(true);
        take(pile, energyWh);
      }
      const prices = new Set([
        ...trades.map(({ price }) => price),
        ...grid.map(({ price, premium = 0n }) => price + premium),
      ]);
      expect(prices.size, `${run}: one price`).to.be.at.most(1);
      expect([...leftWh.values()].every((wh) => wh >= 0n)).to.equal(true);
      // Whoever would pay more for another Wh than the grid wants for it has got it.
      const drawnWh = grid.reduce((sum, { energyWh }) => sum + energyWh, 0n);
      for (const { pile, price, mayDraw } of bids) {
        if (!mayDraw || leftWh.get(pile) === 0n) continue;
        expect(price < SUPPLY.priceAt(drawnWh + 1n), `${run}: ${pile} is left out`).to.equal(true);
      }
    }
  });

  it("goes neither with rounds nor with a breach that costs nothing", () => {
    expect(() => checkParameters({ ...MARKET, settlement: "benefit" })).to.throw(RangeError, "settlement adbev");
    const metered = { ...MARKET, readingSeconds: 600, bondPricePerKwh: MARKET.importCapPerKwh };
    expect(() => checkParameters({ ...metered, breach: "counterparty" })).to.throw(RangeError, "breach defaulter");
    checkParameters(metered);
  });
});
