import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeFill } from "../../scripts/chain/packedWords";
import { goTo } from "../helpers/market";
import { bid, nth, PENNY } from "../unit/contracts/fixtures";
import { bookOf, commit, flexibleFills, plan, SALT, setting } from "../unit/contracts/roundFixtures";

describe("Attack: asking for far more than can be had, so that everything at once is the only plan that wins", () => {
  /** Three frames; pile 2 wants 3 kWh by their end, pile 1 claims to want `askedWh` and can be given 6 000. */
  async function asked(askedWh: bigint) {
    const s = await setting();
    const round = s.frame + 1;
    await s.market.connect(nth(s.piles, 0)).place(bid(20n * PENNY, askedWh, round + 2));
    await s.market.connect(nth(s.piles, 1)).place(bid(20n * PENNY, 3_000n, round + 2, 1_500n));
    await goTo(round, -600);
    const book = await bookOf(s.rounds, await s.market.clear(round));
    return { ...s, round, book };
  }
  const honest = async () => asked(6_000n);
  const greedy = async () => asked(4_000_000n);
  /** All that can be had, evenly and in a rush; a Wh less; nothing at all. */
  const PLANS = {
    steady: [3_000n, 3_000n, 3_000n],
    rushed: [3_500n, 3_500n, 2_000n],
    less: [3_500n, 3_500n, 1_999n],
    none: [],
  };

  const scores = async (s: Awaited<ReturnType<typeof asked>>) =>
    Promise.all(
      Object.values(PLANS).map(async (totals) => {
        const { unservedWh, squaredStepsW2 } = await s.rounds.scorePlan(s.book, plan(3, totals));
        return [unservedWh, squaredStepsW2];
      }),
    );

  it("counts as asking for what can be served: 4 MWh give every plan the score that 6 kWh give it", async () => {
    const expected = await scores(await loadFixture(honest));
    expect(expected.map(([unservedWh]) => unservedWh)).to.deep.equal([0n, 0n, 1n, 9_000n]);
    expect(await scores(await loadFixture(greedy))).to.deep.equal(expected);
  });

  it("decides nothing: the steady plan beats the rushed one, and the same is filled", async () => {
    const filled = async (s: Awaited<ReturnType<typeof asked>>) => {
      const [steady, rushed] = [plan(3, PLANS.steady), plan(3, PLANS.rushed)];
      for (const [i, bytes] of [rushed, steady].entries()) await commit(s, nth(s.proposers, i), s.round, bytes);
      await goTo(s.round, -480);
      for (const [i, bytes] of [rushed, steady].entries()) {
        await s.rounds.connect(nth(s.proposers, i)).reveal(s.market, s.book, bytes, SALT);
      }
      await goTo(s.round, -360);
      return (await flexibleFills(s.market, await s.rounds.finalise(s.market, s.book, steady))).map(decodeFill);
    };
    const fills = await filled(await loadFixture(honest));
    expect(fills.reduce((sum, { energyWh }) => sum + energyWh, 0n)).to.equal(3_000n);
    expect(await filled(await loadFixture(greedy))).to.deep.equal(fills);
  });

  it("by laxity, too: an order that nobody could serve whole is no less lax for it", async () => {
    const byLaxity = async (askedWh: bigint) => {
      const s = await setting({ allotment: "laxity" });
      const round = s.frame + 1;
      await s.market.connect(nth(s.piles, 0)).place(bid(20n * PENNY, askedWh, round + 2));
      await goTo(round, -600);
      const book = await bookOf(s.rounds, await s.market.clear(round));
      const { unservedWh, squaredStepsW2 } = await s.rounds.scorePlan(book, plan(4, [1n << 17n, 1n << 17n, 1n << 16n]));
      return [unservedWh, squaredStepsW2];
    };
    const expected = await byLaxity(6_000n);
    expect(expected[0]).to.equal(1_000n);
    expect(await byLaxity(4_000_000n)).to.deep.equal(expected);
  });
});
