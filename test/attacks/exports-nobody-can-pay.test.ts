import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeFrameRecord } from "../../scripts/chain/packedWords";
import { decodeRoundTerms } from "../../scripts/chain/roundWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clearedOf, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { commit, flexibleFills, plan, SALT } from "../unit/contracts/roundFixtures";
import { exportRound } from "./bystanders";

/** Price of 2 kWh at the export tariff of 5 p. */
const COST = 100_000n;
const PLAN = plan(1, [], [2_000n]);

describe("Attack: a plan that wins on exports nobody can pay", () => {
  const poor = async () => exportRound(COST - 1n);
  const rich = async () => exportRound(COST);
  type Round = Awaited<ReturnType<typeof exportRound>>;

  const proposed = async (s: Round): Promise<void> => {
    await commit(s, nth(s.proposers, 0), s.round, PLAN);
    await goTo(s.round, -480);
    await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, PLAN, SALT);
  };
  const loadOf = async (s: Round) => decodeFrameRecord(await s.market.frameRecord(s.round))?.loadW;

  it("a money unit short, it is refused as it is opened, and the fallback is executed as scored", async () => {
    const s = await loadFixture(poor);
    await commit(s, nth(s.proposers, 0), s.round, PLAN);
    await goTo(s.round, -480);
    await expect(s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, PLAN, SALT))
      .to.be.revertedWithCustomError(s.rounds, "PlanExportsUnfunded")
      .withArgs(0n, COST * 1_000n, (COST - 1n) * 1_000n);
    const { squaredStepsW2 } = await s.rounds.scoreFallback(s.book);
    expect(squaredStepsW2).to.equal(16_000_000n);
    await goTo(s.round, -360);
    await s.rounds.finalise(s.market, s.book, "0x");
    expect(await loadOf(s)).to.equal(37_000n);
    expect(await s.market.gridBalance()).to.equal(COST - 1n);
  });

  it("to the unit funded, it wins, and what is executed is what was scored", async () => {
    const s = await loadFixture(rich);
    await proposed(s);
    expect((await s.rounds.roundOf(s.market)).squaredStepsW2).to.equal(0n);
    await goTo(s.round, -360);
    const words = await flexibleFills(s.market, await s.rounds.finalise(s.market, s.book, PLAN));
    // No step to the frame before, as scored.
    expect(await loadOf(s)).to.equal(33_000n);
    expect(await s.market.gridBalance()).to.equal(0n);
    const publication = await s.market.publication(s.round);
    await goTo(s.round + 1);
    await s.delivery.settle(s.market, s.round, publication, words, 0, []);
    expect(await s.market.freeBalanceOf(s.exporter)).to.equal(PILE_BALANCE + COST);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("the operator cannot empty its account from the match on until the round is executed", async () => {
    const s = await loadFixture(rich);
    const emptied = async () =>
      expect(s.market.withdrawGrid(s.admin, 1n)).to.be.revertedWithCustomError(s.market, "RoundOpen").withArgs(s.round);
    await emptied();
    await proposed(s);
    await emptied();
    await goTo(s.round, -361);
    await emptied();
    await goTo(s.round, -300);
    await s.rounds.finalise(s.market, s.book, PLAN);
    expect(await loadOf(s)).to.equal(33_000n);
    await expect(s.market.withdrawGrid(s.admin, 1n))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(0n, 1n);
  });

  it("what nobody executed is the operator's again as the frame begins", async () => {
    const s = await loadFixture(rich);
    await goTo(s.round, -1);
    await expect(s.market.withdrawGrid(s.admin, COST)).to.be.revertedWithCustomError(s.market, "RoundOpen");
    await goTo(s.round);
    await s.market.withdrawGrid(s.admin, COST);
    expect(await s.market.gridBalance()).to.equal(0n);
  });
});

describe("Attack: a settlement or a claim between a plan's score and its execution", () => {
  /** Pile 2 sold pile 3 1 kWh two frames before the round and produced 3 500 Wh: the grid owes it 125 000 of surplus. */
  async function withSurplus(settledBefore: boolean) {
    const s = await exportRound(
      COST,
      5n * PENNY,
      { readingSeconds: 3600 },
      async ({ market, delivery, piles, round }) => {
        const [seller, buyer] = [nth(piles, 1), nth(piles, 2)];
        const frame = round - 2;
        await market.connect(seller).place(ask(20n * PENNY, 1_000n, frame));
        await market.connect(buyer).place(bid(20n * PENNY, 1_000n, frame));
        await goTo(frame, -600);
        const { words } = clearedOf(market, await (await market.clear(frame)).wait());
        const publication = await market.publication(frame);
        const read = async (pile: number, consumedWh: bigint, producedWh: bigint) =>
          signReading(delivery, market, nth(piles, pile - 1), { pile, frame, consumedWh, producedWh });
        const readings = [await read(2, 0n, 3_500n), await read(3, 1_000n, 0n)];
        const settle = async () => delivery.settle(market, frame, publication, words, words.length, readings);
        if (settledBefore) {
          await goTo(round - 1);
          await settle();
        }
        return { settle, seller };
      },
    );
    return { ...s, ...s.earlier };
  }
  const between = async () => withSurplus(false);
  const before = async () => withSurplus(true);

  it("a settlement pays nothing out of what the plan was scored on: its surplus is a claim, paid after the round", async () => {
    const s = await loadFixture(between);
    await commit(s, nth(s.proposers, 0), s.round, PLAN);
    await goTo(s.round, -480);
    await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, PLAN, SALT);
    await s.settle();
    expect(await s.market.gridBalance()).to.equal(COST);
    expect(await s.delivery.claimOf(s.market, s.seller)).to.equal(125_000n);
    await expect(s.delivery.connect(s.seller).collectClaim(s.market, s.seller))
      .to.be.revertedWithCustomError(s.market, "RoundOpen")
      .withArgs(s.round);
    await goTo(s.round, -360);
    await s.rounds.finalise(s.market, s.book, PLAN);
    expect(decodeFrameRecord(await s.market.frameRecord(s.round))?.loadW).to.equal(33_000n);
    // Nothing is left for the claim now; what comes in is the claimant's before it is the operator's.
    await expect(s.delivery.connect(s.seller).collectClaim(s.market, s.seller)).to.be.revertedWithCustomError(
      s.delivery,
      "NothingClaimed",
    );
    await s.market.depositGrid(130_000n);
    await expect(s.market.withdrawGrid(s.admin, 5_001n))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(5_000n, 5_001n);
    await s.delivery.connect(s.seller).collectClaim(s.market, s.seller);
    expect(await s.token.balanceOf(s.seller)).to.equal(125_000n);
  });

  it("a surplus settled before the round is paid, and plans have what it left: nothing", async () => {
    const s = await loadFixture(before);
    expect(await s.market.gridBalance()).to.equal(0n);
    expect(await s.delivery.claimOf(s.market, s.seller)).to.equal(25_000n);
    expect(decodeRoundTerms(nth(s.book, 0)).exportBudgetTicks).to.equal(0n);
    await expect(s.rounds.scorePlan(s.book, PLAN))
      .to.be.revertedWithCustomError(s.rounds, "PlanExportsUnfunded")
      .withArgs(0n, COST * 1_000n, 0n);
  });
});
