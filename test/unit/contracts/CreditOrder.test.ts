import { expect } from "chai";

import { decodePileState } from "../../../scripts/chain/packedWords";
import { Random } from "../../../scripts/core/random";
import { runs } from "../../helpers/coverage";
import {
  ask,
  bid,
  clear,
  deployDirect,
  expectSolvent,
  freshFrame,
  nth,
  overwrite,
  PENNY,
  settle,
  slotOf,
} from "./fixtures";

const PILES = 14;
const THRESHOLD = 4_000n;
/** [D Table 1], times ten. */
const WEIGHTS = { capacity: 6n, credit: 8n, renewable: 5n, position: 4n, price: 5n, volume: 6n, stability: 6n };

describe("Ranking by credit", () => {
  it("ranks a book that has one side only", async () => {
    const { market, lens, parameters, piles } = await deployDirect(2, { ranking: "credit", readingSeconds: 3600 });
    const start = await freshFrame(market, parameters);
    await market.connect(nth(piles, 0)).place(bid(20n * PENNY, 300n, start + 9));
    await market.connect(nth(piles, 1)).place(bid(21n * PENNY, 300n, start + 9));
    const { bids, asks } = await lens.book(market, start + 1);
    expect([bids.map(({ pile }) => pile), asks]).to.deep.equal([[2n, 1n], []]);
    const { fills } = await clear(market, start + 1);
    expect(fills.map(({ sell, buy }) => [sell, buy])).to.deep.equal([
      [0, 2],
      [0, 1],
    ]);
  });

  for (const seed of [1, 2, 3, 4, 5].slice(0, runs(5))) {
    it(`puts either side of a random book in the order of [D Table 1], for the market and its lens (${seed.toString()})`, async () => {
      const random = new Random(seed).stream("credit order");
      const rules = { icebergThresholdWh: THRESHOLD, tickSize: 1_000n, readingSeconds: 3600 };
      const d = await deployDirect(PILES, { ranking: "credit", ...rules });
      const { market, lens, delivery, token, parameters, piles } = d;
      const start = await freshFrame(market, parameters);
      const sums = new Map<number, { charge: boolean; ticks: bigint; without: bigint; sequence: bigint }>();
      const states = await slotOf("_states");
      for (const pile of random.shuffle(Array.from({ length: PILES }, (_, i) => i + 1))) {
        const attribute = (): bigint => BigInt(random.pick([0, 1000, random.integer(0, 1000)]));
        const a = { capacity: attribute(), renewable: attribute(), position: attribute(), stability: attribute() };
        await delivery.setAttributes(market, pile, a);
        const credit = BigInt(random.integer(0, 10_000));
        await overwrite(market, states + BigInt(pile), (word) => (word & ~(0x3fffn << 214n)) | (credit << 214n));
        const energyWh = BigInt(random.integer(1, 8_000));
        const ticks = BigInt(random.integer(8, 20)) * (PENNY / 1_000n);
        const charge = pile % 2 === 0;
        const order = charge ? bid(ticks * 1_000n, energyWh, start + 9) : ask(ticks * 1_000n, energyWh, start + 9);
        await market.connect(nth(piles, pile - 1)).place(order);
        const volume = energyWh >= THRESHOLD ? 1000n : (energyWh * 1000n) / THRESHOLD;
        const without =
          WEIGHTS.capacity * a.capacity +
          WEIGHTS.credit * (credit / 10n) +
          WEIGHTS.renewable * a.renewable +
          WEIGHTS.position * a.position +
          WEIGHTS.volume * volume +
          WEIGHTS.stability * a.stability;
        const { sequence } = decodePileState(await market.pileState(pile));
        sums.set(pile, { charge, ticks, without, sequence });
      }

      const expected = [true, false].map((charge) => {
        const side = [...sums].filter(([, order]) => order.charge === charge);
        const prices = [...new Set(side.map(([, { ticks }]) => ticks))].sort((x, y) => Number(charge ? y - x : x - y));
        const step = 1000n / BigInt(prices.length);
        return side
          .map(([pile, { ticks, without, sequence }]) => {
            const price = 1000n - step * BigInt(prices.indexOf(ticks));
            return { pile, sequence, sum: without + WEIGHTS.price * price };
          })
          .sort((x, y) => Number(y.sum - x.sum) || Number(x.sequence - y.sequence));
      });
      const { bids, asks } = await lens.book(market, start + 1);
      for (const [side, lines] of [
        [expected[0], bids],
        [expected[1], asks],
      ] as const) {
        expect(lines.map(({ pile, priority }) => [Number(pile), priority])).to.deep.equal(
          side?.map(({ pile, sum }) => [pile, 40_000n - sum]),
        );
      }
      // The market decides what the lens foresees, bids in that order.
      const preview = await lens.preview(market, start + 1);
      const { words, fills } = await clear(market, start + 1);
      expect([...preview.fills]).to.deep.equal(words);
      const order = expected[0]?.map(({ pile }) => pile) ?? [];
      const buyers = fills.filter(({ sell }) => sell !== 0).map(({ buy }) => order.indexOf(buy));
      expect(buyers).to.deep.equal([...buyers].sort((x, y) => x - y));
      expect(fills.length).to.be.greaterThan(0);
      await expectSolvent(market, token, parameters);
      await settle(market, start + 1, words, { offset: 3600 });
      await expectSolvent(market, token, parameters);
    });
  }
});
