import { expect } from "chai";

import { AUCTIONS } from "../../../../../scripts/model/mechanisms/auctions";
import type { Offer } from "../../../../../scripts/model/mechanisms/offers";
import type { Trade } from "../../../../../scripts/core/types";
import { Random } from "../../../../../scripts/core/random";
import { cases } from "../../../../helpers/cases";
import { randomBook } from "./books";

const RULES = Object.keys(AUCTIONS) as (keyof typeof AUCTIONS)[];
const TERMS = { thetaBps: 5_000n, fund: 10n ** 12n };
const BUYING = "own bid";
const SELLING = "own ask";
/** The wheeling charge, which every buyer pays beside its price. */
const WHEELING = 3n;

/** Gain of an owner of two piles by all its trades, price times Wh, wheeling paid. */
function moneyOf(trades: readonly Trade[]): bigint {
  return trades.reduce((sum, { sell, buy, price, premium = 0n, subsidy = 0n, energyWh }) => {
    const paid = buy === BUYING ? (price + premium + WHEELING) * energyWh : 0n;
    return sum + (sell === SELLING ? (price + subsidy) * energyWh : 0n) - paid;
  }, 0n);
}

/** Trades between the owner's two piles alone, with a bid at 30 and an ask at 10 for a kWh each. */
function alone(rule: keyof typeof AUCTIONS): Trade[] {
  return AUCTIONS[rule](
    [{ pile: BUYING, price: 30n, energyWh: 1_000n }],
    [{ pile: SELLING, price: 10n, energyWh: 1_000n }],
    TERMS,
  );
}

describe("trades of an owner with itself", () => {
  it("are paid for out of the matching fund under Vickrey, all that lies between the two limits, up to the fund, less the wheeling", () => {
    expect(moneyOf(alone("vickrey"))).to.equal((20n - WHEELING) * 1_000n);
    const unfunded = AUCTIONS.vickrey(
      [{ pile: BUYING, price: 30n, energyWh: 1_000n }],
      [{ pile: SELLING, price: 10n, energyWh: 1_000n }],
      { ...TERMS, fund: 19n },
    );
    // The deficit is 20: McAfee's rule, by which a single pair steps out.
    expect(unfunded).to.deep.equal([]);
  });

  for (const rule of RULES.filter((one) => one !== "vickrey")) {
    it(`cost at least the wheeling under ${rule}: nobody gets more than buyers pay`, () => {
      const lost = (trades: readonly Trade[]) => trades.reduce((sum, { energyWh }) => sum + WHEELING * energyWh, 0n);
      expect(moneyOf(alone(rule)) <= -lost(alone(rule))).to.equal(true);
      const random = new Random(`wash/${rule}`);
      for (let i = 0; i < cases(500); i++) {
        const { bids, asks } = randomBook(random);
        const own = (pile: string): Offer => ({ pile, price: BigInt(random.integer(1, 60)), energyWh: 500n });
        const trades = AUCTIONS[rule](
          [...bids, own(BUYING)].sort((a, b) => Number(b.price - a.price)),
          [...asks, own(SELLING)].sort((a, b) => Number(a.price - b.price)),
          TERMS,
        );
        const withItself = trades.filter(({ sell, buy }) => sell === SELLING && buy === BUYING);
        expect(moneyOf(withItself) <= -lost(withItself), `book ${i}`).to.equal(true);
        expect(trades.every(({ subsidy }) => subsidy === undefined)).to.equal(true);
      }
    });
  }
});
