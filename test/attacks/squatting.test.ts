import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { PILE_BALANCE } from "../helpers/market";
import { bid, clear, expectSolvent, fill, nth, PENNY } from "../unit/contracts/fixtures";
import { metered, REACH_WH } from "./metered";

/** Spread between import and export tariff, money units per kWh. */
const SPREAD = 15n * PENNY;

describe("Attack: squatting the room under the transformer", () => {
  /** A transformer with room for one pile's 3 500 Wh a frame; the squatter outbids the victim by a tick. */
  const fixture = async () => metered(2, { capacityW: 40_000n });
  type Market = Awaited<ReturnType<typeof fixture>>;

  /** The squatter takes what it was given or nothing. @returns what the frame cost it */
  async function outbid(s: Market, frame: number, consumedWh: bigint): Promise<bigint> {
    const [squatter, victim] = [nth(s.piles, 0), nth(s.piles, 1)];
    const before = await s.market.freeBalanceOf(squatter);
    await s.market.connect(squatter).place(bid(25n * PENNY + 1n, REACH_WH, frame));
    await s.market.connect(victim).place(bid(25n * PENNY, REACH_WH, frame));
    const { words, fills } = await clear(s.market, frame);
    expect(fills).to.deep.equal([fill(0, 1, REACH_WH, 20n * PENNY)]);
    await s.settle(frame, words, [await s.read(1, frame, consumedWh, 0n)]);
    return before - (await s.market.freeBalanceOf(squatter));
  }

  it("three frames running costs the spread of every kWh that the victim did not get", async () => {
    const s = await loadFixture(fixture);
    for (let i = 1; i <= 3; i++) {
      expect(await outbid(s, s.start + 2 * i - 1, 0n)).to.equal((SPREAD * REACH_WH) / 1_000n);
    }
    expect(await s.market.gridBalance()).to.equal(3n * 525_000n);
    expect(await s.market.freeBalanceOf(nth(s.piles, 1))).to.equal(PILE_BALANCE);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("taking part of it costs the rest, taking all of it its price alone", async () => {
    const s = await loadFixture(fixture);
    for (const consumedWh of [0n, 1n, 2_000n, REACH_WH]) {
      await s.undone(async () => {
        const fine = (SPREAD * (REACH_WH - consumedWh)) / 1_000n;
        expect(await outbid(s, s.start + 1, consumedWh)).to.equal((20n * PENNY * consumedWh) / 1_000n + fine);
      });
    }
  });

  it("whoever is silent about it pays more than whoever owns up", async () => {
    const s = await loadFixture(fixture);
    const frame = s.start + 1;
    await s.market.connect(nth(s.piles, 0)).place(bid(25n * PENNY, 1_000n, frame));
    const { words } = await clear(s.market, frame);
    await s.settle(frame, words, [], { offset: 3600 });
    // Presumed to have taken all it can: 3.5 kWh at 20 p, 2.5 of them unasked.
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - 700_000n - 375_000n);
  });
});
