import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { N, toBeHex, TypedDataEncoder } from "ethers";
import { ethers } from "hardhat";

import { decodePileState, ORDER_TYPES, packSignedTerms, type SignedTerms } from "../../../scripts/chain/packedWords";
import type { Market } from "../../../typechain-types";
import { goTo, liveStates, PILE_BALANCE } from "../../helpers/market";
import {
  bid,
  clear,
  domainOf,
  expectSolvent,
  fill,
  freshFrame,
  nth,
  overwrite,
  PENNY,
  sign,
  type SignedOrder,
  slotOf,
  stranger,
  deployDirect,
} from "./fixtures";

describe("OrderBook: signed orders", () => {
  async function fixture() {
    const d = await deployDirect(3);
    const start = await freshFrame(d.market, d.parameters);
    const gateway = await stranger();
    const [a, b, c] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2)];
    const terms = (overrides: Partial<SignedTerms> = {}): SignedTerms => ({
      action: "place",
      charge: true,
      price: 14n * PENNY,
      energyWh: 1500n,
      peakWh: 0n,
      expiryFrame: start + 5,
      nonce: 0n,
      deadline: (start + 3) * 1800,
      ...overrides,
    });
    const signed = async (signer: HardhatEthersSigner, overrides: Partial<SignedTerms> = {}) =>
      sign(d.market, signer, terms(overrides));
    return { ...d, start, gateway, a, b, c, terms, signed };
  }

  const nonceOf = async (market: Market, pile: number) => decodePileState(await market.pileState(pile)).nonce;

  describe("what is signed", () => {
    it("is EIP-712 typed data of the domain AdBEV Market, version 1", async () => {
      const { market } = await loadFixture(fixture);
      const { name, version, chainId, verifyingContract, salt, extensions } = await market.eip712Domain();
      const domain = await domainOf(market);
      expect({ name, version, chainId, verifyingContract }).to.deep.equal(domain);
      expect({ salt, extensions }).to.deep.equal({ salt: ethers.ZeroHash, extensions: [] });
      expect(TypedDataEncoder.from(ORDER_TYPES).encodeType("Order")).to.equal(
        "Order(uint8 action,bool charge,uint256 price,uint256 energyWh,uint256 peakWh,uint256 expiryFrame,uint256 nonce,uint256 deadline)",
      );
    });
  });

  describe("submit", () => {
    it("places what the pile signed, whoever submits it, and uses up the nonce", async () => {
      const { market, token, parameters, start, gateway, a, signed } = await loadFixture(fixture);
      const order = await signed(a, { peakWh: 400n });
      const submitting = market.connect(gateway).submit(order);
      await expect(submitting)
        .to.emit(market, "OrderPlaced")
        .withArgs(1n, (word: bigint) => word !== 0n);
      expect(decodePileState(await market.pileState(1))).to.deep.equal({
        balance: PILE_BALANCE - 210_000n,
        priceTicks: 140_000n,
        remainingWh: 1500n,
        peakWh: 400n,
        firstFrame: start + 1,
        expiryFrame: start + 5,
        charge: true,
        iceberg: true,
        suspended: false,
        sequence: 0n,
        nonce: 1n,
        credit: 5_000n,
        creditWh: 100_000n,
        payout: false,
      });
      await expectSolvent(market, token, parameters);
    });

    it("replaces and cancels by signature, nonce after nonce", async () => {
      const { market, gateway, a, signed } = await loadFixture(fixture);
      await market.connect(gateway).submit(await signed(a));
      await market.connect(gateway).submit(await signed(a, { action: "replace", charge: false, nonce: 1n }));
      const state = decodePileState(await market.pileState(1));
      expect([state.charge, state.nonce, state.sequence]).to.deep.equal([false, 2n, 1n]);
      await expect(market.connect(gateway).submit(await signed(a, { action: "cancel", nonce: 2n }))).to.emit(
        market,
        "OrderCancelled",
      );
      expect(decodePileState(await market.pileState(1)).remainingWh).to.equal(0n);
      expect(await nonceOf(market, 1)).to.equal(3n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("accepts the deadline's own second and not the next", async () => {
      const { market, start, a, b, signed } = await loadFixture(fixture);
      const deadline = (start + 1) * 1800 - 700;
      const [first, second] = [await signed(a, { deadline }), await signed(b, { deadline })];
      await goTo(start + 1, -700);
      await market.submit(first);
      await goTo(start + 1, -699);
      await expect(market.submit(second)).to.be.revertedWithCustomError(market, "SignatureExpired").withArgs(deadline);
    });

    it("refuses nonces that are not the next one", async () => {
      const { market, a, signed } = await loadFixture(fixture);
      for (const nonce of [1n, 2n ** 24n - 1n]) {
        await expect(market.submit(await signed(a, { nonce })))
          .to.be.revertedWithCustomError(market, "InvalidNonce")
          .withArgs(nonce, 0n);
      }
    });

    it("refuses a signature for other terms", async () => {
      const { market, a, signed, terms } = await loadFixture(fixture);
      const { r, vs } = await signed(a);
      const forged = packSignedTerms(terms({ price: 15n * PENNY }));
      await expect(market.submit({ terms: forged, r, vs })).to.be.revertedWithCustomError(market, "NotRegistered");
    });

    it("refuses who is no pile", async () => {
      const { market, gateway, signed } = await loadFixture(fixture);
      await expect(market.submit(await signed(gateway)))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(gateway);
    });

    it("refuses signatures that recover no address", async () => {
      const { market, terms } = await loadFixture(fixture);
      for (const [r, vs] of [
        [0n, 0n],
        [0n, 1n],
        [1n, 0n],
        [N, 1n],
      ] as const) {
        await expect(
          market.submit({ terms: packSignedTerms(terms()), r: toBeHex(r, 32), vs: toBeHex(vs, 32) }),
        ).to.be.revertedWithCustomError(market, "InvalidSignature");
      }
    });

    it("refuses terms with bits that mean nothing, every one of them, and the fourth action", async () => {
      const { market, a, signed } = await loadFixture(fixture);
      const order = await signed(a);
      const meaningless = [3n, 4n, 5n, 6n, 7n, ...Array.from({ length: 64 }, (_, i) => 192n + BigInt(i))];
      for (const bit of meaningless) {
        const terms = order.terms | (1n << bit);
        // A static call is quick enough for seventy of them.
        await expect(market.submit.staticCall({ ...order, terms }), `bit ${bit.toString()}`)
          .to.be.revertedWithCustomError(market, "MalformedTerms")
          .withArgs(terms);
      }
      await expect(market.submit({ ...order, terms: order.terms | 3n }))
        .to.be.revertedWithCustomError(market, "MalformedTerms")
        .withArgs(order.terms | 3n);
    });

    it("obeys every rule that holds for an order placed directly", async () => {
      const { market, start, a, b, c, signed } = await loadFixture(fixture);
      await expect(market.submit(await signed(a, { action: "cancel" })))
        .to.be.revertedWithCustomError(market, "NoLiveOrder")
        .withArgs(1n);
      await expect(market.submit(await signed(a, { action: "replace" })))
        .to.be.revertedWithCustomError(market, "NoLiveOrder")
        .withArgs(1n);
      await expect(market.submit(await signed(a, { energyWh: 0n })))
        .to.be.revertedWithCustomError(market, "EnergyBelowMinimum")
        .withArgs(0n, 1n);
      await expect(market.submit(await signed(a, { price: 2n ** 24n })))
        .to.be.revertedWithCustomError(market, "PriceOutOfRange")
        .withArgs(2n ** 24n, 1n, 2n ** 24n - 1n);
      await expect(market.submit(await signed(a, { price: 2n ** 24n - 1n, energyWh: 60_000n })))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE, 1_006_632_900n);
      await market.connect(a).place(bid(PENNY, 1n, start + 5));
      await expect(market.submit(await signed(a, { nonce: 1n })))
        .to.be.revertedWithCustomError(market, "LiveOrderExists")
        .withArgs(1n);
      await market.setSuspended(b, true);
      await expect(market.submit(await signed(b)))
        .to.be.revertedWithCustomError(market, "PileSuspended")
        .withArgs(2n);
      await market.setEntryPaused(true);
      await expect(market.submit(await signed(c))).to.be.revertedWithCustomError(market, "EntryPaused");
      // Exit by signature goes on.
      await market.submit(await signed(a, { action: "cancel", nonce: 1n }));
      await goTo(start + 1, -600);
      expect(await nonceOf(market, 1)).to.equal(2n);
    });

    it("obeys gate closure", async () => {
      const { market, start, a, signed } = await loadFixture(fixture);
      await market.submit(await signed(a));
      const leaving = await signed(a, { action: "cancel", nonce: 1n });
      const changing = await signed(a, { action: "replace", nonce: 1n });
      await goTo(start + 1, -600);
      for (const order of [leaving, changing]) {
        await expect(market.submit(order))
          .to.be.revertedWithCustomError(market, "GateClosed")
          .withArgs(start + 1);
      }
      await clear(market, start + 1, { offset: -10 });
      await market.submit(leaving);
      expect(await liveStates(market)).to.deep.equal([[], []]);
    });

    it("is void once the pile has acted itself, whatever it did", async () => {
      const { market, start, a, signed } = await loadFixture(fixture);
      const order = await signed(a);
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      await market.connect(a).replace(bid(PENNY, 900n, start + 5));
      await market.connect(a).cancel();
      expect(await nonceOf(market, 1)).to.equal(3n);
      await expect(market.submit(order)).to.be.revertedWithCustomError(market, "InvalidNonce").withArgs(0n, 3n);
      await market.submit(await signed(a, { nonce: 3n }));
    });

    it("leaves the nonce alone where the pile is refused", async () => {
      const { market, start, a, signed } = await loadFixture(fixture);
      await expect(market.connect(a).cancel()).to.be.reverted;
      await expect(market.connect(a).place(bid(PENNY, 0n, start + 5))).to.be.reverted;
      await market.submit(await signed(a));
    });
  });

  describe("skipNonce", () => {
    it("makes void what was signed with the next nonce, and only that", async () => {
      const { market, a, signed } = await loadFixture(fixture);
      const [first, second] = [await signed(a), await signed(a, { nonce: 1n })];
      await expect(market.connect(a).skipNonce()).to.emit(market, "NonceSkipped").withArgs(1n, 0n);
      await expect(market.submit(first)).to.be.revertedWithCustomError(market, "InvalidNonce").withArgs(0n, 1n);
      await market.submit(second);
      expect(await nonceOf(market, 1)).to.equal(2n);
    });

    it("leaves money and order as they are", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      const word = await market.pileState(1);
      await market.connect(a).skipNonce();
      expect(await market.pileState(1)).to.equal(word + (1n << 194n));
    });

    it("is for piles, also suspended and while entry is paused", async () => {
      const { market, a, gateway } = await loadFixture(fixture);
      await market.setSuspended(a, true);
      await market.setEntryPaused(true);
      await market.connect(a).skipNonce();
      await expect(market.connect(gateway).skipNonce())
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(gateway);
    });

    it("ends at the last nonce, after which a pile places its orders itself", async () => {
      const { market, start, a, signed } = await loadFixture(fixture);
      const last = 2n ** 20n - 1n;
      // A million signed orders later.
      await overwrite(market, (await slotOf("_states")) + 1n, (word) => word | ((last - 1n) << 194n));
      await market.submit(await signed(a, { nonce: last - 1n }));
      expect(await nonceOf(market, 1)).to.equal(last);
      await expect(market.submit(await signed(a, { nonce: last, action: "cancel" })))
        .to.be.revertedWithCustomError(market, "NoncesExhausted")
        .withArgs(1n);
      await expect(market.connect(a).skipNonce()).to.be.revertedWithCustomError(market, "NoncesExhausted").withArgs(1n);
      await market.connect(a).cancel();
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      await market.connect(a).withdraw(a, 1n);
      expect(await nonceOf(market, 1)).to.equal(last);
    });
  });

  describe("submitBatch", () => {
    const refusal = (market: Market, name: string, args: unknown[]) =>
      market.interface.encodeErrorResult(name, args as [bigint, bigint]);

    it("carries out what it can and reports the rest, with the error it would have thrown", async () => {
      const { market, token, parameters, start, gateway, a, b, c, signed } = await loadFixture(fixture);
      await market.setSuspended(c, true);
      const broken: SignedOrder = { ...(await signed(b)), r: ethers.ZeroHash };
      const malformed: SignedOrder = { ...(await signed(b)), terms: (await signed(b)).terms | 8n };
      const orders = [
        broken,
        await signed(a),
        await signed(a),
        await signed(c),
        malformed,
        await signed(gateway),
        await signed(b, { charge: false, price: 12n * PENNY, nonce: 1n }),
        await signed(b, { deadline: start * 1800 - 1 }),
        await signed(b, { price: 0n }),
        await signed(b, { charge: false, price: 12n * PENNY }),
      ];
      expect(await market.submitBatch.staticCall(orders)).to.equal(2n);
      const tx = await market.connect(gateway).submitBatch(orders);
      const refused: [number, string, string][] = [
        [0, ethers.ZeroAddress, refusal(market, "InvalidSignature", [])],
        [2, a.address, refusal(market, "InvalidNonce", [0n, 1n])],
        [3, c.address, refusal(market, "PileSuspended", [3n])],
        [4, ethers.ZeroAddress, refusal(market, "MalformedTerms", [malformed.terms])],
        [5, gateway.address, refusal(market, "NotRegistered", [gateway.address])],
        [6, b.address, refusal(market, "InvalidNonce", [1n, 0n])],
        [7, b.address, refusal(market, "SignatureExpired", [start * 1800 - 1])],
        [8, b.address, refusal(market, "PriceOutOfRange", [0n, 1n, 2n ** 24n - 1n])],
      ];
      for (const args of refused)
        await expect(tx)
          .to.emit(market, "OrderRefused")
          .withArgs(...args);
      const receipt = await tx.wait();
      const names = (receipt?.logs ?? []).map((log) => market.interface.parseLog(log)?.name);
      expect(names.filter((name) => name === "OrderRefused")).to.have.length(refused.length);
      expect(names.filter((name) => name === "OrderPlaced")).to.have.length(2);

      // Only what was carried out used up a nonce and a number.
      expect(await Promise.all([1, 2, 3].map(async (pile) => nonceOf(market, pile)))).to.deep.equal([1n, 1n, 0n]);
      expect(decodePileState(await market.pileState(1)).sequence).to.equal(0n);
      expect(decodePileState(await market.pileState(2)).sequence).to.equal(1n);
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1500n, 13n * PENNY)]);
      await expectSolvent(market, token, parameters);
    });

    it("carries out several orders of one pile in their order", async () => {
      const { market, token, parameters, a, signed } = await loadFixture(fixture);
      const orders = [
        await signed(a),
        await signed(a, { action: "replace", price: 15n * PENNY, nonce: 1n }),
        await signed(a, { nonce: 2n }), // refused: there is a live order
        await signed(a, { action: "cancel", nonce: 2n }),
        await signed(a, { charge: false, nonce: 3n }),
      ];
      const tx = await market.submitBatch(orders);
      await expect(tx)
        .to.emit(market, "OrderRefused")
        .withArgs(2n, a, refusal(market, "LiveOrderExists", [1n]));
      const state = decodePileState(await market.pileState(1));
      expect([state.charge, state.nonce, state.sequence]).to.deep.equal([false, 4n, 2n]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
      await expectSolvent(market, token, parameters);
    });

    it("lets money freed by one order of a batch pay for the next one of that pile, and of no other", async () => {
      const { market, token, parameters, start, a, b, signed } = await loadFixture(fixture);
      for (const pile of [a, b]) await market.connect(pile).withdraw(pile, PILE_BALANCE - 140_000n);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).place(bid(14n * PENNY, 1000n, start + 5));
      const tx = await market.submitBatch([
        await signed(a, { action: "cancel", nonce: 1n }),
        await signed(a, { energyWh: 1000n, nonce: 2n }),
        await signed(b, { action: "replace", energyWh: 1001n, nonce: 1n }),
      ]);
      await expect(tx)
        .to.emit(market, "OrderRefused")
        .withArgs(2n, b, refusal(market, "InsufficientBalance", [140_000n, 140_140n]));
      expect((await liveStates(market))[0]).to.deep.equal([1n, 2n]);
      await expectSolvent(market, token, parameters);
    });

    it("numbers its orders in its own order", async () => {
      const { market, start, a, b, c, signed } = await loadFixture(fixture);
      await market.submitBatch([
        await signed(b, { charge: false, price: 12n * PENNY, energyWh: 100n }),
        await signed(c),
        await signed(a),
      ]);
      // Same price, same wait: the earlier number trades.
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 3, 100n, 13n * PENNY)]);
    });

    it("does nothing and costs nobody anything when every order is refused, or there is none", async () => {
      const { market, gateway, a, signed } = await loadFixture(fixture);
      const [head, word] = [await market.bookHead(), await market.pileState(1)];
      await market.connect(gateway).submitBatch([]);
      await market.connect(gateway).submitBatch([await signed(a, { nonce: 7n })]);
      expect([await market.bookHead(), await market.pileState(1)]).to.deep.equal([head, word]);
    });

    it("reports everything but cancellations as refused while entry is paused", async () => {
      const { market, start, a, b, signed } = await loadFixture(fixture);
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      await market.setEntryPaused(true);
      const tx = await market.submitBatch([await signed(a, { action: "cancel", nonce: 1n }), await signed(b)]);
      await expect(tx).to.emit(market, "OrderCancelled");
      await expect(tx)
        .to.emit(market, "OrderRefused")
        .withArgs(1n, b, refusal(market, "EntryPaused", []));
      await time.increase(1);
      expect(await nonceOf(market, 2)).to.equal(0n);
    });

    it("keeps a refused order good until its deadline: it may be submitted again", async () => {
      const { market, start, a, signed } = await loadFixture(fixture);
      const order = await signed(a);
      await market.setSuspended(a, true);
      await market.submitBatch([order]);
      await market.setSuspended(a, false);
      await market.submitBatch([order]);
      expect((await liveStates(market))[0]).to.deep.equal([1n]);
      expect(decodePileState(await market.pileState(1)).firstFrame).to.equal(start + 1);
    });
  });
});
