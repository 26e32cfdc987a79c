import { impersonateAccount, loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { ethers } from "hardhat";

import { goTo } from "../helpers/market";
import { expectSolvent, nth, PENNY, TARIFFS } from "../unit/contracts/fixtures";
import { opened, setting } from "../unit/contracts/roundFixtures";

const IMPORT = TARIFFS.importPricePerKwh;
const ENERGY_WH = 900n;

/** Piles 1 and 2 bid, pile 4 asks 40 p for 900 Wh; pile 5 has money and no order. */
const THIEF = 4;
const ACCOMPLICE = 5;

interface Word {
  sell: number;
  buy: number;
  price: bigint;
  premium?: bigint;
  subsidy?: bigint;
}

const word = ({ sell, buy, price, premium = 0n, subsidy = 0n }: Word): bigint =>
  BigInt(sell) | (BigInt(buy) << 16n) | (ENERGY_WH << 32n) | (price << 56n) | (premium << 120n) | (subsidy << 184n);

/** Of a seller with a buyer, whose numbers are read as one. */
const NO_PILE = "no pile";

/** Fills of a round that would have its settlement pay out what nobody had set aside, and what they are refused for. */
const LIES: [string, Word, number | bigint | typeof NO_PILE][] = [
  ["exports with a subsidy", { sell: THIEF, buy: 0, price: 40n * PENNY, subsidy: 1n }, MaxUint256],
  ["exports with a premium", { sell: THIEF, buy: 0, price: 40n * PENNY, premium: 1n }, MaxUint256],
  [
    "exports with the largest of both",
    { sell: THIEF, buy: 0, price: 40n * PENNY, premium: (1n << 64n) - 1n, subsidy: (1n << 72n) - 1n },
    MaxUint256,
  ],
  ["trades between two piles", { sell: THIEF, buy: ACCOMPLICE, price: 40n * PENNY }, NO_PILE],
  [
    "trades between two piles with a subsidy",
    { sell: THIEF, buy: ACCOMPLICE, price: 40n * PENNY, subsidy: 1_000n * PENNY },
    NO_PILE,
  ],
  ["imports with a premium", { sell: 0, buy: 1, price: IMPORT, premium: 1n }, 1],
  ["imports with a subsidy", { sell: 0, buy: 1, price: IMPORT, subsidy: 1n }, 1],
];

describe("Attack: a hostile contract of rounds", () => {
  async function fixture() {
    const s = await setting();
    const { market, piles } = s;
    // The account can pay an export at the ask's price.
    await market.depositGrid(40n * PENNY);
    const { round } = await opened(s);
    const { rounds } = await market.parameters();
    await impersonateAccount(rounds);
    await setBalance(rounds, 10n ** 20n);
    const caller = market.connect(await ethers.getSigner(rounds));
    return { ...s, round, caller, thief: nth(piles, THIEF - 1) };
  }

  for (const [what, lie, shown] of LIES) {
    it(`that ${what} is refused, and takes nobody's money`, async () => {
      const { market, token, parameters, round, caller, thief } = await loadFixture(fixture);
      const had = await market.freeBalanceOf(thief);
      const filling = expect(caller.fillFlexibleOrders(round, 0n, 0n, [word(lie)]));
      if (shown === NO_PILE) await filling.to.be.revertedWithPanic(0x32);
      else await filling.to.be.revertedWithCustomError(market, "UnsoundFill").withArgs(shown);
      await goTo(round, 1);
      expect(await market.freeBalanceOf(thief)).to.equal(had);
      await expectSolvent(market, token, parameters);
    });
  }

  it("moves no more by a sound export than the account had set aside for it", async () => {
    const { market, round, caller, thief } = await loadFixture(fixture);
    const had = (await market.freeBalanceOf(thief)) + (await market.lockedBalanceOf(thief));
    const fills = [word({ sell: THIEF, buy: 0, price: 40n * PENNY })];
    const [cleared] = await market.queryFilter(market.filters.FrameCleared());
    const matched = [...(cleared?.args.fills ?? [])];
    await caller.fillFlexibleOrders(round, 0n, 0n, fills);
    const { delivery } = await market.parameters();
    const contract = await ethers.getContractAt("Delivery", delivery);
    const publication = await market.publication(round);
    await goTo(round + 1);
    await contract.settle(market, round, publication, [...matched, ...fills], matched.length, []);
    expect(await market.freeBalanceOf(thief)).to.equal(had + (40n * PENNY * ENERGY_WH) / 1_000n);
  });
});
