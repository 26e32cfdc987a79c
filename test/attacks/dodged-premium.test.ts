import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { ethers } from "hardhat";

import { PILE_BALANCE } from "../helpers/market";
import { mechanismFor } from "../helpers/mechanisms";
import { bid, clear, deployDirect, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { metered, REACH_WH } from "./metered";

/** A tenth of a penny for each kW of the feeder's load, of which the homes are 33. */
const CONGESTION = {
  matching: "congestion",
  congestionFromW: 0n,
  congestionPricePerKwhPerKw: PENNY / 10n,
} as const;
const [IMPORT, SPREAD] = [20n * PENNY, 15n * PENNY];
/** Premium of a frame in which EVs draw so much, money units per kWh. */
const premiumAt = (drawnWh: bigint): bigint => 33_000n + 2n * drawnWh;

describe("Attack: dodging the premium of a loaded frame, or making others pay it", () => {
  const fixture = async () => metered(2, CONGESTION);

  it("2 000 Wh cost less asked for than taken by an order of 10 Wh", async () => {
    const s = await loadFixture(fixture);
    const [frame, pile] = [s.start + 1, nth(s.piles, 0)];
    const owed: bigint[] = [];
    for (const askedWh of [2_000n, 10n]) {
      await s.undone(async () => {
        await s.market.connect(pile).place(bid(30n * PENNY, askedWh, frame));
        const { fills, words } = await clear(s.market, frame);
        expect(fills).to.deep.equal([
          { sell: 0, buy: 1, energyWh: askedWh, price: IMPORT, premium: premiumAt(askedWh) },
        ]);
        await s.settle(frame, words, [await s.read(1, frame, 2_000n, 0n)]);
        owed.push(await s.market.gridBalance());
        expect(await s.market.freeBalanceOf(pile)).to.equal(PILE_BALANCE - (await s.market.gridBalance()));
        await expectSolvent(s.market, s.token, s.parameters);
      });
    }
    expect(owed).to.deep.equal([
      IMPORT * 2n + (premiumAt(2_000n) * 2_000n) / 1_000n,
      IMPORT * 2n + (premiumAt(10n) * 10n) / 1_000n + (SPREAD * 1_990n) / 1_000n,
    ]);
    expect(nth(owed, 1) > nth(owed, 0)).to.equal(true);
  });

  it("room that is taken and not used costs the whole premium and the spread", async () => {
    const s = await loadFixture(fixture);
    const [frame, pile] = [s.start + 1, nth(s.piles, 0)];
    await s.market.connect(pile).place(bid(30n * PENNY, 2_000n, frame));
    const { words } = await clear(s.market, frame);
    await s.settle(frame, words, [await s.read(1, frame, 0n, 0n)]);
    expect(await s.market.gridBalance()).to.equal(2n * (premiumAt(2_000n) + SPREAD));
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("a rival's price is raised at a cost that is far above what the rival loses", async () => {
    const s = await loadFixture(fixture);
    const [frame, cheat, rival] = [s.start + 1, nth(s.piles, 0), nth(s.piles, 1)];
    await s.market.connect(cheat).place(bid(30n * PENNY, REACH_WH, frame));
    await s.market.connect(rival).place(bid(25n * PENNY, 1_000n, frame));
    const { words } = await clear(s.market, frame);
    await s.settle(frame, words, [await s.read(1, frame, 0n, 0n), await s.read(2, frame, 1_000n, 0n)]);
    const lost = PILE_BALANCE - (await s.market.freeBalanceOf(rival)) - (IMPORT + premiumAt(1_000n));
    expect(lost).to.equal(2n * REACH_WH);
    const paid = PILE_BALANCE - (await s.market.freeBalanceOf(cheat));
    expect(paid).to.equal(((premiumAt(REACH_WH + 1_000n) + SPREAD) * REACH_WH) / 1_000n);
    expect(paid > 90n * lost).to.equal(true);
  });

  it("nobody ever owes what is not set aside, whatever the meter says and whatever was withdrawn", async () => {
    const s = await loadFixture(fixture);
    const [frame, pile] = [s.start + 1, nth(s.piles, 0)];
    await s.market.connect(pile).place(bid(24n * PENNY, 2_001n, frame));
    const { words } = await clear(s.market, frame);
    await s.market.connect(pile).withdraw(pile, await s.market.freeBalanceOf(pile));
    const total = PILE_BALANCE - (await s.token.balanceOf(pile));
    for (const consumedWh of [0n, 1n, 1_999n, 2_001n, 2_002n, REACH_WH]) {
      await s.undone(async () => {
        await s.settle(frame, words, [await s.read(1, frame, consumedWh, 0n)]);
        expect((await s.market.freeBalanceOf(pile)) + (await s.market.gridBalance())).to.equal(total);
        await expectSolvent(s.market, s.token, s.parameters);
      });
    }
    await s.settle(frame, words, [], { offset: 3_601 });
    expect((await s.market.freeBalanceOf(pile)) + (await s.market.gridBalance())).to.equal(total);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("a market in which taking unasked is the cheapest is not deployed under the rule, nor one with rounds", async () => {
    const mechanism = await ethers.getContractAt("CongestionMechanism", await mechanismFor("congestion"));
    for (const [overrides, name] of [
      [{ readingSeconds: 600, breach: "counterparty" }, "breach"],
      [{ settlement: "benefit" }, "rounds"],
    ] as const) {
      await expect(deployDirect(0, { ...CONGESTION, ...overrides }))
        .to.be.revertedWithCustomError(mechanism, "UnsuitableMarket")
        .withArgs(encodeBytes32String(name), (value: bigint) => value !== 0n);
    }
  });
});
