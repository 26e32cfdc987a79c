import { expect } from "chai";

import { AUCTIONS } from "../../../../../scripts/model/mechanisms/auctions";
import type { Offer } from "../../../../../scripts/model/mechanisms/offers";
import { energyOf, type PricedBook, welfareOf } from "./books";

/** Prices of the sources in ticks, quantities in Wh. */
const TICKS = 1_000;
const WH = 1_000;

/** `[price, quantity]` in the source's own units. */
type Line = readonly [number, number];

function bookOf(bids: readonly Line[], asks: readonly Line[]): PricedBook {
  const side = (name: string, lines: readonly Line[], rising: number): Offer[] =>
    lines
      .map(([price, quantity], i) => ({
        pile: `${name}${i}`,
        price: BigInt(Math.round(price * TICKS)),
        energyWh: BigInt(quantity * WH),
      }))
      .sort((a, b) => rising * Number(a.price - b.price));
  return { bids: side("b", bids, -1), asks: side("a", asks, 1) };
}

const units = (prices: readonly number[]): Line[] => prices.map((price) => [price, 1]);

const REC_BIDS: readonly Line[] = [
  [45, 500],
  [40, 500],
  [35, 500],
];

interface Vector {
  source: string;
  rule: keyof typeof AUCTIONS;
  book: PricedBook;
  fund?: number;
  quantity?: number;
  welfare?: number;
  /** Both sides' prices, or a range that one price is to lie in; undefined where nobody trades. */
  price?: readonly [number, number];
  buyPrice?: number;
  sellPrice?: number;
  deficit?: number;
}

/** Small auctions with known results; the figures alone are taken over. */
const VECTORS: readonly Vector[] = [
  {
    source: "pymarket, tests/conftest.py, dataset 0",
    rule: "uniform",
    book: bookOf(
      [
        [3, 1],
        [4, 2],
        [1, 5],
      ],
      [
        [2, 4],
        [1, 1],
        [6, 5],
      ],
    ),
    ...{ quantity: 3, welfare: 6, price: [2, 2] },
  },
  {
    source: "pymarket, tests/conftest.py, dataset 1",
    rule: "uniform",
    book: bookOf(units([6.7, 6.6, 6.5, 6.4, 6.3, 6]), [
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
      [6.1, 1],
    ]),
    ...{ quantity: 6, welfare: 21.5, price: [4, 6] },
  },
  {
    source: "Power TAC, AuctionServiceTests, one ask and one bid",
    rule: "uniform",
    book: bookOf([[22, 1]], [[20, 1]]),
    ...{ quantity: 1, price: [21, 21] },
  },
  {
    source: "erelsgl/auctions, mcafee_demo, the first beyond between the last",
    rule: "mcafee",
    book: bookOf(units([17, 14, 13, 9, 6]), units([1, 4, 5, 8, 11])),
    ...{ quantity: 4, buyPrice: 8.5, sellPrice: 8.5 },
  },
  {
    source: "erelsgl/auctions, mcafee_demo, the last pair steps out",
    rule: "mcafee",
    book: bookOf(units([17, 14, 13, 9, 6]), units([1, 4, 5, 8, 13])),
    ...{ quantity: 3, buyPrice: 9, sellPrice: 8 },
  },
  {
    source: "erelsgl/auctions, mcafee_demo, one pair",
    rule: "mcafee",
    book: bookOf([[9, 1]], [[4, 1]]),
    quantity: 0,
  },
  {
    source: "the same book, externality prices worked by hand",
    rule: "vickrey",
    book: bookOf(units([17, 14, 13, 9, 6]), units([1, 4, 5, 8, 11])),
    ...{ fund: 4, quantity: 4, buyPrice: 8, sellPrice: 9, deficit: 4 },
  },
  {
    source: "INESCTEC/rec-operation, tests/test_pricing_mechanisms.py, mid-market rate",
    rule: "midMarketRate",
    book: bookOf(REC_BIDS, [
      [0, 500],
      [10, 600],
      [15, 500],
    ]),
    price: [25, 25],
  },
  {
    source: "INESCTEC/rec-operation, tests/test_pricing_mechanisms.py, supply and demand ratio",
    rule: "supplyDemandRatio",
    book: bookOf(REC_BIDS, [
      [0, 500],
      [10, 400],
      [15, 500],
    ]),
    price: [15.594, 15.594],
  },
];

describe("auctions with known results", () => {
  for (const { source, rule, book, fund = 0, ...expected } of VECTORS) {
    it(`${rule}: ${source}`, () => {
      const money = (units: number) => BigInt(Math.round(units * TICKS));
      const trades = AUCTIONS[rule](book.bids, book.asks, { thetaBps: 5_000n, fund: money(fund) });
      if (expected.quantity !== undefined) expect(energyOf(trades)).to.equal(BigInt(expected.quantity * WH));
      if (expected.welfare !== undefined)
        expect(welfareOf(book, trades)).to.equal(money(expected.welfare) * BigInt(WH));
      if (expected.quantity !== 0) expect(trades.length).to.be.above(0);
      for (const { price, premium = 0n, subsidy = 0n } of trades) {
        if (expected.price !== undefined) {
          expect(price >= money(expected.price[0]) && price <= money(expected.price[1]), String(price)).to.equal(true);
        }
        if (expected.buyPrice !== undefined) expect(price + premium).to.equal(money(expected.buyPrice));
        if (expected.sellPrice !== undefined) expect(price + subsidy).to.equal(money(expected.sellPrice));
      }
      if (expected.deficit !== undefined) {
        const deficit = trades.reduce((sum, { subsidy = 0n, energyWh }) => sum + (subsidy * energyWh) / 1_000n, 0n);
        expect(deficit).to.equal(money(expected.deficit));
      }
    });
  }

  it("vickrey where the operator set a unit too little aside: as McAfee", () => {
    const book = bookOf(units([17, 14, 13, 9, 6]), units([1, 4, 5, 8, 11]));
    const terms = { thetaBps: 5_000n, fund: BigInt(4 * TICKS - 1) };
    expect(AUCTIONS.vickrey(book.bids, book.asks, terms)).to.deep.equal(AUCTIONS.mcafee(book.bids, book.asks, terms));
  });
});
