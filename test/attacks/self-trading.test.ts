import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, fill, nth, PENNY, publish, settle } from "../unit/contracts/fixtures";
import { bystanders } from "./bystanders";

describe("Attack: self-trading by one operator with many piles", () => {
  it("trading with oneself moves money in a circle, less the wheeling", async () => {
    const { market, token, parameters, start, a, b, m, n } = await loadFixture(bystanders);
    await market.connect(a).cancel();
    await market.connect(b).cancel();
    await publish(market, start + 30, 1, { wheelingPricePerKwh: PENNY });
    await goTo(start + 29);
    await market.connect(m).place(bid(19n * PENNY, 2000n, start + 40));
    await market.connect(n).place(ask(1n * PENNY, 2000n, start + 40));
    const { words, fills } = await clear(market, start + 30);
    expect(fills).to.deep.equal([fill(4, 3, 2000n, 10n * PENNY)]);
    await settle(market, start + 30, words);
    const both = (await market.freeBalanceOf(m)) + (await market.freeBalanceOf(n));
    expect(both).to.equal(2n * PILE_BALANCE - 2n * PENNY);
    await expectSolvent(market, token, parameters);
  });

  it("a lure cannot be pulled: an own ask before another's is sold to whoever ranks first", async () => {
    const { market, start, a, m, n } = await loadFixture(bystanders);
    // The operator wants its own bid to take its own cheap ask; the victim's bid ranks first and takes it.
    await market.connect(m).place(ask(2n * PENNY, 1000n, start + 5));
    await market.connect(n).place(bid(13n * PENNY, 1000n, start + 5));
    const { fills } = await clear(market, start + 1);
    expect(nth(fills, 0)).to.deep.equal(fill(3, 1, 1000n, 8n * PENNY));
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 80_000n);
  });

  it("a limit above everybody's buys the first place at its own cost: it pays half of what it offers more", async () => {
    const { market, start, m } = await loadFixture(bystanders);
    await market.connect(m).place(bid(30n * PENNY, 1000n, start + 5));
    const { fills } = await clear(market, start + 1);
    expect(fills).to.deep.equal([fill(2, 3, 1000n, 21n * PENNY)]);
  });
});
