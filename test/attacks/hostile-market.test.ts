import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { encodeFlexibleOrder } from "../../scripts/chain/roundWords";
import type { BenefitRounds, FeeToken, FickleMarket, IERC20, ReentrantToken, TestToken } from "../../typechain-types";
import type { IMarketParameters } from "../../typechain-types/contracts/market/Market";
import { fields, stranger } from "../unit/contracts/fixtures";
import { bookOf, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";

const POT = 2_500n;

describe("Attack: a hostile market on the contracts that all share", () => {
  /** A sound market with money in its rewards' pot and an open round: the victim. */
  const fixture = async () => {
    const s = await setting();
    await s.token.approve(s.rounds, ethers.MaxUint256);
    await s.rounds.setReward(s.market, 1_000n);
    await s.rounds.fundReward(s.market, POT);
    return { ...s, ...(await opened(s)) };
  };
  type Setting = Awaited<ReturnType<typeof fixture>>;

  /** A contract that calls itself a market, whose parameters anyone sets. */
  async function fickle(s: Pick<Setting, "market">, token: string): Promise<FickleMarket> {
    const hostile = await ethers.deployContract("FickleMarket");
    await retoken(hostile, s, token);
    return hostile;
  }

  /** The same, whose rewards the admin can pay in a token that anybody may mint. */
  async function paying(s: Setting, token: TestToken | ReentrantToken | FeeToken, amount: bigint) {
    const hostile = await fickle(s, await token.getAddress());
    await token.faucet(s.admin, amount);
    await token.approve(s.rounds, ethers.MaxUint256);
    return { hostile, market: await hostile.getAddress() };
  }

  async function retoken(hostile: FickleMarket, s: Pick<Setting, "market">, token: IERC20 | string): Promise<void> {
    const address = typeof token === "string" ? token : await token.getAddress();
    const parameters = fields(await s.market.parameters()) as unknown as IMarketParameters.ParametersStruct;
    await hostile.setParameters({ ...parameters, token: address });
  }

  /** Wins a round of the hostile market, in which the caller is everything. */
  async function winAlone(hostile: FickleMarket, rounds: BenefitRounds, me: HardhatEthersSigner): Promise<void> {
    const frame = Math.floor((await time.latest()) / 1800) + 2;
    const order = {
      ...{ pile: 1, charge: true, remainingWh: 2_000n, leftWh: 1_000n, peakWh: 1_000n },
      ...{ priceTicks: 1n, lastOffset: 3, waitedFrames: 0 },
    };
    const book = await bookOf(rounds, await hostile.openRound(rounds, frame, [encodeFlexibleOrder(order)]));
    const bytes = plan(4, [500n, 500n, 500n, 500n]);
    const market = await hostile.getAddress();
    await rounds.connect(me).commit(market, await rounds.commitmentOf(market, frame, me, bytes, SALT));
    await time.increase(121);
    await rounds.connect(me).reveal(market, book, bytes, SALT);
    await time.increase(121);
    await rounds.finalise(market, book, bytes);
  }

  it("cannot touch what others paid in by changing its token between paying in, drawing and claiming", async () => {
    const s = await loadFixture(fixture);
    const worthless = await ethers.deployContract("TestToken", [6]);
    const { hostile, market } = await paying(s, worthless, 10n ** 12n);
    await s.rounds.setReward(market, 10n ** 12n);
    await s.rounds.fundReward(market, 10n ** 12n);
    const thief = await stranger();

    await winAlone(hostile, s.rounds, thief);
    await retoken(hostile, s, await s.token.getAddress());
    await s.rounds.drawReward(market);
    expect(await s.rounds.claimableOf(s.token, thief)).to.equal(0n);
    await expect(s.rounds.connect(thief).claimReward(s.token, thief)).to.be.revertedWithCustomError(
      s.rounds,
      "NothingPaid",
    );
    expect((await s.rounds.rewardOf(s.market)).pot).to.equal(POT);
    expect(await s.token.balanceOf(s.rounds)).to.equal(POT);

    // With its own token it wins its own money, and nothing else.
    await retoken(hostile, s, await worthless.getAddress());
    await winAlone(hostile, s.rounds, thief);
    await s.rounds.drawReward(market);
    await s.rounds.connect(thief).claimReward(worthless, thief);
    expect(await worthless.balanceOf(thief)).to.equal(10n ** 12n);
    await expect(s.rounds.drawReward(s.market)).to.be.revertedWithCustomError(s.rounds, "NothingToDraw").withArgs(0);
  });

  it("cannot claim twice with a token that calls back, nor pay in once and be credited twice", async () => {
    const s = await loadFixture(fixture);
    const token = await ethers.deployContract("ReentrantToken");
    const { hostile, market } = await paying(s, token, 100n);
    const guard = s.rounds.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
    const refusedInside = async (inner: string, outer: () => Promise<unknown>, beforeMoving: boolean) => {
      await token.arm(s.rounds, inner, beforeMoving);
      await expect(outer()).to.emit(token, "CallMade").withArgs(s.rounds, false, guard);
    };
    const fund = s.rounds.interface.encodeFunctionData("fundReward", [market, 1n]);
    const claim = s.rounds.interface.encodeFunctionData("claimReward", [await token.getAddress(), ZeroAddress]);

    await s.rounds.setReward(market, 40n);
    await refusedInside(fund, () => s.rounds.fundReward(market, 40n), true);
    await refusedInside(claim, () => s.rounds.fundReward(market, 40n), false);
    expect((await s.rounds.rewardOf(market)).pot).to.equal(80n);
    const me = await stranger();
    await winAlone(hostile, s.rounds, me);
    await s.rounds.drawReward(market);
    await refusedInside(claim, () => s.rounds.connect(me).claimReward(token, me), true);
    expect(await token.balanceOf(me)).to.equal(40n);
    expect(await token.balanceOf(s.rounds)).to.equal(40n);
  });

  it("cannot have others pay what its token takes on top: a claim that costs the pots of that token more is refused", async () => {
    const s = await loadFixture(fixture);
    const token = await ethers.deployContract("FeeToken");
    const { hostile, market } = await paying(s, token, 100_000n);
    await s.rounds.setReward(market, 1_000n);
    await s.rounds.fundReward(market, 50_000n);
    const me = await stranger();
    await winAlone(hostile, s.rounds, me);
    await s.rounds.drawReward(market);
    await token.setFee(100, true);
    await expect(s.rounds.connect(me).claimReward(token, me))
      .to.be.revertedWithCustomError(s.rounds, "TokenTookTooMuch")
      .withArgs(1_010n, 1_000n);
    await token.setFee(0, true);
    await s.rounds.connect(me).claimReward(token, me);
    expect(await token.balanceOf(s.rounds)).to.equal(49_000n);
  });

  it("opens and executes rounds of its own, and none of another's: the victim's book, phases and orders stay as they are", async () => {
    const s = await loadFixture(fixture);
    const hostile = await fickle(s, await s.token.getAddress());
    const [before, state] = [await s.rounds.roundOf(s.market), await s.market.pileState(1)];
    await winAlone(hostile, s.rounds, await stranger());
    expect(await s.rounds.roundOf(s.market)).to.deep.equal(before);
    expect(await s.market.pileState(1)).to.equal(state);
    expect((await s.rounds.roundOf(hostile)).executed).to.equal(true);
    // The victim's frozen book is nobody else's: its hash says whose it is.
    await hostile.openRound(s.rounds, Math.floor((await time.latest()) / 1800) + 2, s.book.slice(-1));
    await time.increase(361);
    await expect(s.rounds.finalise(hostile, s.book, "0x"))
      .to.be.revertedWithCustomError(s.rounds, "WrongBook")
      .withArgs((hash: string) => hash !== before.bookHash);
    expect((await s.rounds.roundOf(hostile)).executed).to.equal(false);
  });
});
