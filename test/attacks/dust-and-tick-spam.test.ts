import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { PILE_BALANCE } from "../helpers/market";
import {
  ask,
  bid,
  clear,
  deployDirect,
  expectSolvent,
  fill,
  freshFrame,
  nth,
  PENNY,
  settle,
} from "../unit/contracts/fixtures";
import { bystanders } from "./bystanders";

describe("Attack: dust and tick spam", () => {
  it("orders of a Wh cost their placer and take nothing from others but a place in a frame", async () => {
    const { market, token, parameters, start, m, n } = await loadFixture(bystanders);
    await market.connect(m).place(bid(20n * PENNY - 1n, 1n, start + 5));
    await market.connect(n).place(ask(1n, 1n, start + 5));
    const { fills } = await clear(market, start + 1);
    // m and n meet first; the victims trade what is left, all but nothing.
    expect(fills).to.deep.equal([fill(4, 3, 1n, (20n * PENNY) / 2n), fill(2, 1, 1000n, 13n * PENNY)]);
    await expectSolvent(market, token, parameters);
  });

  it("an iceberg that shows a Wh a frame holds one line of the book and no more", async () => {
    const { market, lens, start, m } = await loadFixture(bystanders);
    await market.connect(m).place(bid(20n * PENNY - 1n, 2n ** 12n, start + 97, 1n));
    expect((await lens.book(market, start + 1))[0]).to.have.length(2);
    expect((await clear(market, start + 1)).fills).to.deep.equal([
      fill(2, 3, 1n, (32n * PENNY - 1n) / 2n),
      fill(2, 1, 999n, 13n * PENNY),
    ]);
  });

  it("deposits of a unit for a stranger's pile change nothing but its balance", async () => {
    const { market, token, parameters, start, a } = await loadFixture(bystanders);
    const state = decodePileState(await market.pileState(1));
    for (let i = 0; i < 5; i++) await market.deposit(a, 1n);
    expect(decodePileState(await market.pileState(1))).to.deep.equal({ ...state, balance: state.balance + 5n });
    expect((await clear(market, start + 1)).fills).to.have.length(1);
    await expectSolvent(market, token, parameters);
  });

  it("a free trade needs a seller who asks for nothing: amounts round to zero only below a unit", async () => {
    const { market, start, b, m } = await loadFixture(bystanders);
    await market.connect(b).replace(ask(1n, 1000n, start + 5));
    await market.connect(m).place(bid(20n * PENNY - 1n, 1n, start + 5));
    const { fills } = await clear(market, start + 1);
    expect(nth(fills, 0).price / 1000n).to.equal(100n);
  });

  it("a tick better than everybody gets the first place for half a tick a kWh: the tick is the price of jumping it", async () => {
    const [frames, TICK] = [9, 1_000n];
    const { market, parameters, piles } = await deployDirect(3, { tickSize: TICK });
    const [a, b, m] = [nth(piles, 0), nth(piles, 1), nth(piles, 2)];
    const start = await freshFrame(market, parameters);
    await market.connect(a).place(bid(14n * PENNY, 1000n, start + frames));
    await market.connect(b).place(ask(12n * PENNY, 1000n, start + frames));
    await expect(market.connect(m).place(ask(12n * PENNY - 1n, 1000n, start + frames)))
      .to.be.revertedWithCustomError(market, "PriceOffTick")
      .withArgs(12n * PENNY - 1n, TICK);
    await market.connect(m).place(ask(12n * PENNY - TICK, 1000n, start + frames));
    const { words, fills } = await clear(market, start + 1);
    expect(fills).to.deep.equal([fill(3, 1, 1000n, 13n * PENNY - TICK / 2n)]);
    await settle(market, start + 1, words);
    expect(await market.freeBalanceOf(m)).to.equal(PILE_BALANCE + 13n * PENNY - TICK / 2n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE);
  });

  it("below the market's least energy dust stays out altogether, signed or not", async () => {
    const { market, parameters, piles } = await deployDirect(1, { minEnergyWh: 100n });
    const start = await freshFrame(market, parameters);
    const a = nth(piles, 0);
    for (const energyWh of [0n, 99n]) {
      await expect(market.connect(a).place(bid(PENNY, energyWh, start + 5)))
        .to.be.revertedWithCustomError(market, "EnergyBelowMinimum")
        .withArgs(energyWh, 100n);
    }
    await market.connect(a).place(bid(PENNY, 100n, start + 5));
  });
});
