import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { ask, bid, clear, expectSolvent, fill, nth, PENNY } from "../unit/contracts/fixtures";
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
});
