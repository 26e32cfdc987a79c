import { expect } from "chai";
import loadHighs from "highs";

import { AUCTIONS } from "../../../../../scripts/model/mechanisms/auctions";
import { efficient } from "../../../../../scripts/model/mechanisms/offers";
import { Random } from "../../../../../scripts/core/random";
import { cases } from "../../../../helpers/cases";
import { energyOf, type PricedBook, randomBook, tradedWh, welfareOf } from "./books";

const RULES = Object.keys(AUCTIONS) as (keyof typeof AUCTIONS)[];

/** Books by the thousand, the same ones for every rule. */
function* books(all: number): Generator<PricedBook> {
  const random = new Random(20_260);
  for (let i = 0; i < cases(all); i++) yield randomBook(random);
}

/** The most that a book's trades can be worth and, of such trades, the most energy that they can move, by HiGHS. */
async function optimum({ bids, asks }: PricedBook): Promise<{ welfare: bigint; energyWh: bigint }> {
  const pairs = bids.flatMap((bid, i) => asks.map((ask, j) => ({ i, j, gain: bid.price - ask.price })));
  const worth = pairs.filter(({ gain }) => gain >= 0n);
  if (worth.length === 0) return { welfare: 0n, energyWh: 0n };
  // A Wh more counts less than a tick more for any Wh.
  const goal = worth.map(({ i, j, gain }) => `${gain * 1_000n + 1n} x${i}_${j}`).join(" + ");
  const rows = (offers: PricedBook["bids"], of: (i: number, j: number) => number) =>
    offers.flatMap(({ energyWh }, place) => {
      const own = worth.filter(({ i, j }) => of(i, j) === place).map(({ i, j }) => `x${i}_${j}`);
      return own.length === 0 ? [] : [`${own.join(" + ")} <= ${energyWh}`];
    });
  const constraints = [...rows(bids, (i) => i), ...rows(asks, (_, j) => j)];
  const highs = await loadHighs();
  const solution = highs.solve(`Maximize\n ${goal}\nSubject To\n ${constraints.join("\n ")}\nEnd\n`, {
    output_flag: false,
  });
  expect(solution.Status).to.equal("Optimal");
  const columns = solution.Columns as Record<string, { Primal?: number }>;
  const energy = ({ i, j }: { i: number; j: number }) => BigInt(Math.round(columns[`x${i}_${j}`]?.Primal ?? 0));
  return {
    welfare: worth.reduce((sum, pair) => sum + pair.gain * energy(pair), 0n),
    energyWh: worth.reduce((sum, pair) => sum + energy(pair), 0n),
  };
}

/** Chai's own comparison costs more than the auctions. */
function holds(condition: boolean, what: string): void {
  if (!condition) expect.fail(what);
}

describe("properties of the auctions on random books", () => {
  it("uniform, pay-as-bid and a funded vickrey are worth, and move, what a linear program says is the most, to the Wh", async () => {
    for (const book of books(1_000)) {
      const best = await optimum(book);
      for (const rule of ["uniform", "payAsBid", "vickrey"] as const) {
        const trades = AUCTIONS[rule](book.bids, book.asks, { thetaBps: 5_000n, fund: 10n ** 12n });
        expect({ welfare: welfareOf(book, trades), energyWh: energyOf(trades) }, rule).to.deep.equal(best);
      }
    }
  }).timeout(300_000);

  for (const rule of RULES) {
    it(`${rule}: nobody pays more or gets less than its limit, nobody trades more than it displays, none with itself`, () => {
      let traded = 0;
      for (const { bids, asks } of books(1_000)) {
        for (const thetaBps of [0n, 5_000n, 10_000n]) {
          const offers = new Map([...bids, ...asks].map((offer) => [offer.pile, offer]));
          const trades = AUCTIONS[rule](bids, asks, { thetaBps, fund: 100n });
          for (const { sell, buy, price, premium = 0n, subsidy = 0n, energyWh } of trades) {
            traded++;
            holds(energyWh > 0n && sell.startsWith("a") && buy.startsWith("b"), "sides");
            holds(price + premium <= offers.get(buy)!.price, "a buyer's limit");
            holds(price + subsidy >= offers.get(sell)!.price, "a seller's limit");
          }
          for (const [pile, sum] of tradedWh(trades)) holds(sum <= offers.get(pile)!.energyWh, pile);
          const deficit = trades.reduce((sum, { subsidy = 0n, energyWh }) => sum + (subsidy * energyWh) / 1_000n, 0n);
          holds(deficit <= (rule === "vickrey" ? 100n : 0n), "the fund");
        }
      }
      if (rule === "gridOnly") expect(traded).to.equal(0);
      else expect(traded).to.be.above(100);
    });
  }

  it("uniform: one price, and no order is left unfilled that it would serve", () => {
    for (const { bids, asks } of books(1_000)) {
      const trades = AUCTIONS.uniform(bids, asks, { thetaBps: 3_333n, fund: 0n });
      if (trades.length === 0) continue;
      const { price } = trades[0]!;
      expect(new Set(trades.map((trade) => trade.price)).size).to.equal(1);
      const filled = tradedWh(trades);
      // At the price itself there may be more than the other side takes.
      for (const bid of bids) if (bid.price > price) expect(filled.get(bid.pile)).to.equal(bid.energyWh);
      for (const ask of asks) if (ask.price < price) expect(filled.get(ask.pile)).to.equal(ask.energyWh);
    }
  });

  it("mcafee: never in deficit, and at most the last pair below the efficient match", () => {
    let stepped = 0;
    for (const { bids, asks } of books(1_000)) {
      const match = efficient(bids, asks);
      const trades = AUCTIONS.mcafee(bids, asks, { thetaBps: 0n, fund: 0n });
      expect(trades.every(({ subsidy }) => subsidy === undefined)).to.equal(true);
      const wholeWh = match.pairings.reduce((sum, { energyWh }) => sum + energyWh, 0n);
      if (energyOf(trades) < wholeWh) stepped++;
      const lastWh = [bids[match.bids - 1], asks[match.asks - 1]].map((offer) => offer?.energyWh ?? 0n);
      const most = lastWh[0]! > lastWh[1]! ? lastWh[0]! : lastWh[1]!;
      expect(energyOf(trades) + most >= wholeWh).to.equal(true);
    }
    expect(stepped).to.be.above(20);
  });

  it("mcafee and a funded vickrey: with orders of one unit no price but the true one gains", () => {
    const random = new Random(7);
    for (let i = 0; i < cases(200); i++) {
      const raw = randomBook(random, 5);
      const unit = (offers: PricedBook["bids"]) => offers.map((offer) => ({ ...offer, energyWh: 1_000n }));
      const book = { bids: unit(raw.bids), asks: unit(raw.asks) };
      for (const rule of ["mcafee", "vickrey"] as const) {
        for (const liar of [...book.bids, ...book.asks]) {
          const honest = gainOf(rule, book, liar.pile, liar.price, liar.price);
          for (let lie = 1n; lie <= 61n; lie += 3n) {
            holds(gainOf(rule, book, liar.pile, liar.price, lie) <= honest, `${rule}: ${liar.pile} says ${lie}`);
          }
        }
      }
    }
  }).timeout(60_000);

  it("the long side of a mid-market rate shares in proportion, to the Wh that rounding leaves", () => {
    let shared = 0;
    for (const { bids, asks } of books(1_000)) {
      const filled = tradedWh(AUCTIONS.midMarketRate(bids, asks, { thetaBps: 0n, fund: 0n }));
      for (const side of [bids, asks]) {
        const trading = side.filter(({ pile }) => filled.has(pile));
        const whole = trading.reduce((sum, { energyWh }) => sum + energyWh, 0n);
        const sold = trading.reduce((sum, { pile }) => sum + filled.get(pile)!, 0n);
        if (sold === whole || trading.length < 2) continue;
        shared++;
        // Who is first in priority gets what rounding leaves: less than a Wh for each that shares.
        for (const { pile, energyWh } of trading) {
          const share = (energyWh * sold) / whole;
          const off = filled.get(pile)! - share;
          expect(off >= -1n && off <= BigInt(side.length), `${pile}: ${off}`).to.equal(true);
        }
      }
    }
    expect(shared).to.be.above(20);
  });
});

/** Gain of a pile whose order is worth `worth` to it when it names another price, price times Wh. */
function gainOf(rule: "mcafee" | "vickrey", book: PricedBook, liar: string, worth: bigint, named: bigint): bigint {
  const lying = (offers: PricedBook["bids"], rising: number) =>
    offers
      .map((offer) => (offer.pile === liar ? { ...offer, price: named } : offer))
      .sort((a, b) => rising * Number(a.price - b.price));
  const trades = AUCTIONS[rule](lying(book.bids, -1), lying(book.asks, 1), { thetaBps: 0n, fund: 10n ** 12n });
  return trades.reduce((sum, { sell, buy, price, premium = 0n, subsidy = 0n, energyWh }) => {
    if (buy === liar) return sum + (worth - price - premium) * energyWh;
    return sell === liar ? sum + (price + subsidy - worth) * energyWh : sum;
  }, 0n);
}
