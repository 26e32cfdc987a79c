import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";

import { ask, bid, deployDirect, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";

/** Seconds of a frame. */
export const F = 1800;

/** Enough gas that nothing is estimated before it is mined. */
export const GAS = { gasLimit: 3_000_000 };

/** Victims a (buys 1000 Wh up to 14 p) and b (sells 1000 Wh from 12 p) in frame `start + 1`; attackers m and n. */
export async function bystanders() {
  const d = await deployDirect(4, { wheelingCap: PENNY });
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
