import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import { goTo } from "../helpers/market";
import { nth, overwrite, slotOf } from "../unit/contracts/fixtures";
import { bookOf, commit, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";

const ROLE = id("PROPOSER_ROLE");

describe("Attack: a dismissed proposer", () => {
  /** A round open for commitments; pile 8 is a proposer, too. The horizon of this round and the next is known. */
  const fixture = async () => {
    const s = await setting({ minCredit: 5_000n });
    await s.market.grantRole(ROLE, nth(s.piles, 7));
    return { ...s, ...(await opened(s)) };
  };

  it("that committed in time opens nothing any more", async () => {
    const s = await loadFixture(fixture);
    const dismissed = nth(s.proposers, 0);
    const bytes = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, dismissed, s.round, bytes);
    await s.market.revokeRole(ROLE, dismissed);
    await goTo(s.round, -480);
    await expect(s.rounds.connect(dismissed).reveal(s.market, s.book, bytes, SALT))
      .to.be.revertedWithCustomError(s.rounds, "NotProposer")
      .withArgs(dismissed);
  });

  it("whose credit fell below the least after it committed opens nothing either", async () => {
    const s = await loadFixture(fixture);
    const proposer = nth(s.piles, 7);
    const bytes = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, proposer, s.round, bytes);
    await overwrite(s.market, (await slotOf("_states")) + 8n, (word) => word - (1n << 214n));
    await goTo(s.round, -480);
    await expect(s.rounds.connect(proposer).reveal(s.market, s.book, bytes, SALT))
      .to.be.revertedWithCustomError(s.rounds, "ProposerCreditTooLow")
      .withArgs(proposer, 4_999n, 5_000n);
  });

  it("cannot lay in commitments for later rounds, not even to be admitted again: they count for their own round alone", async () => {
    const s = await loadFixture(fixture);
    const [kept, dismissed] = [nth(s.proposers, 0), nth(s.proposers, 1)];
    const later = s.round + 1;
    const bytes = plan(s.horizon - 1, [2_000n, 2_000n]);
    for (const proposer of [kept, dismissed]) await commit(s, proposer, later, bytes);
    await s.market.revokeRole(ROLE, dismissed);
    await goTo(later, -600);
    const book = await bookOf(s.rounds, await s.market.clear(later));
    await goTo(later, -480);
    await expect(s.rounds.connect(dismissed).reveal(s.market, book, bytes, SALT))
      .to.be.revertedWithCustomError(s.rounds, "NotProposer")
      .withArgs(dismissed);
    await s.market.grantRole(ROLE, dismissed);
    for (const proposer of [kept, dismissed]) {
      await expect(s.rounds.connect(proposer).reveal(s.market, book, bytes, SALT))
        .to.be.revertedWithCustomError(s.rounds, "WrongCommitment")
        .withArgs(await s.rounds.commitmentOf(s.market, later, proposer, bytes, SALT));
    }
    expect((await s.rounds.roundOf(s.market)).tiedProposers).to.equal(0n);
  });

  it("a commitment of this round still opens: the plan is one that may be scored", async () => {
    const s = await loadFixture(fixture);
    const bytes = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, nth(s.proposers, 0), s.round, bytes);
    await goTo(s.round, -480);
    await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, bytes, SALT);
    expect((await s.rounds.roundOf(s.market)).tiedProposers).to.equal(1n);
  });
});
