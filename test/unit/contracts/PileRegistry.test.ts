import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeBookHead, decodePileState } from "../../../scripts/chain/packedWords";
import { currentFrame, goTo, liveStates, nextFirstFrame } from "../../helpers/market";
import {
  ask,
  bid,
  claims,
  clear,
  fields,
  freshFrame,
  nth,
  overwrite,
  PENNY,
  slotOf,
  stranger,
  deployDirect,
  settleNow,
} from "./fixtures";

describe("PileRegistry", () => {
  async function fixture() {
    const d = await deployDirect(2, { pileCap: 4, bondPricePerKwh: PENNY });
    const [, , , account, operator, meterKey] = await ethers.getSigners();
    if (account === undefined || operator === undefined || meterKey === undefined) throw new Error("no signers");
    return { ...d, account, operator, meterKey };
  }

  describe("registerPile", () => {
    it("numbers piles from 1 in the order of registration and remembers who they are", async () => {
      const { market, delivery, account, operator, meterKey } = await loadFixture(fixture);
      expect(await market.pileOf(account)).to.equal(0n);
      await expect(market.registerPile(account, operator, meterKey, 22_000))
        .to.emit(market, "PileRegistered")
        .withArgs(3n, account, operator, 22_000n);
      expect(await market.pileCount()).to.equal(3n);
      expect(await market.pileOf(account)).to.equal(3n);
      expect(fields(await market.pileRecord(3))).to.deep.equal({
        account: account.address,
        operator: operator.address,
        ratedW: 22_000n,
      });
      const { key, energyPerFrameWh, weatherBps, operatorTag } = await delivery.meterOf(market, 3, 0);
      const tag = BigInt(ethers.keccak256(ethers.zeroPadValue(operator.address, 32))) >> 208n;
      expect([key, energyPerFrameWh, weatherBps, operatorTag]).to.deep.equal([meterKey.address, 11_000n, 0n, tag]);
    });

    it("starts a pile with no money, no order and nonce 0, in a slot that is not zero", async () => {
      const { market, account } = await loadFixture(fixture);
      await market.registerPile(account, account, account, 22_000);
      const word = await market.pileState(3);
      expect(word).not.to.equal(0n);
      const { balance, remainingWh, nonce, suspended } = decodePileState(word);
      expect({ balance, remainingWh, nonce, suspended }).to.deep.equal({
        balance: 0n,
        remainingWh: 0n,
        nonce: 0n,
        suspended: false,
      });
    });

    it("knows nothing of numbers that nobody has", async () => {
      const { market } = await loadFixture(fixture);
      for (const pile of [0, 3, 1024, 65_536]) {
        expect(fields(await market.pileRecord(pile))).to.deep.equal({
          account: ethers.ZeroAddress,
          operator: ethers.ZeroAddress,
          ratedW: 0n,
        });
      }
      expect(await market.pileState(0)).to.equal(0n);
      expect(await market.pileState(3)).to.equal(0n);
    });

    it("refuses a second registration, naming the number of the first", async () => {
      const { market, piles, account } = await loadFixture(fixture);
      await expect(market.registerPile(nth(piles, 1), account, account, 7000))
        .to.be.revertedWithCustomError(market, "AlreadyRegistered")
        .withArgs(nth(piles, 1), 2n);
    });

    it("refuses the zero address, and accepts it as operator and meter key", async () => {
      const { market, delivery, account } = await loadFixture(fixture);
      await expect(market.registerPile(ethers.ZeroAddress, account, account, 7000)).to.be.revertedWithCustomError(
        market,
        "ZeroAddress",
      );
      await market.registerPile(account, ethers.ZeroAddress, ethers.ZeroAddress, 7000);
      const { key, operatorTag } = await delivery.meterOf(market, 3, 0);
      expect([key, operatorTag]).to.deep.equal([ethers.ZeroAddress, 0n]);
    });

    it("refuses a pile that cannot move one Wh in a frame: 1 W is too little, 2 W is enough", async () => {
      const { market, account } = await loadFixture(fixture);
      for (const ratedW of [0, 1]) {
        await expect(market.registerPile(account, account, account, ratedW))
          .to.be.revertedWithCustomError(market, "RatedPowerTooSmall")
          .withArgs(ratedW);
      }
      await market.registerPile(account, account, account, 2);
      expect(await market.pileOf(account)).to.equal(3n);
    });

    it("accepts the largest rated power: what such a pile moves is bounded by the market's peak alone", async () => {
      const { market, account } = await loadFixture(fixture);
      await market.registerPile(account, account, account, 2n ** 32n - 1n);
      await market.deposit(account, 10n ** 15n);
      const firstFrame = Number(await nextFirstFrame(market));
      await market.connect(account).place(bid(PENNY, 2n ** 24n - 1n, firstFrame + 9));
      const { iceberg, peakWh } = decodePileState(await market.pileState(3));
      expect({ iceberg, peakWh }).to.deep.equal({ iceberg: true, peakWh: 2000n });
    });

    it("stops at the pile cap", async () => {
      const { market, account, operator, meterKey } = await loadFixture(fixture);
      await market.registerPile(account, account, account, 7000);
      await market.registerPile(operator, operator, operator, 7000);
      await expect(market.registerPile(meterKey, meterKey, meterKey, 7000))
        .to.be.revertedWithCustomError(market, "PileCapReached")
        .withArgs(4n);
      expect(await market.pileCount()).to.equal(4n);
    });

    it("is the registrar's alone", async () => {
      const { market } = await loadFixture(fixture);
      const nobody = await stranger();
      await expect(market.connect(nobody).registerPile(nobody, nobody, nobody, 7000))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(nobody, await market.REGISTRAR_ROLE());
    });

    it("refuses calldata whose rated power is beyond 32 bits", async () => {
      const { market, admin, account } = await loadFixture(fixture);
      const data = market.interface.encodeFunctionData("registerPile", [
        account.address,
        account.address,
        account.address,
        7000,
      ]);
      const tooWide = data.slice(0, -64) + (2n ** 32n).toString(16).padStart(64, "0");
      await expect(admin.sendTransaction({ to: market, data: tooWide })).to.be.revertedWithoutReason();
    });
  });

  describe("every word of the live bitmap", () => {
    // 208 piles have their bits in the head, 255 in each further word.
    async function wide() {
      return deployDirect(0, { pileCap: 1024 });
    }

    for (const [before, words] of [
      [207, "the head and the first further word"],
      [462, "the first and the second further word"],
      [1022, "the last two piles of the largest market"],
    ] as const) {
      it(`keeps piles ${(before + 1).toString()} and ${(before + 2).toString()} apart: ${words}`, async () => {
        const { market, token, parameters } = await loadFixture(wide);
        const [, a, b] = await ethers.getSigners();
        if (a === undefined || b === undefined) throw new Error("no signers");
        // As if that many piles had been registered.
        await overwrite(market, await slotOf("_pileCount"), () => BigInt(before));
        for (const pile of [a, b]) {
          await market.registerPile(pile, pile, pile, 7000);
          await market.deposit(pile, 10n ** 9n);
        }
        const start = await freshFrame(market, parameters);
        await market.connect(a).place(bid(14n * PENNY, 1500n, start + 2));
        await market.connect(b).place(ask(12n * PENNY, 1000n, start + 2));
        // A replacement finds its bit set.
        await market.connect(b).replace(ask(12n * PENNY, 1000n, start + 2));
        expect(await liveStates(market)).to.have.deep.nested.property("[0]", [BigInt(before + 1), BigInt(before + 2)]);

        const { fills } = await clear(market, start + 1);
        expect(fills).to.deep.equal([{ sell: before + 2, buy: before + 1, energyWh: 1000n, price: 13n * PENNY }]);
        const [live] = await liveStates(market);
        expect(live).to.deep.equal([BigInt(before + 1)]);

        // Expiry takes the bit of the other one, so that the last frame finds an empty book.
        expect((await clear(market, start + 2)).fills).to.deep.equal([]);
        expect(await liveStates(market)).to.deep.equal([[], []]);
        await goTo(start + 2);
        await market.connect(a).withdraw(a, await market.freeBalanceOf(a));
        expect(await token.balanceOf(a)).to.equal(10n ** 9n - 130_000n);
        expect(decodeBookHead(await market.bookHead()).live).to.equal(0n);
      });
    }

    it("has no pile beyond the cap", async () => {
      const { market } = await loadFixture(wide);
      const nobody = await stranger();
      await overwrite(market, await slotOf("_pileCount"), () => 1024n);
      await expect(market.registerPile(nobody, nobody, nobody, 7000))
        .to.be.revertedWithCustomError(market, "PileCapReached")
        .withArgs(1024n);
      await expect(market.pileState(1025)).to.be.revertedWithPanic(0x32);
    });
  });

  describe("setSuspended", () => {
    it("keeps a suspended pile from placing and replacing, by itself or signed, until it is re-admitted", async () => {
      const { market, piles, parameters } = await loadFixture(fixture);
      const pile = nth(piles, 0);
      const start = await freshFrame(market, parameters);
      await market.connect(pile).place(bid(14n * PENNY, 1500n, start + 9));
      await expect(market.setSuspended(pile, true)).to.emit(market, "SuspensionSet").withArgs(1n, true);
      await expect(market.connect(pile).replace(bid(15n * PENNY, 1500n, start + 9)))
        .to.be.revertedWithCustomError(market, "PileSuspended")
        .withArgs(1n);
      await market.connect(pile).cancel();
      await expect(market.connect(pile).place(bid(14n * PENNY, 1500n, start + 9)))
        .to.be.revertedWithCustomError(market, "PileSuspended")
        .withArgs(1n);
      await expect(market.setSuspended(pile, false)).to.emit(market, "SuspensionSet").withArgs(1n, false);
      await market.connect(pile).place(bid(14n * PENNY, 1500n, start + 9));
      expect((await liveStates(market))[0]).to.deep.equal([1n]);
    });

    it("takes the live order out at the next clearing, whichever frame the order waits for, and frees its lock", async () => {
      const { market, token, parameters, piles } = await loadFixture(fixture);
      const [early, late] = [nth(piles, 0), nth(piles, 1)];
      const start = await freshFrame(market, parameters);
      await market.connect(early).place(bid(14n * PENNY, 1500n, start + 9));
      // An order placed in the window of the frame that is about to be cleared waits for the one after.
      await goTo(start + 1, -600);
      await market.connect(late).place(ask(12n * PENNY, 1500n, start + 9));
      expect(decodePileState(await market.pileState(2)).firstFrame).to.equal(start + 2);
      await market.setSuspended(early, true);
      await market.setSuspended(late, true);
      expect(await market.lockedBalanceOf(early)).to.equal(21n * PENNY);
      expect(await market.lockedBalanceOf(late)).to.equal(15_000n);
      const before = await claims(market, parameters);

      const { fills } = await clear(market, start + 1, { offset: -500 });
      expect(fills).to.deep.equal([]);
      expect(await liveStates(market)).to.deep.equal([[], []]);
      for (const pile of [early, late]) {
        expect(await market.lockedBalanceOf(pile)).to.equal(0n);
        expect(await market.freeBalanceOf(pile)).to.equal(1_000_000_000n);
      }
      expect(await claims(market, parameters)).to.equal(before);
      expect(await token.balanceOf(market)).to.equal(before);
    });

    it("is undone in time: a pile re-admitted before the clearing trades in it", async () => {
      const { market, parameters, piles } = await loadFixture(fixture);
      const [buyer, seller] = [nth(piles, 0), nth(piles, 1)];
      const start = await freshFrame(market, parameters);
      await market.connect(buyer).place(bid(14n * PENNY, 1500n, start + 9));
      await market.connect(seller).place(ask(12n * PENNY, 1500n, start + 9));
      await market.setSuspended(buyer, true);
      await market.setSuspended(buyer, false);
      expect((await clear(market, start + 1)).fills).to.have.length(1);
    });

    it("does not bring an order back that left at a clearing", async () => {
      const { market, parameters, piles } = await loadFixture(fixture);
      const buyer = nth(piles, 0);
      const start = await freshFrame(market, parameters);
      await market.connect(buyer).place(bid(30n * PENNY, 1500n, start + 9));
      await market.setSuspended(buyer, true);
      await clear(market, start + 1);
      await market.setSuspended(buyer, false);
      expect((await clear(market, start + 2)).fills).to.deep.equal([]);
    });

    it("never touches money: a suspended pile cancels, withdraws and is paid", async () => {
      const { market, token, parameters, piles } = await loadFixture(fixture);
      const [buyer, seller] = [nth(piles, 0), nth(piles, 1)];
      const start = await freshFrame(market, parameters);
      await market.connect(buyer).place(bid(14n * PENNY, 1000n, start + 9));
      await market.connect(seller).place(ask(12n * PENNY, 1500n, start + 9));
      const { words } = await clear(market, start + 1);
      await market.setSuspended(seller, true);
      await market.connect(seller).cancel();
      await time.increaseTo((start + 2) * 1800);
      await settleNow(market, start + 1, await market.publication(start + 1), words);
      await market.connect(seller).withdraw(seller, await market.freeBalanceOf(seller));
      expect(await token.balanceOf(seller)).to.equal(1_000_000_000n + 130_000n);
    });

    it("says the same thing twice without harm", async () => {
      const { market, piles } = await loadFixture(fixture);
      const pile = nth(piles, 0);
      await market.setSuspended(pile, true);
      const word = await market.pileState(1);
      await market.setSuspended(pile, true);
      expect(await market.pileState(1)).to.equal(word);
    });

    it("is the registrar's alone, for registered piles alone", async () => {
      const { market, piles } = await loadFixture(fixture);
      const nobody = await stranger();
      await expect(market.connect(nth(piles, 0)).setSuspended(nth(piles, 0), false))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(nth(piles, 0), await market.REGISTRAR_ROLE());
      await expect(market.setSuspended(nobody, true))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(nobody);
    });
  });

  describe("roles", () => {
    it("are given and taken by the admin, and given up only by their holder", async () => {
      const { market, admin, account } = await loadFixture(fixture);
      const role = await market.REGISTRAR_ROLE();
      await market.grantRole(role, account);
      await market.connect(account).registerPile(account, account, account, 7000);
      await expect(market.renounceRole(role, account)).to.be.revertedWithCustomError(
        market,
        "AccessControlBadConfirmation",
      );
      await market.connect(account).renounceRole(role, account);
      await expect(market.connect(account).setSuspended(account, true))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(account, role);
      await market.revokeRole(role, admin);
      await expect(market.setSuspended(account, true))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(admin, role);
    });

    it("belong to each market by itself: a frame's operator cannot make itself admin", async () => {
      const { market, account } = await loadFixture(fixture);
      const adminRole = await market.DEFAULT_ADMIN_ROLE();
      for (const role of [
        await market.GRID_OPERATOR_ROLE(),
        await market.REGISTRAR_ROLE(),
        await market.GUARDIAN_ROLE(),
      ]) {
        await market.grantRole(role, account);
        await expect(market.connect(account).grantRole(adminRole, account))
          .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
          .withArgs(account, adminRole);
      }
    });
  });

  it("counts frames from the Unix epoch", async () => {
    const { market } = await loadFixture(fixture);
    const frame = (await currentFrame()) + 2;
    await time.increaseTo(frame * 1800);
    expect(await nextFirstFrame(market)).to.equal(BigInt(frame + 1));
    await time.increaseTo(frame * 1800 + 1199);
    expect(await nextFirstFrame(market)).to.equal(BigInt(frame + 1));
    await time.increaseTo(frame * 1800 + 1200);
    expect(await nextFirstFrame(market)).to.equal(BigInt(frame + 2));
  });
});
