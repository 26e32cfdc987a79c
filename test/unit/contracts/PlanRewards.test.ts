import { anyValue } from "@nomicfoundation/hardhat-chai-matchers/withArgs";
import { loadFixture, mine, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { AbiCoder, type Addressable, id, keccak256, toBeHex, ZeroHash, zeroPadValue } from "ethers";
import { ethers } from "hardhat";

import { DEFAULT_PARAMETERS } from "../../../scripts/core/parameters";
import { creditWeights, drawWinner } from "../../../scripts/model/creditDraw";
import { skipWhereInstrumented } from "../../helpers/coverage";
import { goTo } from "../../helpers/market";
import { deployFor, nth, overwrite, slotOf, stranger } from "./fixtures";
import { bookOf, commit, opened, plan, SALT, setting } from "./roundFixtures";

const REWARD = 1_000n;
const POT = 2_500n;

/** Lets a pile have a credit, 1/100 point. */
async function setCredit(market: Parameters<typeof overwrite>[0], pile: number, credit: bigint): Promise<void> {
  const slot = (await slotOf("_states")) + BigInt(pile);
  await overwrite(market, slot, (word) => (word & ~(0x3fffn << 214n)) | (credit << 214n));
}

/** Two plans that differ and are equally good over the book of {@link opened}: the same steps in another order. */
function equalPlans(horizon: number): [string, string] {
  const [a, b] = [plan(horizon, [3_300n, 2_600n, 1_900n, 1_500n]), plan(horizon, [3_300n, 2_500n, 2_100n, 1_400n])];
  return keccak256(a) < keccak256(b) ? [a, b] : [b, a];
}

/** The seed after each reveal. */
function mixed(reveals: string, proposer: string, bytes: string, salt: string): string {
  const words = [reveals, proposer, keccak256(bytes), salt];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "address", "bytes32", "bytes32"], words));
}

/** Where the rounds contract keeps a market's latest round. */
async function roundSlot(market: Addressable): Promise<bigint> {
  const key = [await market.getAddress(), await slotOf("_rounds", "BenefitRounds")];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], key)));
}

describe("PlanRewards", () => {
  /** A round with a reward, open for commitments. */
  const fixtureOf = async (reward: bigint) => {
    const s = await setting({ minCredit: 4_000n });
    await s.token.approve(s.rounds, ethers.MaxUint256);
    await s.rounds.setReward(s.market, reward);
    await s.rounds.fundReward(s.market, POT);
    return { ...s, ...(await opened(s)) };
  };
  const fixture = async () => fixtureOf(REWARD);
  type Setting = Awaited<ReturnType<typeof fixture>>;

  /** Proposers commit to plans, reveal them and the best is executed. @returns the block of the last reveal */
  async function win(s: Setting, plans: readonly (readonly [HardhatEthersSigner, string])[]): Promise<number> {
    for (const [proposer, bytes] of plans) await commit(s, proposer, s.round, bytes);
    await goTo(s.round, -480);
    let block = 0;
    for (const [proposer, bytes] of plans) {
      block = (await s.rounds.connect(proposer).reveal(s.market, s.book, bytes, SALT)).blockNumber ?? 0;
    }
    await goTo(s.round, -360);
    const { winner } = await s.rounds.roundOf(s.market);
    const best = plans.map(([, bytes]) => bytes).find((bytes) => keccak256(bytes) === winner);
    if (best === undefined) throw new Error("no plan won");
    await s.rounds.finalise(s.market, s.book, best);
    return block;
  }

  describe("the pot", () => {
    it("is paid into by anyone, what a frame is worth is set by the grid operator", async () => {
      const s = await loadFixture(fixture);
      const donor = nth(s.piles, 0);
      await s.token.faucet(donor, 7n);
      await s.token.connect(donor).approve(s.rounds, 7n);
      await expect(s.rounds.connect(donor).fundReward(s.market, 7n))
        .to.emit(s.rounds, "RewardFunded")
        .withArgs(s.market, donor, 7n);
      expect([...(await s.rounds.rewardOf(s.market))]).to.deep.equal([REWARD, POT + 7n]);
      await expect(s.rounds.connect(donor).setReward(s.market, 1n))
        .to.be.revertedWithCustomError(s.rounds, "NotGridOperator")
        .withArgs(donor);
      await expect(s.rounds.setReward(s.market, 5n))
        .to.emit(s.rounds, "RewardSet")
        .withArgs(s.market, 5n, s.round + 1);
      await expect(s.rounds.fundReward(s.market, 0n)).to.be.revertedWithCustomError(s.rounds, "NothingPaid");
    });

    it("counts what arrives of a token that takes a fee", async () => {
      const token = await ethers.deployContract("FeeToken");
      const { market, rounds, admin } = await deployFor(token, { ...DEFAULT_PARAMETERS, settlement: "benefit" });
      await token.faucet(admin, 2_000n);
      await token.approve(rounds, ethers.MaxUint256);
      await token.setFee(100n, false);
      await rounds.fundReward(market, 1_000n);
      expect((await rounds.rewardOf(market)).pot).to.equal(990n);
      await token.setFee(10_000n, false);
      await expect(rounds.fundReward(market, 1_000n)).to.be.revertedWithCustomError(rounds, "NothingPaid");
      expect((await rounds.rewardOf(market)).pot).to.equal(await token.balanceOf(rounds));
    });

    it("is not filled by a token that refuses", async () => {
      const token = await ethers.deployContract("RefusingToken");
      const { market, rounds } = await deployFor(token, { ...DEFAULT_PARAMETERS, settlement: "benefit" });
      await token.setMood(1);
      await expect(rounds.fundReward(market, 1n))
        .to.be.revertedWithCustomError(rounds, "SafeERC20FailedOperation")
        .withArgs(token);
    });
  });

  describe("proposers", () => {
    it("need the least credit of the market: of their pile, or what piles begin with", async () => {
      const s = await loadFixture(fixture);
      const [low, sound] = [nth(s.piles, 6), nth(s.piles, 7)];
      for (const pile of [low, sound]) await s.market.grantRole(id("PROPOSER_ROLE"), pile);
      await setCredit(s.market, 7, 3_999n);
      await setCredit(s.market, 8, 4_000n);
      await expect(s.rounds.connect(low).commit(s.market, ZeroHash))
        .to.be.revertedWithCustomError(s.rounds, "ProposerCreditTooLow")
        .withArgs(low, 3_999n, 4_000n);
      await s.rounds.connect(sound).commit(s.market, ZeroHash);
      await s.rounds.connect(nth(s.proposers, 0)).commit(s.market, ZeroHash);
    });

    it("are admitted and dismissed by the registrar", async () => {
      const s = await loadFixture(fixture);
      const proposer = nth(s.proposers, 0);
      await s.market.revokeRole(id("PROPOSER_ROLE"), proposer);
      await expect(s.rounds.connect(proposer).commit(s.market, ZeroHash))
        .to.be.revertedWithCustomError(s.rounds, "NotProposer")
        .withArgs(proposer);
      expect(await s.market.getRoleAdmin(id("PROPOSER_ROLE"))).to.equal(id("REGISTRAR_ROLE"));
    });
  });

  describe("equally good plans", () => {
    for (const first of [0, 1] as const) {
      it(`execute the one with the lowest hash, revealed ${first === 0 ? "first" : "last"}, and draw among both`, async () => {
        const s = await loadFixture(fixture);
        const plans = equalPlans(s.horizon);
        const [low, high] = plans;
        expect(await s.rounds.scorePlan(s.book, low)).to.deep.equal(await s.rounds.scorePlan(s.book, high));
        const [one, other] = [nth(s.proposers, 0), nth(s.proposers, 1)];
        const order =
          first === 0
            ? ([
                [one, low],
                [other, high],
              ] as const)
            : ([
                [one, high],
                [other, low],
              ] as const);
        await win(s, order);
        const round = await s.rounds.roundOf(s.market);
        expect([round.winner, round.tiedProposers]).to.deep.equal([keccak256(low), 2n]);
        await mine(2);
        await s.rounds.drawReward(s.market);
        const { args } = nth(await s.rounds.queryFilter(s.rounds.filters.RewardDrawn()), 0);
        expect([one.address, other.address]).to.include(args.proposer);
        expect([args.frame, args.tokenAmount]).to.deep.equal([BigInt(s.round), REWARD]);
      });
    }

    it("draw by credit, as the reference model does from the same reveals and block", async () => {
      const s = await loadFixture(fixture);
      const proposers = s.piles.slice(4, 8);
      const credits = [5_000, 5_040, 4_990, 5_100];
      for (const [i, pile] of proposers.entries()) {
        await s.market.grantRole(id("PROPOSER_ROLE"), pile);
        await setCredit(s.market, 5 + i, BigInt(nth(credits, i)));
      }
      const [bytes] = equalPlans(s.horizon);
      const last = await win(
        s,
        proposers.map((pile) => [pile, bytes] as const),
      );
      const reveals = proposers.reduce((seed, { address }) => mixed(seed, address, bytes, SALT), ZeroHash);
      const hash = (await ethers.provider.getBlock(last + 1))?.hash;
      if (hash == null) throw new Error("no block after the last reveal");
      const seed = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [reveals, hash]));
      const winner = nth(proposers, drawWinner(BigInt(seed), creditWeights(credits)));
      await expect(s.rounds.drawReward(s.market))
        .to.emit(s.rounds, "RewardDrawn")
        .withArgs(s.market, s.round, winner, REWARD);
      expect(await s.rounds.claimableOf(s.token, winner)).to.equal(REWARD);
    });

    it("are 64 at most: one more is heard and draws no lot", async () => {
      const s = await loadFixture(fixture);
      const [bytes] = equalPlans(s.horizon);
      const reveals = s.proposers.slice(0, 3);
      for (const proposer of reveals) await commit(s, proposer, s.round, bytes);
      await goTo(s.round, -480);
      await s.rounds.connect(nth(reveals, 0)).reveal(s.market, s.book, bytes, SALT);
      // As if 62 more had revealed the same.
      await overwrite(s.rounds, (await roundSlot(s.market)) + 2n, (best) => best + (62n << 200n));
      for (const proposer of reveals.slice(1)) {
        await expect(s.rounds.connect(proposer).reveal(s.market, s.book, bytes, SALT))
          .to.emit(s.rounds, "PlanRevealed")
          .withArgs(s.market, s.round, proposer, ...Array<unknown>(3).fill(anyValue), bytes);
        expect((await s.rounds.roundOf(s.market)).tiedProposers).to.equal(64n);
      }
    });

    it("are drawn from the first 64 of them, within a transaction", async function () {
      skipWhereInstrumented(this);
      const s = await loadFixture(fixture);
      const crowd = await Promise.all(
        Array.from({ length: 66 }, async (_, i) => {
          const signer = await ethers.getImpersonatedSigner(zeroPadValue(toBeHex(0xabc000 + i), 20));
          await setBalance(signer.address, 10n ** 20n);
          return signer;
        }),
      );
      // In two blocks, since each takes a second of the phase.
      await ethers.provider.send("evm_setAutomine", [false]);
      const send = { gasLimit: 200_000 };
      for (const signer of crowd) await s.market.grantRole(id("PROPOSER_ROLE"), signer, send);
      await mine();
      const [bytes] = equalPlans(s.horizon);
      for (const signer of crowd) await commit(s, signer, s.round, bytes);
      await mine();
      await ethers.provider.send("evm_setAutomine", [true]);
      await goTo(s.round, -480);
      for (const signer of crowd) await s.rounds.connect(signer).reveal(s.market, s.book, bytes, SALT);
      expect((await s.rounds.roundOf(s.market)).tiedProposers).to.equal(64n);
      await goTo(s.round, -360);
      await s.rounds.finalise(s.market, s.book, bytes);
      const receipt = await (await s.rounds.drawReward(s.market)).wait();
      expect(Number(receipt?.gasUsed)).to.be.below(1_000_000);
      const drawn = nth(await s.rounds.queryFilter(s.rounds.filters.RewardDrawn()), 0);
      expect(crowd.slice(0, 64).map(({ address }) => address)).to.include(drawn.args.proposer);
    });
  });

  describe("draws", () => {
    it("wait for the block after the last reveal, happen once, and pay once", async () => {
      const s = await loadFixture(fixture);
      const proposer = nth(s.proposers, 2);
      await expect(s.rounds.drawReward(s.market)).to.be.revertedWithCustomError(s.rounds, "NothingToDraw").withArgs(0);
      const last = await win(s, [[proposer, plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n])]]);
      await expect(s.rounds.drawReward.staticCall(s.market, { blockTag: last + 1 }))
        .to.be.revertedWithCustomError(s.rounds, "DrawTooEarly")
        .withArgs(last + 2);
      await s.rounds.drawReward(s.market);
      await expect(s.rounds.drawReward(s.market))
        .to.be.revertedWithCustomError(s.rounds, "NothingToDraw")
        .withArgs(s.round);
      expect((await s.rounds.rewardOf(s.market)).pot).to.equal(POT - REWARD);

      const to = await stranger();
      const claiming = s.rounds.connect(proposer).claimReward(s.token, to);
      await expect(claiming).to.changeTokenBalances(s.token, [s.rounds, to], [-REWARD, REWARD]);
      await expect(claiming).to.emit(s.rounds, "RewardClaimed").withArgs(s.token, proposer, to, REWARD);
      await expect(s.rounds.connect(proposer).claimReward(s.token, to)).to.be.revertedWithCustomError(
        s.rounds,
        "NothingPaid",
      );
    });

    for (const reward of [POT + 1n, 2n ** 112n - 1n]) {
      it(`give no more than is in the pot: of a reward of ${reward}`, async () => {
        const s = await fixtureOf(reward);
        const proposer = nth(s.proposers, 0);
        await win(s, [[proposer, plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n])]]);
        await s.rounds.drawReward(s.market);
        expect(await s.rounds.claimableOf(s.token, proposer)).to.equal(POT);
        expect((await s.rounds.rewardOf(s.market)).pot).to.equal(0n);
      });
    }

    it("refuse a reward beyond its field", async () => {
      const s = await loadFixture(fixture);
      await expect(s.rounds.setReward(s.market, 2n ** 112n))
        .to.be.revertedWithCustomError(s.rounds, "RewardOutOfRange")
        .withArgs(2n ** 112n, 2n ** 112n - 1n);
    });

    it("are not opened without a reward", async () => {
      const s = await fixtureOf(0n);
      await win(s, [[nth(s.proposers, 0), plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n])]]);
      await expect(s.rounds.drawReward(s.market)).to.be.revertedWithCustomError(s.rounds, "NothingToDraw").withArgs(0);
    });

    it("are worth what they were when the round opened, whatever the operator sets afterwards", async () => {
      const s = await loadFixture(fixture);
      const proposer = nth(s.proposers, 0);
      for (const amount of [0n, 1n]) await s.rounds.setReward(s.market, amount);
      expect((await s.rounds.rewardOf(s.market)).perFrame).to.equal(1n);
      await win(s, [[proposer, plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n])]]);
      await s.rounds.drawReward(s.market);
      expect(await s.rounds.claimableOf(s.token, proposer)).to.equal(REWARD);
    });

    it("are over once a plan of the next round is revealed: nobody takes part in another round's", async () => {
      const s = await loadFixture(fixture);
      await win(s, [[nth(s.proposers, 0), plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n])]]);
      await time.increaseTo(s.round * 1800);
      await goTo(s.round + 1, -600);
      const book = await bookOf(s.rounds, await s.market.clear(s.round + 1));
      const thief = nth(s.proposers, 3);
      // One frame less to go, so the horizon is shorter by one, too.
      const bytes = plan(s.horizon - 1, [2_000n, 2_000n, 2_000n]);
      await commit(s, thief, s.round + 1, bytes);
      const before = (await ethers.provider.send("evm_snapshot", [])) as string;
      await s.rounds.drawReward(s.market);
      expect(await s.rounds.claimableOf(s.token, nth(s.proposers, 0))).to.equal(REWARD);
      await ethers.provider.send("evm_revert", [before]);

      await goTo(s.round + 1, -480);
      await s.rounds.connect(thief).reveal(s.market, book, bytes, SALT);
      await expect(s.rounds.drawReward(s.market))
        .to.be.revertedWithCustomError(s.rounds, "NothingToDraw")
        .withArgs(s.round);
      expect((await s.rounds.rewardOf(s.market)).pot).to.equal(POT);
      expect(await s.rounds.claimableOf(s.token, thief)).to.equal(0n);
    });
  });
});
