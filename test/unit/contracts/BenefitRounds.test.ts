import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, keccak256, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { decodeFrozenBook } from "../../../scripts/chain/frozenBook";
import { decodeMarketTotals, decodeFill, decodeFrameRecord } from "../../../scripts/chain/packedWords";
import { decodeFlexibleOrder, decodeRoundTerms } from "../../../scripts/chain/roundWords";
import { benefit, scorePlan } from "../../../scripts/model/benefit";
import { currentFrame, goTo } from "../../helpers/market";
import { ask, bid, deployDirect, nth, PENNY, publish, TARIFFS } from "./fixtures";
import { bookOf, commit, opened, plan, SALT, setting } from "./roundFixtures";

/** Hash of a frozen book behind what says what it is: domain, market, frame, number of words. */
function bookHash(market: string, frame: number, book: readonly bigint[]): string {
  const domain = (BigInt(id("AdBEV frozen book")) >> 224n) << 224n;
  const header = domain | (BigInt(market) << 64n) | (BigInt(frame) << 32n) | BigInt(book.length);
  return keccak256(`0x${[header, ...book].map((word) => word.toString(16).padStart(64, "0")).join("")}`);
}

describe("BenefitRounds", () => {
  const fixture = async () => setting();
  const openedFixture = async () => {
    const s = await setting();
    return { ...s, ...(await opened(s)) };
  };

  describe("match", () => {
    it("fills normal bids from the grid, freezes icebergs and asks in order of priority", async () => {
      const s = await loadFixture(openedFixture);
      const terms = decodeRoundTerms(nth(s.book, 0));
      expect(terms).to.deep.equal({
        frame: s.round,
        previousW: undefined,
        matchedWh: 700n,
        limitW: s.parameters.capacityW - s.parameters.lossAllowanceW,
        frameSeconds: 1800,
        horizon: 9,
        chargeEfficiencyBps: 10_000n,
        dischargeEfficiencyBps: 10_000n,
        maxWaitFrames: s.parameters.maxWaitFrames,
        byLaxity: false,
        exportBudgetTicks: 0n,
      });
      expect(s.book.slice(1, 10)).to.deep.equal(
        await Promise.all(Array.from({ length: 9 }, (_, k) => s.market.publication(s.round + k))),
      );
      const common = { leftWh: 2_000n, peakWh: 2_000n, waitedFrames: 0 };
      expect(s.book.slice(10).map(decodeFlexibleOrder)).to.deep.equal([
        { pile: 1, charge: true, remainingWh: 6_000n, priceTicks: 300_000n, lastOffset: 3, ...common },
        { pile: 2, charge: true, remainingWh: 5_000n, priceTicks: 300_000n, lastOffset: 2, ...common },
        {
          ...{ pile: 4, charge: false, remainingWh: 900n, leftWh: 900n, peakWh: 900n, priceTicks: 400_000n },
          ...{ lastOffset: 8, waitedFrames: 0 },
        },
      ]);
      expect((await s.rounds.roundOf(s.market)).bookHash).to.equal(
        bookHash(await s.market.getAddress(), s.round, s.book),
      );
    });

    it("keeps the gate closed until the round is over, and open for orders of later frames", async () => {
      const s = await loadFixture(openedFixture);
      const owner = s.market.connect(nth(s.piles, 0));
      await expect(owner.cancel()).to.be.revertedWithCustomError(s.market, "GateClosed").withArgs(s.round);
      await s.market.connect(nth(s.piles, 5)).place(bid(30n * PENNY, 700n, s.round + 2));
      await s.market.connect(nth(s.piles, 5)).cancel();
      await goTo(s.round, -600 + 240);
      await s.rounds.finalise(s.market, s.book, "0x");
      await owner.cancel();
    });

    for (const [why, seconds] of [
      ["there is no time for a whole round", -359],
      ["the frame is unpublished", -600],
    ] as const) {
      it(`does the whole of step 3 where ${why}`, async () => {
        const s = await loadFixture(fixture);
        const unpublished = seconds === -600;
        const frame = unpublished ? s.frame + 30 : s.frame + 1;
        if (unpublished) await goTo(frame - 1, -10);
        await s.market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, frame + 4, 1_000n));
        await s.market.connect(nth(s.piles, 1)).place(bid(30n * PENNY, 5_000n, frame));
        await goTo(frame, seconds);
        const match = await s.market.clear(frame);
        await expect(match).not.to.emit(s.rounds, "RoundOpened");
        const filled = unpublished ? [] : [2_000n];
        const record = decodeFrameRecord(await s.market.frameRecord(frame));
        expect(record?.loadW).to.equal(unpublished ? 0n : TARIFFS.baseLoadW + 2n * nth(filled, 0));
      });
    }

    it("freezes no normal bid, though the match left all of it", async () => {
      const s = await loadFixture(fixture);
      // Below the import tariff, so that only a pile could sell to it.
      await s.market.connect(nth(s.piles, 0)).place(bid(19n * PENNY, 700n, s.frame + 4));
      await s.market.connect(nth(s.piles, 1)).place(ask(20n * PENNY, 900n, s.frame + 4));
      await goTo(s.frame + 1, -600);
      const book = await bookOf(s.rounds, await s.market.clear(s.frame + 1));
      expect(book.slice(5).map((word) => decodeFlexibleOrder(word).pile)).to.deep.equal([2]);
    });

    it("ends the book with the last order's frame, by laxity a frame later, and with the market's horizon", async () => {
      for (const [parameters, horizon] of [
        [{ allotment: "laxity" }, 10],
        [{ allotment: "laxity", maxHorizon: 9 }, 9],
        [{ maxHorizon: 4 }, 4],
      ] as const) {
        const s = await setting(parameters);
        const { book } = await opened(s);
        const terms = decodeRoundTerms(nth(book, 0));
        expect([terms.horizon, terms.byLaxity]).to.deep.equal([horizon, "allotment" in parameters]);
        expect(book).to.have.length(1 + horizon + 3);
      }
    });

    it("writes the largest budget for exports that a round can have, however much the operator holds", async () => {
      const s = await setting();
      const most = 2n ** 49n - 1n;
      await s.token.faucet(s.admin, most + 1n);
      await s.token.approve(s.market, most + 1n);
      await s.market.depositGrid(most + 1n);
      const { book } = await opened(s);
      expect(decodeRoundTerms(nth(book, 0)).exportBudgetTicks).to.equal(most);
    });

    it("opens no round where nothing is flexible", async () => {
      const s = await loadFixture(fixture);
      await s.market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 700n, s.frame + 4));
      await goTo(s.frame + 1, -600);
      await expect(s.market.clear(s.frame + 1)).not.to.emit(s.rounds, "RoundOpened");
    });
  });

  describe("plans", () => {
    it("executes the plan that beats the fallback, and nothing else while it has its time", async () => {
      const s = await loadFixture(openedFixture);
      const flat = plan(s.horizon, [1_700n, 2_600n, 3_300n, 2_000n]);
      const serving = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
      await commit(s, nth(s.proposers, 0), s.round, flat);
      await commit(s, nth(s.proposers, 1), s.round, serving);
      await goTo(s.round, -480);
      await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, flat, SALT);
      await expect(s.rounds.connect(nth(s.proposers, 1)).reveal(s.market, s.book, serving, SALT)).to.emit(
        s.rounds,
        "PlanRevealed",
      );
      const round = await s.rounds.roundOf(s.market);
      const [better] = [flat, serving].filter((bytes) => keccak256(bytes) === round.winner);
      if (better === undefined) throw new Error("neither plan won");
      expect([round.unservedWh, round.squaredStepsW2]).to.deep.equal([...(await s.rounds.scorePlan(s.book, better))]);

      await goTo(s.round, -360);
      await expect(s.rounds.finalise(s.market, s.book, "0x"))
        .to.be.revertedWithCustomError(s.rounds, "NotTheWinner")
        .withArgs(ZeroHash, round.winner);
      const other = better === flat ? serving : flat;
      await expect(s.rounds.finalise(s.market, s.book, other)).to.be.revertedWithCustomError(s.rounds, "NotTheWinner");
      const done = await s.rounds.finalise(s.market, s.book, better);
      const filled = (await done.wait())?.logs
        .map((log) => s.market.interface.parseLog(log))
        .find((log) => log?.name === "FlexibleFilled");
      const fills = (filled?.args.getValue("fills") as bigint[]).map(decodeFill);
      expect(fills.reduce((sum, fill) => sum + fill.energyWh, 0n)).to.equal(better === flat ? 1_700n : 3_000n);
      expect(fills.map(({ sell, buy, price }) => ({ sell, buy, price }))).to.deep.equal(
        (better === flat ? [2] : [2, 1]).map((buy) => ({ sell: 0, buy, price: 20n * PENNY })),
      );
      await expect(s.rounds.finalise(s.market, s.book, better))
        .to.be.revertedWithCustomError(s.rounds, "AlreadyFinalised")
        .withArgs(s.round);
    });

    it("keeps the best plan when a worse one is revealed after it", async () => {
      const s = await loadFixture(openedFixture);
      const [good, bad] = [plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]), plan(s.horizon, [4_000n])];
      await commit(s, nth(s.proposers, 0), s.round, good);
      await commit(s, nth(s.proposers, 1), s.round, bad);
      await goTo(s.round, -480);
      await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, good, SALT);
      const { winner, unservedWh, squaredStepsW2, tiedProposers } = await s.rounds.roundOf(s.market);
      await s.rounds.connect(nth(s.proposers, 1)).reveal(s.market, s.book, bad, SALT);
      const after = await s.rounds.roundOf(s.market);
      expect(winner).to.equal(keccak256(good));
      expect([after.winner, after.unservedWh, after.squaredStepsW2, after.tiedProposers]).to.deep.equal([
        winner,
        unservedWh,
        squaredStepsW2,
        tiedProposers,
      ]);
    });

    it("replaces the step that the match left in the PFL by that of the plan", async () => {
      const s = await loadFixture(fixture);
      const { market, rounds, piles, frame } = s;
      // The first frame makes the load that the second's step is measured from.
      await goTo(frame + 1, -600);
      await market.clear(frame + 1);
      const first = await market.marketTotals();
      await time.increaseTo((frame + 1) * 1800);
      await market.connect(nth(piles, 0)).place(bid(30n * PENNY, 6_000n, frame + 4));
      await market.connect(nth(piles, 1)).place(bid(30n * PENNY, 700n, frame + 4));
      await goTo(frame + 2, -600);
      const book = await bookOf(rounds, await market.clear(frame + 2));
      const terms = decodeRoundTerms(nth(book, 0));
      expect([terms.previousW, terms.matchedWh]).to.deep.equal([TARIFFS.baseLoadW, 700n]);
      const bytes = plan(terms.horizon, [2_000n, 2_000n, 2_000n]);
      await commit(s, nth(s.proposers, 0), frame + 2, bytes);
      await goTo(frame + 2, -480);
      await rounds.connect(nth(s.proposers, 0)).reveal(market, book, bytes, SALT);
      await goTo(frame + 2, -360);
      await rounds.finalise(market, book, bytes);
      const [before, after] = [decodeMarketTotals(first), decodeMarketTotals(await market.marketTotals())];
      expect(after.lastLoadW).to.equal(TARIFFS.baseLoadW + 2n * 2_700n);
      expect(after.pflW - before.pflW).to.equal(2n * 2_700n);
    });

    it("falls back where nobody reveals, and where a winner is not finalised in time", async () => {
      const s = await loadFixture(openedFixture);
      const serving = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
      await commit(s, nth(s.proposers, 1), s.round, serving);
      await goTo(s.round, -480);
      await s.rounds.connect(nth(s.proposers, 1)).reveal(s.market, s.book, serving, SALT);
      await goTo(s.round, -240);
      await expect(s.rounds.finalise(s.market, s.book, serving)).to.be.revertedWithCustomError(
        s.rounds,
        "NotTheWinner",
      );
      await expect(s.rounds.finalise(s.market, s.book, "0x"))
        .to.emit(s.rounds, "RoundFinalised")
        .withArgs(s.market, s.round, ZeroHash);
      // Nothing has waited long enough: the fallback draws nothing in this frame.
      expect(decodeFrameRecord(await s.market.frameRecord(s.round))?.loadW).to.equal(TARIFFS.baseLoadW + 1_400n);
    });
  });

  describe("exports", () => {
    /** One ask of 2 kWh at the export tariff, over two frames; the operator holds `prefund` at the match. */
    async function market(prefund: bigint) {
      const d = await deployDirect(8, { settlement: "benefit", icebergPeakWh: 3_000n });
      const proposers = (await ethers.getSigners()).slice(12, 16);
      for (const proposer of proposers) await d.market.grantRole(id("PROPOSER_ROLE"), proposer);
      const frame = (await currentFrame()) + d.parameters.leadFrames + 3;
      const round = frame + 1;
      // 1 kWh less in the first frame and the load is flat.
      await publish(d.market, round, 1, { baseLoadW: TARIFFS.baseLoadW + 2_000n });
      await publish(d.market, round + 1, 23);
      await time.increaseTo(frame * 1800);
      const s = { ...d, frame, proposers };
      await s.market.depositGrid(prefund);
      await s.market.connect(nth(s.piles, 0)).place(ask(5n * PENNY, 2_000n, frame + 2));
      await goTo(round, -600);
      const book = await bookOf(s.rounds, await s.market.clear(round));
      return { ...s, round, book };
    }

    it("are filled as they were scored, set aside at once and paid at settlement", async () => {
      const { market: m, rounds, proposers, piles, delivery, round, book, ...s } = await market(100_000n);
      const bytes = plan(2, [], [1_000n]);
      await commit({ ...s, market: m, rounds, proposers, piles, delivery }, nth(proposers, 0), round, bytes);
      await goTo(round, -480);
      await rounds.connect(nth(proposers, 0)).reveal(m, book, bytes, SALT);
      // Between reveal and execution nothing leaves the account, whoever wants it to.
      await expect(m.withdrawGrid(s.admin, 1n)).to.be.revertedWithCustomError(m, "RoundOpen").withArgs(round);
      expect(await delivery.availableOf(m)).to.equal(0n);
      await goTo(round, -360);
      const receipt = await (await rounds.finalise(m, book, bytes)).wait();
      const filled = receipt?.logs
        .map((log) => m.interface.parseLog(log))
        .find((log) => log?.name === "FlexibleFilled");
      const words = [...(filled?.args.getValue("fills") as bigint[])];
      expect(words.map(decodeFill)).to.deep.equal([{ sell: 1, buy: 0, energyWh: 1_000n, price: 5n * PENNY }]);
      expect(filled?.args.getValue("loadW")).to.equal(TARIFFS.baseLoadW);
      expect(await m.gridBalance()).to.equal(50_000n);
      expect(await delivery.availableOf(m)).to.equal(50_000n);
      await goTo(round + 1);
      const before = await m.freeBalanceOf(nth(piles, 0));
      await delivery.settle(m, round, await m.publication(round), words, 0, []);
      expect((await m.freeBalanceOf(nth(piles, 0))) - before).to.equal(50_000n);
    });

    it("are refused beyond what the account held at the match, over the whole plan, to the Wh", async () => {
      const { rounds, book } = await market(99_999n);
      expect(decodeRoundTerms(nth(book, 0)).exportBudgetTicks).to.equal(99_999n);
      for (const [discharge, offset, tickWh] of [
        [[2_000n], 0n, 100_000_000n],
        [[1_000n, 1_000n], 1n, 100_000_000n],
      ] as const) {
        await expect(rounds.scorePlan(book, plan(2, [], [...discharge])))
          .to.be.revertedWithCustomError(rounds, "PlanExportsUnfunded")
          .withArgs(offset, tickWh, 99_999_000n);
      }
      await rounds.scorePlan(book, plan(2, [], [1_000n, 999n]));
    });

    it("count what is claimed as spent", async () => {
      const s = await setting({ keeperReward: 60_000n });
      await s.market.depositGrid(100_000n);
      await s.market.connect(nth(s.piles, 0)).place(ask(5n * PENNY, 2_000n, s.frame + 9));
      await goTo(s.frame + 1, -600);
      await s.market.clear(s.frame + 1);
      expect(await s.delivery.claimedOf(s.market)).to.equal(60_000n);
      await goTo(s.frame + 2, -600);
      const book = await bookOf(s.rounds, await s.market.clear(s.frame + 2));
      expect(decodeRoundTerms(nth(book, 0)).exportBudgetTicks).to.equal(40_000n);
    });
  });

  describe("refuses", () => {
    it("commitments outside the phase or by strangers, reveals that were not committed or copied", async () => {
      const s = await loadFixture(openedFixture);
      const [own, thief] = [nth(s.proposers, 0), nth(s.proposers, 1)];
      const bytes = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
      await expect(s.rounds.connect(nth(s.piles, 0)).commit(s.market, ZeroHash))
        .to.be.revertedWithCustomError(s.rounds, "NotProposer")
        .withArgs(nth(s.piles, 0));
      const { commitUntil, revealUntil } = await s.rounds.roundOf(s.market);
      await expect(s.rounds.connect(own).reveal(s.market, s.book, bytes, SALT))
        .to.be.revertedWithCustomError(s.rounds, "WrongPhase")
        .withArgs(s.round, commitUntil, revealUntil);
      await commit(s, own, s.round, bytes);
      await s.rounds.connect(thief).commit(s.market, await s.rounds.commitmentOf(s.market, s.round, own, bytes, SALT));
      await goTo(s.round, -480);
      await expect(s.rounds.connect(own).commit(s.market, ZeroHash)).to.be.revertedWithCustomError(
        s.rounds,
        "WrongPhase",
      );
      await expect(s.rounds.connect(thief).reveal(s.market, s.book, bytes, SALT))
        .to.be.revertedWithCustomError(s.rounds, "WrongCommitment")
        .withArgs(await s.rounds.commitmentOf(s.market, s.round, thief, bytes, SALT));
      const other = [...s.book, 1n];
      await expect(s.rounds.connect(own).reveal(s.market, other, bytes, SALT))
        .to.be.revertedWithCustomError(s.rounds, "WrongBook")
        .withArgs(bookHash(await s.market.getAddress(), s.round, other));
      await expect(s.rounds.finalise(s.market, s.book, "0x")).to.be.revertedWithCustomError(s.rounds, "WrongPhase");
      await s.rounds.connect(own).reveal(s.market, s.book, bytes, SALT);
      await expect(s.rounds.connect(own).reveal(s.market, s.book, bytes, SALT)).to.be.revertedWithCustomError(
        s.rounds,
        "WrongCommitment",
      );
      await goTo(s.round, -360);
      await expect(s.rounds.connect(thief).reveal(s.market, s.book, bytes, SALT))
        .to.be.revertedWithCustomError(s.rounds, "WrongPhase")
        .withArgs(s.round, commitUntil, revealUntil);
      await time.increaseTo(s.round * 1800);
      await expect(s.rounds.finalise(s.market, s.book, bytes)).to.be.revertedWithCustomError(s.rounds, "WrongPhase");
    });

    it("plans that cannot be carried out, with the reason", async () => {
      const s = await loadFixture(openedFixture);
      const score = async (bytes: string) => s.rounds.scorePlan(s.book, bytes);
      await expect(score("0x")).to.be.revertedWithCustomError(s.rounds, "WrongHorizon").withArgs(0, s.horizon);
      await expect(score(plan(s.horizon, [4_001n])))
        .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
        .withArgs(0, true, 4_001n, 4_000n);
      await expect(score(plan(s.horizon, [], [0n, 1n])))
        .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
        .withArgs(1, false, 1n, 0n);
      // Nobody buys or sells in a frame without tariffs, whatever its limit.
      const unpublished = s.book.map((word, place) => (place === 1 ? 0n : word));
      for (const [drawn, discharged] of [
        [[1n], []],
        [[], [1n]],
      ] as const) {
        await expect(s.rounds.scorePlan(unpublished, plan(s.horizon, [...drawn], [...discharged])))
          .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
          .withArgs(0, drawn.length === 1, 1n, 0n);
      }
    });

    it("plans that take the load beyond the capacity", async () => {
      const s = await setting({ capacityW: 40_000n });
      const { book, horizon } = await opened(s);
      // 33 kW, 700 Wh of the match and 2 800 Wh make 40 kW.
      await s.rounds.scorePlan(book, plan(horizon, [2_800n]));
      await expect(s.rounds.scorePlan(book, plan(horizon, [2_801n])))
        .to.be.revertedWithCustomError(s.rounds, "PlanOverCapacity")
        .withArgs(0, 40_002n, 40_000n);
    });

    it("any number of bad plans at the cost of who sends them: the good one is scored, shown and wins", async () => {
      const s = await loadFixture(openedFixture);
      const [bad, good] = [nth(s.proposers, 0), nth(s.proposers, 1)];
      const impossible = plan(s.horizon, [4_001n]);
      const serving = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
      await commit(s, bad, s.round, impossible);
      await commit(s, good, s.round, serving);
      await goTo(s.round, -480);
      const before = await s.rounds.roundOf(s.market);
      for (let attempt = 0; attempt < 3; attempt++) {
        await expect(s.rounds.connect(bad).reveal(s.market, s.book, impossible, SALT))
          .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
          .withArgs(0, true, 4_001n, 4_000n);
      }
      expect(await s.rounds.roundOf(s.market)).to.deep.equal(before);
      const frozen = decodeFrozenBook(s.book, { tickSize: s.parameters.tickSize, pileName: String });
      const totals = {
        drawWh: [3_000n, 3_000n, 3_000n, 2_000n, 0n, 0n, 0n, 0n, 0n],
        dischargeWh: Array<bigint>(9).fill(0n),
      };
      const score = scorePlan(frozen, totals);
      await expect(s.rounds.connect(good).reveal(s.market, s.book, serving, SALT))
        .to.emit(s.rounds, "PlanRevealed")
        .withArgs(s.market, s.round, good, score.unservedWh, score.squaredStepsW2, benefit(score), serving);
      expect((await s.rounds.roundOf(s.market)).winner).to.equal(keccak256(serving));
    });

    it("executions by anyone but the rounds", async () => {
      const s = await loadFixture(openedFixture);
      await expect(s.market.fillFlexibleOrders(s.round, 0n, 0n, []))
        .to.be.revertedWithCustomError(s.market, "NotRounds")
        .withArgs(s.admin);
    });
  });
});
