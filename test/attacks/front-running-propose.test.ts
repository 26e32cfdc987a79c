import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { id, keccak256, MaxUint256, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { goTo } from "../helpers/market";
import { deployFor, nth } from "../unit/contracts/fixtures";
import { bookOf, commit, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";
import { GAS, inOneBlock } from "./bystanders";

const REWARD = 1_000n;

/** Totals over the book of {@link opened} that serve everybody, the better first. */
const BETTER = [3_200n, 3_200n, 2_600n, 2_000n];
const GOOD = [3_000n, 3_000n, 3_000n, 2_000n];

/** A round with a reward for the best plan, open for commitments; an honest proposer, a thief, and another. */
async function contested() {
  const s = await setting();
  await s.token.approve(s.rounds, MaxUint256);
  await s.rounds.setReward(s.market, REWARD);
  await s.rounds.fundReward(s.market, 10n * REWARD);
  const round = await opened(s);
  const [honest, thief, other] = [nth(s.proposers, 0), nth(s.proposers, 1), nth(s.proposers, 2)];
  return { ...s, ...round, honest, thief, other, better: plan(round.horizon, BETTER), good: plan(round.horizon, GOOD) };
}
type Contested = Awaited<ReturnType<typeof contested>>;

/** Executes what won and draws the reward. @returns what is executed, and what each of the three can claim */
async function outcome(s: Contested, executed: string) {
  await goTo(s.round, -360);
  await s.rounds.finalise(s.market, s.book, executed);
  await ethers.provider.send("hardhat_mine", ["0x2"]);
  await s.rounds.drawReward(s.market);
  const claimable = async (proposer: HardhatEthersSigner) => s.rounds.claimableOf(s.token, proposer);
  return { honest: await claimable(s.honest), thief: await claimable(s.thief), other: await claimable(s.other) };
}

const reveal = async (s: Contested, proposer: HardhatEthersSigner, bytes: string, salt = SALT) =>
  s.rounds.connect(proposer).reveal(s.market, s.book, bytes, salt);

describe("Attack: front-running of propose", () => {
  it("a commitment copied from the pool opens for nobody but its owner: the thief gets nothing, the owner the reward", async () => {
    const s = await loadFixture(contested);
    const commitment = await s.rounds.commitmentOf(s.market, s.round, s.honest, s.better, SALT);
    await s.rounds.connect(s.thief).commit(s.market, commitment);
    await s.rounds.connect(s.honest).commit(s.market, commitment);
    await goTo(s.round, -480);
    await expect(reveal(s, s.thief, s.better))
      .to.be.revertedWithCustomError(s.rounds, "WrongCommitment")
      .withArgs(await s.rounds.commitmentOf(s.market, s.round, s.thief, s.better, SALT));
    await reveal(s, s.honest, s.better);
    expect(await outcome(s, s.better)).to.deep.equal({ honest: REWARD, thief: 0n, other: 0n });
  });

  it("a plan copied out of a pending reveal, in front of it in the same block, is too late to be committed to", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.honest, s.round, s.better);
    await commit(s, s.thief, s.round, s.good);
    const stolen = await s.rounds.commitmentOf(s.market, s.round, s.thief, s.better, SALT);
    await inOneBlock(s.round * 1800 - 480, [
      async () => s.rounds.connect(s.thief).commit(s.market, stolen, GAS),
      async () => s.rounds.connect(s.thief).reveal(s.market, s.book, s.better, SALT, GAS),
      async () => s.rounds.connect(s.honest).reveal(s.market, s.book, s.better, SALT, GAS),
    ]);
    const revealed = await s.rounds.queryFilter(s.rounds.filters.PlanRevealed(s.market, s.round));
    expect(revealed.map(({ args }) => args.proposer)).to.deep.equal([s.honest.address]);
    const { commitUntil } = await s.rounds.roundOf(s.market);
    await expect(s.rounds.connect(s.thief).commit(s.market, stolen))
      .to.be.revertedWithCustomError(s.rounds, "WrongPhase")
      .withArgs(s.round, 0, commitUntil);
    expect(await outcome(s, s.better)).to.deep.equal({ honest: REWARD, thief: 0n, other: 0n });
  });

  it("seeing others' plans first helps nobody: what is revealed was committed to before the first reveal", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.honest, s.round, s.good);
    await commit(s, s.thief, s.round, plan(s.horizon, [4_000n]));
    await goTo(s.round, -480);
    await reveal(s, s.honest, s.good);
    // It has read the good plan and could now do better.
    await expect(reveal(s, s.thief, s.better))
      .to.be.revertedWithCustomError(s.rounds, "WrongCommitment")
      .withArgs(await s.rounds.commitmentOf(s.market, s.round, s.thief, s.better, SALT));
    await reveal(s, s.thief, plan(s.horizon, [4_000n]));
    expect((await s.rounds.roundOf(s.market)).winner).to.equal(keccak256(s.good));
    expect(await outcome(s, s.good)).to.deep.equal({ honest: REWARD, thief: 0n, other: 0n });
  });

  it("a reveal counts in the last second of its phase and is refused in the next", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.honest, s.round, s.good);
    await commit(s, s.thief, s.round, s.better);
    const { commitUntil, revealUntil } = await s.rounds.roundOf(s.market);
    await goTo(0, Number(revealUntil) - 1);
    await reveal(s, s.honest, s.good);
    await goTo(0, Number(revealUntil));
    await expect(reveal(s, s.thief, s.better))
      .to.be.revertedWithCustomError(s.rounds, "WrongPhase")
      .withArgs(s.round, commitUntil, revealUntil);
    expect(await outcome(s, s.good)).to.deep.equal({ honest: REWARD, thief: 0n, other: 0n });
  });

  it("the last revealer can withhold the best plan: the next best wins, and only it loses, its reward", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.honest, s.round, s.good);
    await commit(s, s.thief, s.round, s.better);
    await goTo(s.round, -480);
    await reveal(s, s.honest, s.good);
    const before = (await ethers.provider.send("evm_snapshot", [])) as string;
    await reveal(s, s.thief, s.better);
    expect(await outcome(s, s.better)).to.deep.equal({ honest: 0n, thief: REWARD, other: 0n });
    await ethers.provider.send("evm_revert", [before]);
    expect(await outcome(s, s.good)).to.deep.equal({ honest: REWARD, thief: 0n, other: 0n });
  });

  it("the last revealer of equally good plans cannot choose who is drawn: the hash that decides comes after it", async () => {
    const s = await loadFixture(contested);
    for (const proposer of [s.honest, s.thief]) await commit(s, proposer, s.round, s.better);
    await goTo(s.round, -480);
    for (const proposer of [s.honest, s.thief]) await reveal(s, proposer, s.better);
    const drawn = new Set<string>();
    // The same reveals; blocks after them that differ in nothing but their second.
    for (let seconds = 1; seconds <= 40 && drawn.size < 2; seconds++) {
      const before = (await ethers.provider.send("evm_snapshot", [])) as string;
      await goTo(s.round, -470 + seconds);
      await ethers.provider.send("evm_mine", []);
      const claimed = await outcome(s, s.better);
      drawn.add(claimed.thief === REWARD ? "thief" : "honest");
      expect(claimed.thief + claimed.honest).to.equal(REWARD);
      await ethers.provider.send("evm_revert", [before]);
    }
    expect([...drawn]).to.have.members(["honest", "thief"]);
  });

  it("a second commitment replaces the first: nobody keeps two plans up the sleeve", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.thief, s.round, s.better);
    await commit(s, s.thief, s.round, s.good, id("another salt"));
    await commit(s, s.honest, s.round, s.good);
    await goTo(s.round, -480);
    await reveal(s, s.honest, s.good);
    await expect(reveal(s, s.thief, s.better)).to.be.revertedWithCustomError(s.rounds, "WrongCommitment");
    await reveal(s, s.thief, s.good, id("another salt"));
    // A commitment opens once: whoever reveals it again takes part in the draw no second time.
    await expect(reveal(s, s.thief, s.good, id("another salt"))).to.be.revertedWithCustomError(
      s.rounds,
      "WrongCommitment",
    );
    expect((await s.rounds.roundOf(s.market)).tiedProposers).to.equal(2n);
  });

  it("a commitment that was never opened is worthless in the next round", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.thief, s.round, s.better);
    await goTo(s.round, -360);
    await s.rounds.finalise(s.market, s.book, "0x");
    await goTo(s.round + 1, -600);
    const book = await bookOf(s.rounds, await s.market.clear(s.round + 1));
    await goTo(s.round + 1, -480);
    await expect(s.rounds.connect(s.thief).reveal(s.market, book, s.better, SALT))
      .to.be.revertedWithCustomError(s.rounds, "WrongCommitment")
      .withArgs(await s.rounds.commitmentOf(s.market, s.round + 1, s.thief, s.better, SALT));
  });

  it("a commitment to one market's round opens nothing in another's of the same contract", async () => {
    const s = await loadFixture(contested);
    const { market: foreign } = await deployFor(s.token, s.parameters);
    const wrong = await s.rounds.commitmentOf(foreign, s.round, s.thief, s.better, SALT);
    await s.rounds.connect(s.thief).commit(s.market, wrong);
    await goTo(s.round, -480);
    await expect(reveal(s, s.thief, s.better)).to.be.revertedWithCustomError(s.rounds, "WrongCommitment");
    await goTo(s.round, -360);
    await expect(s.rounds.finalise(s.market, s.book, "0x"))
      .to.emit(s.rounds, "RoundFinalised")
      .withArgs(s.market, s.round, ZeroHash);
  });

  it("who finalises, and who sees the finalisation first, changes nothing: only what won can be executed", async () => {
    const s = await loadFixture(contested);
    await commit(s, s.honest, s.round, s.better);
    await goTo(s.round, -480);
    await reveal(s, s.honest, s.better);
    await goTo(s.round, -360);
    for (const bytes of ["0x", s.good]) {
      await expect(s.rounds.connect(s.thief).finalise(s.market, s.book, bytes))
        .to.be.revertedWithCustomError(s.rounds, "NotTheWinner")
        .withArgs(bytes === "0x" ? ZeroHash : keccak256(bytes), keccak256(s.better));
    }
    await s.rounds.connect(s.thief).finalise(s.market, s.book, s.better);
    await ethers.provider.send("hardhat_mine", ["0x2"]);
    await s.rounds.connect(s.thief).drawReward(s.market);
    expect(await s.rounds.claimableOf(s.token, s.honest)).to.equal(REWARD);
    await expect(s.rounds.connect(s.thief).claimReward(s.token, s.thief)).to.be.revertedWithCustomError(
      s.rounds,
      "NothingPaid",
    );
  });
});
