import { loadFixture, mine } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { Market } from "../../typechain-types";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import {
  ask,
  bid,
  claims,
  clear,
  clearedOf,
  deployDirect,
  expectSolvent,
  freshFrame,
  nth,
  PENNY,
  settle,
  stranger,
} from "../unit/contracts/fixtures";
import { commit, flexibleFills, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";
import { bystanders, exportRound } from "./bystanders";

describe("Attack: misuse of roles", () => {
  /** Every function that needs a role, with arguments that would do harm. */
  const powers = (market: Market, victim: HardhatEthersSigner, me: HardhatEthersSigner) => ({
    DEFAULT_ADMIN_ROLE: [async () => market.connect(me).grantRole(ethers.ZeroHash, me)],
    GRID_OPERATOR_ROLE: [
      async () => market.connect(me).publish([]),
      async () => market.connect(me).withdrawGrid(me, 1n),
      async () => market.connect(me).setMatchingFund(1n),
    ],
    REGISTRAR_ROLE: [
      async () => market.connect(me).registerPile(me, me, me, 7000),
      async () => market.connect(me).setSuspended(victim, true),
    ],
    GUARDIAN_ROLE: [async () => market.connect(me).setEntryPaused(true)],
  });
  const roles = ["DEFAULT_ADMIN_ROLE", "GRID_OPERATOR_ROLE", "REGISTRAR_ROLE", "GUARDIAN_ROLE"] as const;

  for (const held of roles) {
    it(`${held} opens its own functions and no other's`, async () => {
      const { market, a } = await loadFixture(bystanders);
      const me = await stranger();
      await market.grantRole(await market[held](), me);
      for (const needed of roles) {
        if (needed === held) continue;
        const role = await market[needed]();
        for (const use of powers(market, a, me)[needed]) {
          await expect(use(), needed)
            .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
            .withArgs(me, role);
        }
      }
      if (held === "GRID_OPERATOR_ROLE") await market.connect(me).publish([]);
      else for (const use of powers(market, a, me)[held]) await use();
    });
  }

  it("all roles in one hand still cannot touch a pile's money or order", async () => {
    const { market, token, parameters, admin, start } = await loadFixture(bystanders);
    const before = await claims(market, parameters);
    const word = await market.pileState(1);
    await expect(market.connect(admin).withdraw(admin, 1n))
      .to.be.revertedWithCustomError(market, "NotRegistered")
      .withArgs(admin);
    await expect(market.withdrawGrid(admin, 1n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(0n, 1n);
    // Registering itself as a pile gives it that pile's empty account.
    await market.registerPile(admin, admin, admin, 7000);
    await expect(market.withdraw(admin, 1n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(0n, 1n);
    expect(await market.pileState(1)).to.equal(word);
    expect(await claims(market, parameters)).to.equal(before);
    await goTo(start + 1);
    await expectSolvent(market, token, parameters);
  });

  it("the grid operator cannot make a bid pay more than its limit and the wheeling cap", async () => {
    const { market, token, parameters } = await deployDirect(2, { wheelingCapPerKwh: PENNY });
    const [, a, b] = await ethers.getSigners();
    if (a === undefined || b === undefined) throw new Error("no signers");
    const start = await freshFrame(market, parameters, {
      importPricePerKwh: 14n * PENNY,
      wheelingPricePerKwh: PENNY,
      baseLoadW: -(2n ** 31n),
    });
    await market.connect(a).place(bid(14n * PENNY, 2001n, start + 1));
    await market.connect(b).place(ask(14n * PENNY, 1001n, start + 1));
    const { words, fills } = await clear(market, start + 1);
    expect(fills).to.have.length(2);
    await settle(market, start + 1, words);
    const paid = PILE_BALANCE - (await market.freeBalanceOf(a));
    expect(paid).to.be.lessThanOrEqual((15n * PENNY * 2001n) / 1000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 140_140n);
    await expectSolvent(market, token, parameters);
  });

  it("the registrar can keep a pile out of a frame, and that is all: its money stays free to go", async () => {
    const { market, token, start, a } = await loadFixture(bystanders);
    await goTo(start + 1, -600);
    await market.setSuspended(a, true);
    expect((await clear(market, start + 1, { offset: -599 })).fills).to.deep.equal([]);
    await market.connect(a).withdraw(a, PILE_BALANCE);
    expect(await token.balanceOf(a)).to.equal(PILE_BALANCE);
  });

  it("a registrar or grid operator of a market of its own reaches nothing of another on the contracts they share", async () => {
    const { market, delivery, rounds, token, parameters, a } = await loadFixture(bystanders);
    const me = await stranger();
    const attributes = { capacity: 1000, renewable: 1000, position: 1000, stability: 1000 };
    for (const act of [
      async () => delivery.connect(me).setMeterKey(market, 1, me),
      async () => delivery.connect(me).setWeatherFactor(market, 1, 2_999n),
      async () => delivery.connect(me).setAttributes(market, 1, attributes),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(delivery, "NotRegistrar").withArgs(market, me);
    }
    await expect(rounds.connect(me).setReward(market, 1n))
      .to.be.revertedWithCustomError(rounds, "NotGridOperator")
      .withArgs(me);
    // A caller that poses as a market registers meters, opens rounds and is read for itself alone.
    await delivery.connect(me).registerMeter(1, me, me, 1n);
    expect((await delivery.meterOf(market, 1, 0)).key).to.equal(a.address);
    await expect(market.connect(me).fillFlexibleOrders(1, 0n, 0n, []))
      .to.be.revertedWithCustomError(market, "NotRounds")
      .withArgs(me);
    await expect(market.connect(me).bookSettlement(1, ethers.ZeroHash, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "NotDelivery")
      .withArgs(me);
    await expectSolvent(market, token, parameters);
  });

  it("the grid operator that empties its account between a round and its settlement leaves exporters what was set aside", async () => {
    const s = await exportRound(500_000n, 20n * PENNY);
    const { market, rounds, round, book, admin, exporter } = s;
    const proposer = nth(s.proposers, 0);
    const bytes = plan(1, [], [2_000n]);
    await commit(s, proposer, round, bytes);
    await goTo(round, -480);
    await rounds.connect(proposer).reveal(market, book, bytes, SALT);
    await goTo(round, -360);
    const sent = await rounds.finalise(market, book, bytes);
    const words = await flexibleFills(market, sent);
    const paid = 400_000n;
    expect(await market.gridBalance()).to.equal(500_000n - paid);
    await market.withdrawGrid(admin, 500_000n - paid);
    await expect(market.withdrawGrid(admin, 1n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(0n, 1n);
    const publication = await market.publication(round);
    await goTo(round + 1);
    await s.delivery.settle(market, round, publication, words, 0, []);
    expect(await market.freeBalanceOf(exporter)).to.equal(PILE_BALANCE + paid);
    await expectSolvent(market, s.token, s.parameters);
  });

  it("the registrar that makes itself a pile, a meter and a proposer has a pile's, a meter's and a proposer's means", async () => {
    const s = await setting({ readingSeconds: 3600 });
    const { market, admin } = s;
    const victim = await market.pileState(1);
    await market.registerPile(admin, admin, admin, 7000);
    await market.grantRole(await market.PROPOSER_ROLE(), admin);
    expect(await market.pileState(1)).to.equal(victim);
    await market.connect(nth(s.piles, 0)).withdraw(nth(s.piles, 0), PILE_BALANCE);
  });

  it("the registrar that takes a meter over finds no order that could not have left: its key counts for no frame whose gate is closed", async () => {
    const s = await setting({ readingSeconds: 3600 });
    const { market, delivery, token, parameters, admin, frame } = s;
    const victim = nth(s.piles, 0);
    await market.connect(victim).place(bid(25n * PENNY, 1_000n, frame + 9));
    const traded = frame + 1;
    await goTo(traded, -599);
    const first = traded + 1 + parameters.leadFrames;
    await expect(delivery.setMeterKey(market, 1, admin))
      .to.emit(delivery, "MeterKeyChanged")
      .withArgs(market, 1n, admin, first);
    await expect(market.connect(victim).cancel()).to.be.revertedWithCustomError(market, "GateClosed");
    const { words } = clearedOf(market, await (await market.clear(traded)).wait());
    const publication = await market.publication(traded);
    await goTo(traded + 1, 1);
    // The registrar's reading would take everything that the victim has.
    const claimOf = async (signer: HardhatEthersSigner, consumedWh: bigint) =>
      signReading(delivery, market, signer, { pile: 1, frame: traded, consumedWh, producedWh: 0n });
    const forged = await claimOf(admin, 2n ** 24n - 1n);
    await expect(delivery.submit(market, [forged])).to.emit(delivery, "ReadingRefused");
    await delivery.settle(market, traded, publication, words, words.length, [await claimOf(victim, 1_000n)]);
    expect(await market.freeBalanceOf(victim)).to.equal(PILE_BALANCE - 200_000n);
    // Until the key counts there is a window to leave in.
    await market.connect(victim).withdraw(victim, PILE_BALANCE - 200_000n);
    await expectSolvent(market, token, parameters);
    expect((await delivery.meterOf(market, 1, first - 1)).key).to.equal(victim.address);
  });

  it("the operator that lowers a reward after it was won pays it nevertheless", async () => {
    const s = await setting();
    await s.token.approve(s.rounds, ethers.MaxUint256);
    await s.rounds.setReward(s.market, 1_000n);
    await s.rounds.fundReward(s.market, 5_000n);
    const { book, round, horizon } = await opened(s);
    const [proposer] = s.proposers;
    const bytes = plan(horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, proposer!, round, bytes);
    await goTo(round, -480);
    await s.rounds.connect(proposer).reveal(s.market, book, bytes, SALT);
    await goTo(round, -360);
    await s.rounds.finalise(s.market, book, bytes);
    await s.rounds.setReward(s.market, 0n);
    await mine();
    await expect(s.rounds.drawReward(s.market))
      .to.emit(s.rounds, "RewardDrawn")
      .withArgs(s.market, round, proposer, 1_000n);
  });
});
