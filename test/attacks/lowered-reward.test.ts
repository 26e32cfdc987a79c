import { loadFixture, mine } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { goTo } from "../helpers/market";
import { nth } from "../unit/contracts/fixtures";
import { commit, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";

const REWARD = 1_000n;

describe("Attack: a reward that is lowered once the plans are open", () => {
  const fixture = async () => {
    const s = await setting();
    await s.token.approve(s.rounds, MaxUint256);
    await s.rounds.setReward(s.market, REWARD);
    await s.rounds.fundReward(s.market, 10n * REWARD);
    const round = await opened(s);
    return { ...s, ...round, bytes: plan(round.horizon, [3_000n, 3_000n, 3_000n, 2_000n]) };
  };

  for (const [when, offset] of [
    ["as the round opens", -590],
    ["after the reveal", -470],
    ["a second before it is executed", -361],
  ] as const) {
    it(`${when}, is paid in full; what the operator sets counts from the next round`, async () => {
      const s = await loadFixture(fixture);
      const proposer = nth(s.proposers, 0);
      const lower = async () => {
        await goTo(s.round, offset);
        await expect(s.rounds.setReward(s.market, 0n))
          .to.emit(s.rounds, "RewardSet")
          .withArgs(s.market, 0n, s.round + 1);
      };
      if (offset < -480) await lower();
      await commit(s, proposer, s.round, s.bytes);
      await goTo(s.round, -480);
      await s.rounds.connect(proposer).reveal(s.market, s.book, s.bytes, SALT);
      if (offset >= -480) await lower();
      // A second time, in case the first only moves the old figure out of the way.
      await s.rounds.setReward(s.market, 0n);
      await goTo(s.round, -350);
      await s.rounds.finalise(s.market, s.book, s.bytes);
      await mine();
      await expect(s.rounds.drawReward(s.market))
        .to.emit(s.rounds, "RewardDrawn")
        .withArgs(s.market, s.round, proposer, REWARD);
      expect(await s.rounds.claimableOf(s.token, proposer)).to.equal(REWARD);
      expect((await s.rounds.rewardOf(s.market)).perFrame).to.equal(0n);
    });
  }
});
