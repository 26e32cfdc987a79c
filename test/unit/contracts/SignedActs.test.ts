import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { FunctionFragment } from "ethers";
import { id, Interface, toBeHex, ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { decodePileState, packSignedTerms } from "../../../scripts/chain/packedWords";
import { IMarket__factory } from "../../../typechain-types";
import { skipWhereInstrumented } from "../../helpers/coverage";
import { goTo, liveStates, PILE_BALANCE } from "../../helpers/market";
import { bid, clear, expectSolvent, overwrite, PENNY, sign, slotOf } from "./fixtures";
import { safeAddress, signOrderOf, signWithdrawal, withWallet } from "./signedActs";

const MAX_NONCE = 2n ** 20n - 1n;

describe("SignedActs", () => {
  describe("nonces", () => {
    it("is what an account has to sign next: one more after whatever its pile did", async () => {
      const { market, a, start, terms } = await loadFixture(withWallet);
      expect(await market.nonces(a)).to.equal(0n);
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      expect(await market.nonces(a)).to.equal(1n);
      await market.submit(await sign(market, a, terms({ action: "replace", nonce: 1n })));
      expect(await market.nonces(a)).to.equal(2n);
      await market.connect(a).cancel();
      await market.connect(a).skipNonce();
      expect(await market.nonces(a)).to.equal(4n);
    });

    it("refuses who is no pile", async () => {
      const { market, gateway } = await loadFixture(withWallet);
      await expect(market.nonces(gateway)).to.be.revertedWithCustomError(market, "NotRegistered").withArgs(gateway);
    });
  });

  describe("submitFor", () => {
    it("places, replaces and cancels for a contract whose owner signed, and for a key", async () => {
      const { market, gateway, a, owner, wallet, terms } = await loadFixture(withWallet);
      for (const [signer, account, pile] of [
        [owner, wallet, 3n],
        [a, a, 1n],
      ] as const) {
        for (const [nonce, action] of (["place", "replace", "cancel"] as const).entries()) {
          const cancelled = action === "cancel";
          const signed = terms({ action, nonce: BigInt(nonce), ...(cancelled && { charge: false, price: 0n }) });
          const body = cancelled ? { ...signed, energyWh: 0n, expiryFrame: 0 } : signed;
          const signature = await signOrderOf(market, signer, account, body);
          await expect(market.connect(gateway).submitFor(account, packSignedTerms(body), signature)).to.emit(
            market,
            cancelled ? "OrderCancelled" : "OrderPlaced",
          );
          expect(await market.nonces(account)).to.equal(BigInt(nonce) + 1n);
          expect(decodePileState(await market.pileState(pile)).remainingWh).to.equal(cancelled ? 0n : 1500n);
        }
      }
    });

    it("trades like any other order", async () => {
      const { market, owner, wallet, a, start, terms } = await loadFixture(withWallet);
      await market.submitFor(wallet, packSignedTerms(terms()), await signOrderOf(market, owner, wallet, terms()));
      await market.connect(a).place({ ...bid(12n * PENNY, 1500n, start + 5), charge: false });
      const { words } = await clear(market, start + 1);
      expect(words.length).to.equal(1);
    });

    it("refuses for the reasons of submit, one by one", async () => {
      const { market, owner, wallet, gateway, start, terms } = await loadFixture(withWallet);
      const tried = async (overrides: Parameters<typeof terms>[0], account: typeof wallet | typeof gateway = wallet) =>
        market.submitFor(
          account,
          packSignedTerms(terms(overrides)),
          await signOrderOf(market, account === wallet ? owner : gateway, account, terms(overrides)),
        );
      const malformed = packSignedTerms(terms()) | (1n << 250n);
      await expect(market.submitFor(wallet, malformed, "0x"))
        .to.be.revertedWithCustomError(market, "MalformedTerms")
        .withArgs(malformed);
      await expect(tried({ nonce: 7n }))
        .to.be.revertedWithCustomError(market, "InvalidNonce")
        .withArgs(7n, 0n);
      await expect(tried({ price: 0n })).to.be.revertedWithCustomError(market, "PriceOutOfRange");
      await expect(tried({}, gateway)).to.be.revertedWithCustomError(market, "NotRegistered").withArgs(gateway);
      await expect(tried({ energyWh: 10_000_000n })).to.be.revertedWithCustomError(market, "InsufficientBalance");
      await goTo(start + 3, 1);
      await expect(tried({}))
        .to.be.revertedWithCustomError(market, "SignatureExpired")
        .withArgs((start + 3) * 1800);
      expect(await liveStates(market)).to.deep.equal([[], []]);
    });

    it("is held up by a pause and by the last nonce", async () => {
      const { market, owner, wallet, terms } = await loadFixture(withWallet);
      await market.setEntryPaused(true);
      const signature = await signOrderOf(market, owner, wallet, terms());
      await expect(market.submitFor(wallet, packSignedTerms(terms()), signature)).to.be.revertedWithCustomError(
        market,
        "EntryPaused",
      );
      await market.setEntryPaused(false);
      await overwrite(market, (await slotOf("_states")) + 3n, (word) => word | (MAX_NONCE << 194n));
      const last = terms({ nonce: MAX_NONCE });
      await expect(
        market.submitFor(wallet, packSignedTerms(last), await signOrderOf(market, owner, wallet, last)),
      ).to.be.revertedWithCustomError(market, "NoncesExhausted");
    });
  });

  describe("withdrawFor", () => {
    it("pays what an account signed, whoever submits it, and uses the nonce up", async () => {
      const { market, token, parameters, gateway, a, owner, wallet, deadline } = await loadFixture(withWallet);
      const to = await safeAddress();
      const withdrawal = { to, amount: 40n * PENNY, nonce: 0n, deadline };
      for (const [signer, account, pile] of [
        [owner, wallet, 3n],
        [a, a, 1n],
      ] as const) {
        const before = await token.balanceOf(to);
        const signature = await signWithdrawal(market, signer, account, withdrawal);
        const paid = market.connect(gateway).withdrawFor(account, to, 40n * PENNY, deadline, signature);
        await expect(paid)
          .to.emit(market, "Withdrawn")
          .withArgs(pile, to, 40n * PENNY, PILE_BALANCE - 40n * PENNY);
        await expect(paid).to.emit(market, "NonceSkipped").withArgs(pile, 0n);
        expect(await token.balanceOf(to)).to.equal(before + 40n * PENNY * parameters.unit);
        expect(await market.nonces(account)).to.equal(1n);
        expect(await market.freeBalanceOf(account)).to.equal(PILE_BALANCE - 40n * PENNY);
      }
      await expectSolvent(market, token, parameters);
    });

    it("keeps the rules of withdraw: not nothing, not more than is free, not to the market, never paused", async () => {
      const { market, a, deadline } = await loadFixture(withWallet);
      const tried = async (amount: bigint, to = a.address) =>
        market.withdrawFor(
          a,
          to,
          amount,
          deadline,
          await signWithdrawal(market, a, a, { to, amount, nonce: 0n, deadline }),
        );
      await expect(tried(0n)).to.be.revertedWithCustomError(market, "AmountTooSmall");
      await expect(tried(PILE_BALANCE + 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE, PILE_BALANCE + 1n);
      await expect(tried(1n, await market.getAddress())).to.be.revertedWithCustomError(market, "InvalidReceiver");
      // A refusal uses no nonce up.
      expect(await market.nonces(a)).to.equal(0n);
      await market.setEntryPaused(true);
      await tried(PILE_BALANCE);
      expect(await market.freeBalanceOf(a)).to.equal(0n);
    });

    it("is open until its deadline and no longer", async () => {
      const { market, a, start } = await loadFixture(withWallet);
      const deadline = BigInt((start + 1) * 1800);
      const signature = await signWithdrawal(market, a, a, { to: a, amount: 1n, nonce: 0n, deadline });
      await goTo(start + 1, 1);
      await expect(market.withdrawFor(a, a, 1n, deadline, signature))
        .to.be.revertedWithCustomError(market, "SignatureExpired")
        .withArgs(deadline);
    });

    it("refuses who is no pile, and a pile without nonces", async () => {
      const { market, a, gateway, deadline } = await loadFixture(withWallet);
      await expect(market.withdrawFor(gateway, gateway, 1n, deadline, "0x"))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(gateway);
      await overwrite(market, (await slotOf("_states")) + 1n, (word) => word | (MAX_NONCE << 194n));
      const signature = await signWithdrawal(market, a, a, { to: a, amount: 1n, nonce: MAX_NONCE, deadline });
      await expect(market.withdrawFor(a, a, 1n, deadline, signature))
        .to.be.revertedWithCustomError(market, "NoncesExhausted")
        .withArgs(1n);
    });
  });

  describe("payout address", () => {
    it("is named by the account, changed and let go by itself alone", async () => {
      const { market, a, gateway } = await loadFixture(withWallet);
      const [safe, other] = [await safeAddress(), gateway];
      expect(await market.payoutOf(a)).to.equal(ZeroAddress);
      await expect(market.connect(safe).setPayout(a, safe))
        .to.be.revertedWithCustomError(market, "NotPayout")
        .withArgs(safe);
      await expect(market.connect(a).setPayout(a, safe)).to.emit(market, "PayoutSet").withArgs(1n, safe);
      expect(await market.payoutOf(a)).to.equal(safe);
      expect(decodePileState(await market.pileState(1)).payout).to.equal(true);
      for (const caller of [a, other]) {
        await expect(market.connect(caller).setPayout(a, caller))
          .to.be.revertedWithCustomError(market, "NotPayout")
          .withArgs(caller);
      }
      await market.connect(safe).setPayout(a, other);
      await expect(market.connect(safe).setPayout(a, safe)).to.be.revertedWithCustomError(market, "NotPayout");
      await market.connect(other).setPayout(a, ZeroAddress);
      expect(decodePileState(await market.pileState(1)).payout).to.equal(false);
      await market.connect(a).withdraw(a, PILE_BALANCE);
      await expect(market.connect(a).setPayout(a, market)).to.be.revertedWithCustomError(market, "InvalidReceiver");
      await expect(market.setPayout(other, other))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(other);
      expect(await market.payoutOf(other)).to.equal(ZeroAddress);
    });

    it("is where all money goes, by call and by signature, and fetches it itself", async () => {
      const { market, token, a, deadline } = await loadFixture(withWallet);
      const safe = await safeAddress();
      const before = await token.balanceOf(safe);
      await market.connect(a).setPayout(a, safe);
      await expect(market.connect(a).withdraw(a, 1n))
        .to.be.revertedWithCustomError(market, "InvalidReceiver")
        .withArgs(a);
      await market.connect(a).withdraw(safe, 1n);
      const toSafe = { to: safe, amount: 2n, nonce: 0n, deadline };
      await market.withdrawFor(a, safe, 2n, deadline, await signWithdrawal(market, a, a, toSafe));
      await market.connect(safe).withdrawFrom(a, 4n);
      expect(await token.balanceOf(safe)).to.equal(before + 7n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 7n);
    });

    it("outlives orders, replacements, clearings and suspensions, and leaves the other fields alone", async () => {
      const { market, a, start } = await loadFixture(withWallet);
      const safe = await safeAddress();
      await market.connect(a).setPayout(a, safe);
      const named = async () => decodePileState(await market.pileState(1)).payout;
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      expect(await named()).to.equal(true);
      await market.connect(a).replace(bid(15n * PENNY, 1500n, start + 5));
      await market.setSuspended(a, true);
      await market.setSuspended(a, false);
      expect(await named()).to.equal(true);
      await clear(market, start + 1);
      expect(await named()).to.equal(true);
      const state = decodePileState(await market.pileState(1));
      expect([state.nonce, state.remainingWh, state.suspended]).to.deep.equal([2n, 1500n, false]);
      await goTo(start + 2);
      await market.connect(a).cancel();
      expect(await named()).to.equal(true);
      await expect(market.connect(a).withdraw(a, 1n)).to.be.revertedWithCustomError(market, "InvalidReceiver");
    });
  });

  it("the market is known by ERC-165 as everything that IMarket declares, and not as anything else", async () => {
    const { market } = await loadFixture(withWallet);
    const whole = new Interface(IMarket__factory.abi);
    let parts = 0n;
    whole.forEachFunction((one: FunctionFragment) => (parts ^= BigInt(one.selector)));
    expect(await market.supportsInterface(toBeHex(parts, 4))).to.equal(true);
    expect(await market.supportsInterface("0x01ffc9a7")).to.equal(true);
    for (const other of ["0xffffffff", "0x00000000", id("place()").slice(0, 10)]) {
      expect(await market.supportsInterface(other), other).to.equal(false);
    }
    // Roles' own.
    expect(await market.supportsInterface("0x7965db0b")).to.equal(true);
  });

  it("the market keeps some room below the limit on code", async function () {
    skipWhereInstrumented(this);
    const { market } = await loadFixture(withWallet);
    expect(await ethers.provider.getCode(market)).to.have.length.lessThanOrEqual(2 + 2 * 24_200);
  });
});
