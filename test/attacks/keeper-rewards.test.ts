import { loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { goTo } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, expectSolvent, fields, nth, PENNY, stranger } from "../unit/contracts/fixtures";
import { opened, setting } from "../unit/contracts/roundFixtures";
import type { IMarketParameters } from "../../typechain-types/contracts/market/Market";
import { metered } from "./metered";

const REWARD = 1_000n;

describe("Attack: taking keepers' rewards without the work", () => {
  const traded = async () => {
    const s = await metered(3, { keeperReward: REWARD }, { importPricePerKwh: 11n * PENNY });
    const frame = s.start + 1;
    const [clearer, settler] = [nth(s.piles, 2), await stranger()];
    await s.market.connect(nth(s.piles, 0)).place(bid(13n * PENNY, 1_000n, frame));
    await s.market.connect(nth(s.piles, 1)).place(ask(13n * PENNY, 1_000n, frame));
    await s.market.connect(nth(s.piles, 2)).place(bid(11n * PENNY, 500n, frame));
    await goTo(frame, -600);
    return { ...s, frame, clearer, settler };
  };

  it("whoever clears has it once, a frame without fills brings none, and whoever settles the last part has it once", async () => {
    const s = await loadFixture(traded);
    const { market, delivery, frame, clearer, settler } = s;
    const claimOf = async (account: typeof settler) => delivery.claimOf(market, account);
    await market.connect(clearer).clear(frame);
    expect(await claimOf(clearer)).to.equal(REWARD);
    await expect(market.connect(clearer).clear(frame)).to.be.revertedWithCustomError(market, "FrameAlreadyCleared");
    const [cleared] = await market.queryFilter(market.filters.FrameCleared(frame));
    const words = [...(cleared?.args.fills ?? [])];
    const publication = await market.publication(frame);
    await goTo(frame + 1, -600);
    await market.connect(clearer).clear(frame + 1);
    expect(await delivery.claimedOf(market)).to.equal(REWARD);
    // A part brings nothing; what is left does, to whom settles it.
    await goTo(frame + 1);
    const read = async (pile: number, consumedWh: bigint, producedWh: bigint) =>
      signReading(delivery, market, nth(s.piles, pile - 1), { pile, frame, consumedWh, producedWh });
    await delivery.connect(clearer).settle(market, frame, publication, words, words.length, [await read(3, 500n, 0n)]);
    expect(await delivery.claimedOf(market)).to.equal(REWARD);
    const rest = [await read(1, 1_000n, 0n), await read(2, 0n, 1_000n)];
    await delivery.connect(settler).settle(market, frame, publication, words.slice(0, 1), 1, rest);
    expect([await claimOf(clearer), await claimOf(settler)]).to.deep.equal([REWARD, REWARD]);
    await expect(
      delivery.connect(settler).settle(market, frame, publication, words.slice(0, 1), 1, rest),
    ).to.be.revertedWithCustomError(delivery, "NothingToSettle");
    // Out of the operator's account, before the operator, once.
    expect(await market.gridBalance()).to.equal(55_000n);
    await expect(market.withdrawGrid(s.admin, 55_000n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(53_000n, 55_000n);
    await delivery.connect(settler).collectClaim(market, settler);
    expect(await s.token.balanceOf(settler)).to.equal(REWARD);
    await expect(delivery.connect(settler).collectClaim(market, settler)).to.be.revertedWithCustomError(
      delivery,
      "NothingClaimed",
    );
    // The operator takes all that nobody claims, and the other keeper is paid out of what that left.
    expect(await delivery.claimedOf(market)).to.equal(REWARD);
    await market.withdrawGrid(s.admin, 53_000n);
    await delivery.connect(clearer).collectClaim(market, clearer);
    expect([await market.gridBalance(), await delivery.claimedOf(market)]).to.deep.equal([0n, 0n]);
    await expectSolvent(market, s.token, s.parameters);
  });

  it("a round's opening and its execution bring one each, to whom did them", async () => {
    const s = await setting({ keeperReward: REWARD });
    const { book, round } = await opened(s);
    const keeper = await stranger();
    expect(await s.delivery.claimOf(s.market, s.admin)).to.equal(REWARD);
    await goTo(round, -360);
    await s.rounds.connect(keeper).finalise(s.market, book, "0x");
    expect(await s.delivery.claimOf(s.market, keeper)).to.equal(REWARD);
    await expect(s.rounds.connect(keeper).finalise(s.market, book, "0x")).to.be.revertedWithCustomError(
      s.rounds,
      "AlreadyFinalised",
    );
    expect(await s.delivery.claimedOf(s.market)).to.equal(2n * REWARD);
  });

  it("a stranger names itself the keeper of no market, and what calls itself a market names keepers of itself alone", async () => {
    const s = await loadFixture(traded);
    const { market, delivery } = s;
    const thief = await stranger();
    await expect(delivery.connect(thief).rewardClearing(thief)).to.be.reverted;
    await expect(delivery.connect(thief).rewardFinalising(market, thief))
      .to.be.revertedWithCustomError(delivery, "NotRounds")
      .withArgs(thief);
    // A market of the thief's own, whose rounds the thief is, and which owes keepers all there is.
    const hostile = await ethers.deployContract("FickleMarket");
    const parameters = fields(await market.parameters()) as unknown as IMarketParameters.ParametersStruct;
    await hostile.setParameters({ ...parameters, rounds: thief.address, keeperReward: 2n ** 52n - 1n });
    const puppet = await ethers.getImpersonatedSigner(await hostile.getAddress());
    await setBalance(puppet.address, 10n ** 20n);
    await delivery.connect(puppet).rewardClearing(thief);
    await delivery.connect(thief).rewardFinalising(hostile, thief);
    expect(await delivery.claimOf(hostile, thief)).to.equal(2n * (2n ** 52n - 1n));
    expect(await delivery.claimOf(market, thief)).to.equal(0n);
    expect(await delivery.claimedOf(market)).to.equal(0n);
    await s.market.depositGrid(REWARD);
    await expect(delivery.connect(thief).collectClaim(market, thief))
      .to.be.revertedWithCustomError(delivery, "NothingClaimed")
      .withArgs(market, thief);
    await market.withdrawGrid(s.admin, REWARD);
  });

  it("a market without rewards owes keepers nothing", async () => {
    const s = await metered(1);
    await s.market.connect(nth(s.piles, 0)).place(bid(25n * PENNY, 500n, s.start + 1));
    const { words } = await clear(s.market, s.start + 1);
    await s.settle(s.start + 1, words, [await s.read(1, s.start + 1, 500n, 0n)]);
    expect(await s.delivery.claimedOf(s.market)).to.equal(0n);
  });
});
