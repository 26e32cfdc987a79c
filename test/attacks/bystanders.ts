import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";

import type { DeploymentParameters } from "../../scripts/core/parameters";
import { goTo } from "../helpers/market";
import { ask, bid, deployDirect, freshFrame, nth, PENNY, publish } from "../unit/contracts/fixtures";
import { bookOf, setting, type Setting } from "../unit/contracts/roundFixtures";

/** Seconds of a frame. */
export const F = 1800;

/** Enough gas that nothing is estimated before it is mined. */
export const GAS = { gasLimit: 3_000_000 };

/** Victims a (buys 1000 Wh up to 14 p) and b (sells 1000 Wh from 12 p) in frame `start + 1`; attackers m and n. */
export async function bystanders() {
  const d = await deployDirect(4, { wheelingCapPerKwh: PENNY });
  const { market, parameters } = d;
  const start = await freshFrame(market, parameters);
  const [a, b, m, n] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
  await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
  await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
  return { ...d, start, a, b, m, n };
}

/** Mines the given transactions in one block, in the order given; each may fail. */
export async function inOneBlock(timestamp: number, send: (() => Promise<unknown>)[]): Promise<void> {
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    for (const one of send) await one();
    await time.setNextBlockTimestamp(timestamp);
    await ethers.provider.send("evm_mine", []);
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
}

/** A market two frames before the round of {@link exportRound}. */
export type BeforeRound = Setting & { round: number };

/**
 * A round in whose frame the homes take 4 kW more than before, and pile 1 offers the 2 kWh that would make up for it at the
 * export tariff: the fallback's squared step is 16 000 000, that of a plan which has all of it discharged 0.
 * @param account what is in the operator's account, money units
 * @param before what happens earlier, from three frames before the round on
 */
export async function exportRound<T = undefined>(
  account: bigint,
  exportPricePerKwh = 5n * PENNY,
  overrides: Partial<DeploymentParameters> = {},
  before?: (s: BeforeRound) => Promise<T>,
) {
  const s = await setting(overrides, { exportPricePerKwh });
  const { market } = s;
  const round = s.frame + 26;
  await publish(market, round - 1, 1, { exportPricePerKwh });
  await publish(market, round, 1, { exportPricePerKwh, baseLoadW: 37_000n });
  if (account !== 0n) await market.depositGrid(account);
  await time.increaseTo((round - 3) * F);
  const earlier = (await before?.({ ...s, round })) as T;
  if ((await time.latest()) < (round - 1) * F) await time.increaseTo((round - 1) * F);
  const exporter = nth(s.piles, 0);
  await market.connect(exporter).place(ask(exportPricePerKwh, 2_000n, round));
  await goTo(round, -600);
  const match = await market.clear(round);
  return { ...s, round, match, book: await bookOf(s.rounds, match), exporter, earlier };
}
