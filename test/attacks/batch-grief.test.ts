import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { SignedTerms } from "../../scripts/chain/packedWords";
import { goTo, liveStates } from "../helpers/market";
import { clear, expectSolvent, fill, nth, PENNY, sign, stranger } from "../unit/contracts/fixtures";
import { bystanders, F, GAS, inOneBlock } from "./bystanders";

describe("Attack: grief by a gateway's batch", () => {
  async function gateway() {
    const d = await bystanders();
    const { market, start, a, b, m, n } = d;
    await market.connect(a).cancel();
    await market.connect(b).cancel();
    const terms = (overrides: Partial<SignedTerms> = {}): SignedTerms => ({
      action: "place",
      charge: true,
      price: 14n * PENNY,
      energyWh: 1000n,
      peakWh: 0n,
      expiryFrame: start + 5,
      nonce: 2n,
      deadline: (start + 2) * F,
      ...overrides,
    });
    const honest = [
      await sign(market, a, terms()),
      await sign(market, b, terms({ charge: false, price: 12n * PENNY })),
    ];
    return { ...d, terms, honest, m, n };
  }

  it("bad orders between good ones are skipped: junk bytes, strangers, poor piles, wrong nonces", async () => {
    const { market, token, parameters, start, terms, honest, m } = await loadFixture(gateway);
    const nobody = await stranger();
    const [first, second] = [nth(honest, 0), nth(honest, 1)];
    const junk = { terms: (1n << 256n) - 1n, r: ethers.toBeHex(1n, 32), vs: `0x${"ff".repeat(32)}` };
    const batch = [
      junk,
      first,
      await sign(market, m, terms({ price: 2n ** 24n - 1n, energyWh: 2n ** 24n - 1n, nonce: 0n })),
      { ...first, terms: 0n },
      await sign(market, nobody, terms()),
      await sign(market, m, terms({ nonce: 9n })),
      second,
      first,
      { terms: first.terms, r: ethers.ZeroHash, vs: ethers.ZeroHash },
    ];
    const tx = await market.submitBatch(batch);
    const receipt = await tx.wait();
    const names = (receipt?.logs ?? []).map((log) => market.interface.parseLog(log)?.name);
    expect(names.filter((name) => name === "OrderPlaced")).to.have.length(2);
    expect(names.filter((name) => name === "OrderRefused")).to.have.length(7);
    expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
    await expectSolvent(market, token, parameters);
  });

  it("submitting one of its orders first only does its work", async () => {
    const { market, start, honest, m } = await loadFixture(gateway);
    const first = nth(honest, 0);
    await inOneBlock((start + 1) * F - 900, [
      async () => market.connect(m).submit(first, GAS),
      async () => market.submitBatch(honest, GAS),
    ]);
    expect((await liveStates(market))[0]).to.deep.equal([1n, 2n]);
    const refused = await market.queryFilter(market.filters.OrderRefused());
    expect(refused.map(({ args }) => args.refusal)).to.deep.equal([
      market.interface.encodeErrorResult("InvalidNonce", [2n, 3n]),
    ]);
  });

  it("a pile that takes back its word in front of the batch stops its own order only", async () => {
    const { market, start, a, honest } = await loadFixture(gateway);
    await inOneBlock((start + 1) * F - 900, [
      async () => market.connect(a).skipNonce(GAS),
      async () => market.submitBatch(honest, GAS),
    ]);
    expect((await liveStates(market))[0]).to.deep.equal([2n]);
  });

  it("holding a batch back until its window is open puts every order a frame later, at the same terms", async () => {
    const { market, start, honest } = await loadFixture(gateway);
    await goTo(start + 1, -600);
    await market.submitBatch(honest);
    expect((await clear(market, start + 1, { offset: -1 })).fills).to.deep.equal([]);
    expect((await clear(market, start + 2)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
  });

  it("holding it back past the deadline makes it worthless", async () => {
    const { market, start, honest } = await loadFixture(gateway);
    await goTo(start + 2, 1);
    await market.submitBatch(honest);
    expect(await liveStates(market)).to.deep.equal([[], []]);
  });
});
