import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, N, Signature, toBeHex } from "ethers";

import { ORDER_TYPES, orderMessage, packSignedTerms } from "../../scripts/chain/packedWords";
import { liveStates, PILE_BALANCE } from "../helpers/market";
import { deployFor, domainOf, expectSolvent, stranger } from "../unit/contracts/fixtures";
import { ANSWERS, safeAddress, signOrderOf, signWithdrawal, withWallet } from "../unit/contracts/signedActs";

/** The same signature with s in the upper half and the other parity, in 65 bytes. */
function mirrored(signature: string): string {
  const { r, s, v } = Signature.from(signature);
  return concat([r, toBeHex(N - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
}

describe("Attack: signatures of accounts", () => {
  async function fixture() {
    const d = await withWallet();
    const thief = await stranger();
    /** Nobody's money or order has changed. */
    const untouched = async () => {
      for (const account of [d.a, d.owner, d.wallet]) {
        expect(await d.market.freeBalanceOf(account)).to.equal(PILE_BALANCE);
      }
      expect(await liveStates(d.market)).to.deep.equal([[], []]);
      await expectSolvent(d.market, d.token, d.parameters);
    };
    return { ...d, thief, untouched };
  }

  describe("a withdrawal", () => {
    it("submitted twice pays once; with an order signed for the same nonce only one of them counts", async () => {
      const { market, thief, a, deadline, terms } = await loadFixture(fixture);
      const signature = await signWithdrawal(market, a, a, { to: a, amount: 5n, nonce: 0n, deadline });
      const order = await signOrderOf(market, a, a, terms());
      await market.connect(thief).withdrawFor(a, a, 5n, deadline, signature);
      await expect(market.connect(thief).withdrawFor(a, a, 5n, deadline, signature)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await expect(market.connect(thief).submitFor(a, packSignedTerms(terms()), order))
        .to.be.revertedWithCustomError(market, "InvalidNonce")
        .withArgs(0n, 1n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 5n);
    });

    it("counts for the receiver, amount, account, deadline, nonce, market and chain that were signed only", async () => {
      const { market, parameters, token, thief, a, owner, wallet, deadline, untouched } = await loadFixture(fixture);
      const { market: other } = await deployFor(token, parameters);
      await other.registerPile(a, a, a, 7000);
      const signed = { to: a, amount: 5n, nonce: 0n, deadline };
      const good = await signWithdrawal(market, a, a, signed);
      const elsewhere = [
        await signWithdrawal(other, a, a, signed),
        await signWithdrawal(market, a, a, signed, 1n),
        await signWithdrawal(market, a, a, { ...signed, nonce: 1n }),
        await signWithdrawal(market, thief, a, signed),
        mirrored(good),
        "0x",
        good.slice(0, -2),
        `${good}00`,
      ];
      for (const [i, signature] of elsewhere.entries()) {
        await expect(market.withdrawFor(a, a, 5n, deadline, signature), i.toString()).to.be.revertedWithCustomError(
          market,
          "InvalidSignature",
        );
      }
      for (const use of [
        async () => market.withdrawFor(a, thief, 5n, deadline, good),
        async () => market.withdrawFor(a, a, 6n, deadline, good),
        async () => market.withdrawFor(a, a, 5n, deadline + 1n, good),
        async () => market.withdrawFor(owner, a, 5n, deadline, good),
        async () => market.withdrawFor(wallet, a, 5n, deadline, good),
        async () => other.withdrawFor(a, a, 5n, deadline, good),
      ]) {
        await expect(use()).to.be.revertedWithCustomError(market, "InvalidSignature");
      }
      await untouched();
      await market.withdrawFor(a, a, 5n, deadline, good);
    });

    it("of one owner's key is not one of the contract that it signs for, and the other way round", async () => {
      const { market, owner, wallet, deadline, untouched } = await loadFixture(fixture);
      const signed = { to: owner, amount: 5n, nonce: 0n, deadline };
      const ofKey = await signWithdrawal(market, owner, owner, signed);
      const ofWallet = await signWithdrawal(market, owner, wallet, signed);
      await expect(market.withdrawFor(wallet, owner, 5n, deadline, ofKey)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await expect(market.withdrawFor(owner, owner, 5n, deadline, ofWallet)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await untouched();
    });
  });

  describe("an order of an account", () => {
    it("counts in the market, on the chain, for the account and with the terms that were signed only", async () => {
      const { market, parameters, token, thief, a, owner, wallet, terms, untouched } = await loadFixture(fixture);
      const { market: other } = await deployFor(token, parameters);
      const good = await signOrderOf(market, owner, wallet, terms());
      const words = packSignedTerms(terms());
      for (const signature of [
        await signOrderOf(other, owner, wallet, terms()),
        await signOrderOf(market, owner, wallet, terms(), 1n),
        await signOrderOf(market, owner, owner, terms()),
        await signOrderOf(market, thief, wallet, terms()),
        mirrored(good),
        "0x",
      ]) {
        await expect(market.submitFor(wallet, words, signature)).to.be.revertedWithCustomError(
          market,
          "InvalidSignature",
        );
      }
      for (const account of [a, owner]) {
        await expect(market.submitFor(account, words, good)).to.be.revertedWithCustomError(market, "InvalidSignature");
      }
      await expect(market.submitFor(wallet, words ^ (1n << 88n), good)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await untouched();
    });

    it("as a key signs it for itself is none of the contract's, nor a withdrawal an order or an order a withdrawal", async () => {
      const { market, a, owner, wallet, deadline, terms, untouched } = await loadFixture(fixture);
      const plain = await owner.signTypedData(await domainOf(market), ORDER_TYPES, orderMessage(terms()));
      const words = packSignedTerms(terms());
      await expect(market.submitFor(wallet, words, plain)).to.be.revertedWithCustomError(market, "InvalidSignature");
      // The wrapped form handed in where keys' orders go yields a stranger.
      const wrapped = Signature.from(await signOrderOf(market, owner, owner, terms()));
      await expect(
        market.submit({ terms: words, r: wrapped.r, vs: wrapped.yParityAndS }),
      ).to.be.revertedWithCustomError(market, "NotRegistered");
      const withdrawal = await signWithdrawal(market, a, a, { to: a, amount: 5n, nonce: 0n, deadline });
      await expect(market.submitFor(a, words, withdrawal)).to.be.revertedWithCustomError(market, "InvalidSignature");
      const order = await signOrderOf(market, a, a, terms());
      await expect(market.withdrawFor(a, a, 5n, deadline, order)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await untouched();
    });

    it("of a contract that says no, reverts, answers too short or burns its gas is refused and moves nothing", async () => {
      const { market, owner, wallet, deadline, terms, untouched } = await loadFixture(fixture);
      const signature = await signOrderOf(market, owner, wallet, terms());
      for (const answer of [ANSWERS.nothing, ANSWERS.reverts, ANSWERS.shortWord, ANSWERS.burnsGas]) {
        await wallet.setAnswer(answer);
        await expect(
          market.submitFor(wallet, packSignedTerms(terms()), signature, { gasLimit: 400_000 }),
        ).to.be.revertedWithCustomError(market, "InvalidSignature");
        await expect(
          market.withdrawFor(wallet, owner, 5n, deadline, signature, { gasLimit: 400_000 }),
        ).to.be.revertedWithCustomError(market, "InvalidSignature");
      }
      await untouched();
    });

    it("of a contract that changes its mind counts as it answers then, and what was done stays done", async () => {
      const { market, thief, owner, wallet, deadline, terms } = await loadFixture(fixture);
      const words = packSignedTerms(terms());
      const signature = await signOrderOf(market, owner, wallet, terms());
      await wallet.setOwner(thief);
      await expect(market.submitFor(wallet, words, signature)).to.be.revertedWithCustomError(
        market,
        "InvalidSignature",
      );
      await wallet.setOwner(owner);
      await market.submitFor(wallet, words, signature);
      await wallet.setAnswer(ANSWERS.nothing);
      expect((await liveStates(market))[0]).to.deep.equal([3n]);
      // One that agrees to anything agrees to that too: its own money is all that is at stake.
      await wallet.setAnswer(ANSWERS.anything);
      const free = await market.freeBalanceOf(wallet);
      await market.connect(thief).withdrawFor(wallet, thief, free, deadline, "0x");
      expect(await market.freeBalanceOf(wallet)).to.equal(0n);
      expect(await market.freeBalanceOf(owner)).to.equal(PILE_BALANCE);
    });
  });

  it("a stolen trading key moves no money past the payout address, by call, signature or claim, nor names another", async () => {
    const { market, delivery, thief, a, deadline } = await loadFixture(fixture);
    const safe = await safeAddress();
    await market.connect(a).setPayout(a, safe);
    const toThief = await signWithdrawal(market, a, a, { to: thief, amount: 5n, nonce: 0n, deadline });
    await expect(market.withdrawFor(a, thief, 5n, deadline, toThief))
      .to.be.revertedWithCustomError(market, "InvalidReceiver")
      .withArgs(thief);
    await expect(market.connect(a).withdraw(thief, 5n)).to.be.revertedWithCustomError(market, "InvalidReceiver");
    await expect(market.connect(a).withdrawFrom(a, 5n)).to.be.revertedWithCustomError(market, "NotPayout").withArgs(a);
    await expect(market.connect(a).setPayout(a, thief)).to.be.revertedWithCustomError(market, "NotPayout");
    await expect(delivery.connect(a).collectClaim(market, thief))
      .to.be.revertedWithCustomError(delivery, "InvalidReceiver")
      .withArgs(thief);
    await expect(delivery.connect(a).collectClaim(market, safe)).to.be.revertedWithCustomError(
      delivery,
      "NothingClaimed",
    );
    // The owner fetches everything without the key.
    await market.connect(safe).withdrawFrom(a, PILE_BALANCE);
    expect(await market.freeBalanceOf(a)).to.equal(0n);
  });
});
