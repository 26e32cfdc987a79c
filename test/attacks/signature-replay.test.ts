import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { MaxUint256, N, Signature, toBeHex, TypedDataEncoder } from "ethers";
import { ethers } from "hardhat";

import {
  decodePileState,
  ORDER_TYPES,
  orderMessage,
  packSignedTerms,
  type SignedTerms,
} from "../../scripts/chain/packedWords";
import { goTo, liveStates, PILE_BALANCE } from "../helpers/market";
import { hashWords, pokeRecord, type SignedReading, signReading } from "../unit/contracts/deliveryFixtures";
import {
  ask,
  bid,
  clear,
  deployDirect,
  deployFor,
  domainOf,
  expectSolvent,
  fields,
  freshFrame,
  nth,
  PENNY,
  sign,
  type SignedOrder,
  stranger,
} from "../unit/contracts/fixtures";

const F = 1800;

/** The same signature with s in the upper half and the other parity, as far as the packed form can say that. */
function mirrored<T extends { r: string; vs: string }>(signed: T): { halves: T; packed: T } {
  const { s, v } = Signature.from({ r: signed.r, yParityAndS: signed.vs });
  const high = N - BigInt(s);
  const parity = (v === 27 ? 1n : 0n) << 255n;
  return {
    halves: { ...signed, vs: toBeHex(high, 32) },
    packed: { ...signed, vs: toBeHex((high & (2n ** 255n - 1n)) | parity, 32) },
  };
}

describe("Attack: signature replay", () => {
  describe("of an order", () => {
    async function signedBid() {
      const d = await deployDirect(2);
      const start = await freshFrame(d.market, d.parameters);
      const gateway = await stranger();
      const a = nth(d.piles, 0);
      const terms = (overrides: Partial<SignedTerms> = {}): SignedTerms => ({
        ...{ action: "place", charge: true, price: 14n * PENNY, energyWh: 1500n, peakWh: 0n },
        ...{ expiryFrame: start + 5, nonce: 0n, deadline: (start + 3) * F },
        ...overrides,
      });
      const signed = async (signer: HardhatEthersSigner, overrides: Partial<SignedTerms> = {}) =>
        sign(d.market, signer, terms(overrides));
      /** Nothing of the pile has changed. */
      const untouched = async () => {
        expect(await d.market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
        expect(await liveStates(d.market)).to.deep.equal([[], []]);
        await expectSolvent(d.market, d.token, d.parameters);
      };
      return { ...d, start, gateway, a, terms, signed, untouched };
    }

    it("a second time, and after its owner cancelled it, meets a nonce that is used up", async () => {
      const { market, gateway, a, signed, untouched } = await loadFixture(signedBid);
      const order = await signed(a);
      await market.submit(order);
      const replayed = async (next: bigint) =>
        expect(market.connect(gateway).submit(order))
          .to.be.revertedWithCustomError(market, "InvalidNonce")
          .withArgs(0n, next);
      await replayed(1n);
      await market.connect(a).cancel();
      await replayed(2n);
      await untouched();
    });

    it("a cancellation, to take the next order out as well, meets a nonce that is used up", async () => {
      const { market, gateway, start, a, signed } = await loadFixture(signedBid);
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      const leaving = await signed(a, { action: "cancel", nonce: 1n });
      await market.submit(leaving);
      await market.connect(a).place(bid(15n * PENNY, 1500n, start + 5));
      await expect(market.connect(gateway).submit(leaving))
        .to.be.revertedWithCustomError(market, "InvalidNonce")
        .withArgs(1n, 3n);
      expect(decodePileState(await market.pileState(1)).remainingWh).to.equal(1500n);
    });

    it("after its owner took it back unsubmitted, or after its deadline, finds it void", async () => {
      const { market, start, gateway, a, signed, untouched } = await loadFixture(signedBid);
      const [first, second] = [await signed(a), await signed(a, { nonce: 1n })];
      await market.connect(a).skipNonce();
      await expect(market.connect(gateway).submit(first))
        .to.be.revertedWithCustomError(market, "InvalidNonce")
        .withArgs(0n, 1n);
      await goTo(start + 3, 1);
      await expect(market.connect(gateway).submit(second))
        .to.be.revertedWithCustomError(market, "SignatureExpired")
        .withArgs((start + 3) * F);
      await untouched();
    });

    it("skipping ahead of the nonce, so that later orders come first, is refused", async () => {
      const { market, a, signed, untouched } = await loadFixture(signedBid);
      for (const nonce of [1n, 2n, 2n ** 24n - 1n]) {
        await expect(market.submit(await signed(a, { nonce })))
          .to.be.revertedWithCustomError(market, "InvalidNonce")
          .withArgs(nonce, 0n);
      }
      await untouched();
    });

    it("on another chain, in another market of this one, or under another name or version, recovers a stranger", async () => {
      const { market, parameters, token, a, terms, untouched } = await loadFixture(signedBid);
      const { market: other } = await deployFor(token, parameters);
      const domains = [
        await domainOf(other),
        await domainOf(market, 1n),
        { ...(await domainOf(market)), name: "AdBEV market" },
        { ...(await domainOf(market)), version: "2" },
      ];
      for (const domain of domains) {
        const signature = Signature.from(await a.signTypedData(domain, ORDER_TYPES, orderMessage(terms())));
        const recovered = ethers.recoverAddress(
          TypedDataEncoder.hash(await domainOf(market), ORDER_TYPES, orderMessage(terms())),
          signature,
        );
        await expect(market.submit({ terms: packSignedTerms(terms()), r: signature.r, vs: signature.yParityAndS }))
          .to.be.revertedWithCustomError(market, "NotRegistered")
          .withArgs(recovered);
      }
      await untouched();
    });

    it("in the market beside it, in which the same account is a pile as well, recovers a stranger there", async () => {
      const { market, parameters, token, a, signed } = await loadFixture(signedBid);
      const { market: beside } = await deployFor(token, parameters);
      await beside.registerPile(a, a, a, 7000);
      await token.approve(beside, MaxUint256);
      await beside.deposit(a, PILE_BALANCE);
      const order = await signed(a);
      await market.submit(order);
      await expect(beside.submit(order)).to.be.revertedWithCustomError(beside, "NotRegistered");
      expect(await beside.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("with s mirrored and parity flipped has no second form: it recovers nobody or somebody else", async () => {
      const { market, a, signed } = await loadFixture(signedBid);
      const order = await signed(a);
      const { halves, packed } = mirrored(order);
      // The mirrored s fills the top bit, which the packed form reads as parity: another s, another signer.
      await expect(market.submit(halves)).to.be.revertedWithCustomError(market, "NotRegistered");
      await expect(market.submit(packed)).to.be.revertedWithCustomError(market, "NotRegistered");
      // The few high values that fit beside the parity bit are refused as such.
      for (const high of [N / 2n + 1n, 2n ** 255n - 1n]) {
        for (const parity of [0n, 1n]) {
          const vs = toBeHex((parity << 255n) | high, 32);
          await expect(market.submit({ ...order, vs })).to.be.revertedWithCustomError(market, "InvalidSignature");
        }
      }
      // Nothing of this touched the original, and mirrored it is no second order.
      await market.submit(order);
      for (const again of [halves, packed]) await expect(market.submit(again)).to.be.reverted;
      expect((await liveStates(market))[0]).to.deep.equal([1n]);
    });

    it("with one bit of its terms changed is another signer's", async () => {
      const { market, a, signed, untouched } = await loadFixture(signedBid);
      const order: SignedOrder = await signed(a);
      for (const bit of [2n, 8n, 32n, 56n, 88n, 128n, 152n]) {
        await expect(market.submit({ ...order, terms: order.terms ^ (1n << bit) }), `bit ${bit}`).to.be.reverted;
      }
      await untouched();
    });
  });

  describe("of a reading", () => {
    /** Pile 2 sold pile 1 1 kWh at 13 p in `frame`, which is over. */
    async function metered() {
      const d = await deployDirect(2, { readingSeconds: 3600 });
      const { market, delivery, parameters } = d;
      const start = await freshFrame(market, parameters);
      const frame = start + 1;
      await market.connect(nth(d.piles, 0)).place(bid(14n * PENNY, 1_000n, frame));
      await market.connect(nth(d.piles, 1)).place(ask(12n * PENNY, 1_000n, frame));
      const { words } = await clear(market, frame);
      const publication = await market.publication(frame);
      await goTo(frame + 1);
      await market.setEntryPaused(false);
      const read = async (pile: number, consumedWh: bigint, producedWh: bigint, of = frame, chainId?: bigint) =>
        signReading(delivery, market, nth(d.piles, pile - 1), { pile, frame: of, consumedWh, producedWh }, chainId);
      const refusal = async (target: typeof market, reading: SignedReading): Promise<string | undefined> => {
        const receipt = await (await delivery.submit(target, [reading])).wait();
        const [log] = (receipt?.logs ?? []).map((one) => delivery.interface.parseLog(one));
        if (log?.name !== "ReadingRefused") return undefined;
        return delivery.interface.parseError(log.args.getValue("refusal") as string)?.name;
      };
      const settle = async (readings: SignedReading[]) =>
        delivery.settle(market, frame, publication, words, words.length, readings);
      return { ...d, frame, words, publication, read, refusal, settle };
    }

    it("on another chain, in another market or on another delivery contract is another key's", async () => {
      const m = await loadFixture(metered);
      const good = await m.read(1, 1_000n, 0n);
      expect(await m.refusal(m.market, await m.read(1, 1_000n, 0n, m.frame, 5n))).to.equal("WrongMeterKey");

      const other = await ethers.deployContract("Market", [fields(await m.market.parameters())]);
      await other.registerPile(nth(m.piles, 0), nth(m.piles, 0), nth(m.piles, 0), 7000);
      await pokeRecord(other, m.frame, hashWords([m.publication, ...m.words]));
      expect(await m.refusal(other, good)).to.equal("WrongMeterKey");
      expect((await m.delivery.readingOf(other, 1, m.frame)).stored).to.equal(false);

      const elsewhere = await ethers.deployContract("Delivery");
      const foreign = await signReading(elsewhere, m.market, nth(m.piles, 0), {
        ...{ pile: 1, frame: m.frame, consumedWh: 1_000n, producedWh: 0n },
      });
      expect(await m.refusal(m.market, foreign)).to.equal("WrongMeterKey");
      expect(await m.refusal(m.market, good)).to.equal(undefined);
      expect((await m.delivery.readingOf(m.market, 1, m.frame)).stored).to.equal(true);
    });

    it("for another frame, of an earlier one, is refused; after the settlement there is nothing to settle", async () => {
      const m = await loadFixture(metered);
      const [buyer, seller] = [await m.read(1, 1_000n, 0n), await m.read(2, 0n, 1_000n)];
      const earlier = await m.read(2, 0n, 1_000n, m.frame - 1);
      await expect(m.settle([buyer, earlier]))
        .to.be.revertedWithCustomError(m.delivery, "WrongFrame")
        .withArgs(m.frame - 1, m.frame);
      await m.settle([buyer, seller]);
      expect(await m.refusal(m.market, seller)).to.equal("NothingToSettle");
      await expect(m.settle([buyer, seller]))
        .to.be.revertedWithCustomError(m.delivery, "NothingToSettle")
        .withArgs(m.frame);
      // Paid once.
      expect(await m.market.freeBalanceOf(nth(m.piles, 1))).to.equal(PILE_BALANCE + 130_000n);
    });

    it("with s mirrored and parity flipped, or its figures changed, is another key's", async () => {
      const m = await loadFixture(metered);
      const good = await m.read(2, 0n, 1_000n);
      const { halves, packed } = mirrored(good);
      for (const forged of [halves, packed, { ...good, reading: good.reading + (1n << 72n) }]) {
        expect(await m.refusal(m.market, forged)).to.equal("WrongMeterKey");
      }
      expect(await m.refusal(m.market, { ...good, reading: good.reading | (1n << 96n) })).to.equal("MalformedReading");
      expect(await m.refusal(m.market, good)).to.equal(undefined);
      expect(await m.refusal(m.market, packed)).to.equal("ReadingExists");
    });

    it("as an order, and of an order as a reading, means nothing: they are signed under different domains", async () => {
      const m = await loadFixture(metered);
      const reading = await m.read(1, 1_000n, 0n);
      await expect(m.market.submit({ terms: reading.reading, r: reading.r, vs: reading.vs })).to.be.reverted;
      expect(await liveStates(m.market)).to.deep.equal([[], []]);
    });
  });

  it("of a permit: who submits a depositor's permit first spends nothing of it, and the deposit still goes through", async () => {
    const d = await deployDirect(1);
    const [owner, thief] = [nth(d.piles, 0), await stranger()];
    await d.token.faucet(owner, 500n);
    const { name } = await d.token.eip712Domain();
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { name, version: "1", chainId, verifyingContract: await d.token.getAddress() };
    const message = {
      ...{ owner: owner.address, spender: await d.market.getAddress(), value: 500n },
      ...{ nonce: await d.token.nonces(owner), deadline: 2n ** 40n },
    };
    const fieldsOf = (names: string[]) =>
      names.map((field) => ({ name: field, type: field === "owner" || field === "spender" ? "address" : "uint256" }));
    const types = { Permit: fieldsOf(["owner", "spender", "value", "nonce", "deadline"]) };
    const { v, r, s } = Signature.from(await owner.signTypedData(domain, types, message));
    // In front of the owner's deposit.
    await d.token.connect(thief).permit(owner, d.market, 500n, message.deadline, v, r, s);
    await expect(
      d.market.connect(thief).depositWithPermit(thief, 500n, message.deadline, v, r, s),
    ).to.be.revertedWithCustomError(d.market, "NotRegistered");
    await d.market.connect(owner).depositWithPermit(owner, 500n, message.deadline, v, r, s);
    expect(await d.market.freeBalanceOf(owner)).to.equal(PILE_BALANCE + 500n);
    expect(await d.token.balanceOf(thief)).to.equal(0n);
  });
});
