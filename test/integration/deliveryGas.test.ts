import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { GRID, type PackedFill } from "../../scripts/chain/packedWords";
import { withDefaults } from "../../scripts/core/parameters";
import { digestOf, packFill, packPublication, pokeRecord, signReading } from "../unit/contracts/deliveryFixtures";
import { deployFor } from "../unit/contracts/fixtures";
import { goTo } from "../helpers/market";

const PILES = 50;
const MOST_GAS = 21_000;
/** Frames after which the ring of readings uses its slots again. */
const RING = 64;

describe("Gas of a delivery of 50 piles", () => {
  /** Half the piles sold the other half 1 kWh; every other buyer took some from the grid, too. */
  const fills: PackedFill[] = [
    ...Array.from({ length: PILES / 2 }, (_, i) => ({
      sell: PILES / 2 + 1 + i,
      buy: 1 + i,
      energyWh: 1_000n + BigInt(i),
      price: 140_000n + 500n * BigInt(i),
    })),
    ...Array.from({ length: 12 }, (_, i) => ({ sell: GRID, buy: 1 + 2 * i, energyWh: 500n, price: 200_000n })),
  ];

  it("settles a pile, its reading's signature included, for at most 21 000 gas", async () => {
    const token = await ethers.deployContract("TestToken", [6]);
    const parameters = withDefaults({ readingSeconds: 3600, wheelingCapPerKwh: 10n ** 6n });
    const { market, delivery, admin } = await deployFor(token, parameters);
    await token.faucet(admin, 10n ** 15n);
    await token.approve(market, ethers.MaxUint256);
    await market.depositGrid(10n ** 12n);
    const wallets = Array.from({ length: PILES }, (_, i) => new ethers.Wallet(ethers.toBeHex(0xad000 + i, 32)));
    for (const wallet of wallets) {
      await market.registerPile(wallet.address, wallet.address, wallet.address, 22_000);
      await market.deposit(wallet.address, 10n ** 9n);
    }
    const words = fills.map(packFill);
    const first = Math.floor((await time.latest()) / 1800) + 1;
    const gas: Record<string, number> = {};
    for (const [frame, path] of [
      [first, "warm-up"],
      [first + 1, "one call"],
      [first + 2, "warm-up"],
      [first + 2 + RING, "two calls"],
    ] as const) {
      const publication = packPublication(frame, 200_000n, 50_000n, 10_000n);
      await pokeRecord(market, frame, await digestOf(market, frame, publication, words));
      await token.faucet(market, 10n ** 9n);
      await goTo(frame + 1, 10);
      const readings = await Promise.all(
        wallets.map(async (wallet, i) =>
          signReading(delivery, market, wallet, {
            pile: i + 1,
            frame,
            consumedWh: i < PILES / 2 ? 1_480n : 0n,
            producedWh: i < PILES / 2 ? 0n : 1_015n,
          }),
        ),
      );
      const twoSteps = path === "two calls" || frame === first + 2;
      let stored = 0n;
      if (twoSteps) stored = (await (await delivery.submit(market, readings)).wait())?.gasUsed ?? 0n;
      const tx = await delivery.settle(market, frame, publication, words, words.length, twoSteps ? [] : readings);
      const settled = (await tx.wait())?.gasUsed ?? 0n;
      gas[path] = Number(stored + settled) / PILES;
      if (twoSteps) gas[`${path}: stored`] = Number(stored) / PILES;
    }
    if (process.env["ADBEV_PRINT_GAS"] === "1") console.log(gas);
    expect(gas["one call"]).to.be.lessThanOrEqual(MOST_GAS);
    expect(gas["two calls: stored"]).to.be.lessThanOrEqual(13_000);
  });
});
