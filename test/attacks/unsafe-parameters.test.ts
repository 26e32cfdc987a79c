import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { deployDirect, deployFor, freshFrame, publish, PENNY } from "../unit/contracts/fixtures";

/** Markets that somebody might be talked into, the parameter that is refused, and what is wrong with it. */
const UNSAFE: [reason: string, parameters: Partial<DeploymentParameters>, name: string, shown: bigint][] = [
  ["no winner could ever be executed", { settlement: "benefit", finaliseSeconds: 0 }, "finaliseSeconds", 0n],
  ["a key named a second before the window would count", { leadFrames: 0 }, "leadFrames", 0n],
  [
    "no round would ever fit the window",
    { settlement: "benefit", roundSeconds: 241, finaliseSeconds: 119 },
    "roundSeconds",
    241n,
  ],
  ["nobody could trade", { minCredit: 5_001n, initialCredit: 5_000n }, "minCredit", 5_001n],
  ["bonds would not cover a breach", { readingSeconds: 3600, bondPricePerKwh: 999_999n }, "bondPricePerKwh", 999_999n],
  [
    "a clearing that opens a round would outgrow a transaction",
    { settlement: "benefit", matching: "credit", readingSeconds: 3600, pileCap: 513 },
    "pileCap",
    513n,
  ],
];

/** Their neighbours that are safe. */
const SAFE: Partial<DeploymentParameters>[] = [
  { settlement: "benefit", finaliseSeconds: 1 },
  { leadFrames: 1 },
  { settlement: "benefit", roundSeconds: 240, finaliseSeconds: 120 },
  { minCredit: 5_000n, initialCredit: 5_000n },
  { matching: "credit", readingSeconds: 3600 },
  { readingSeconds: 3600, bondPricePerKwh: 1_000_000n },
  { readingSeconds: 3600, bondPricePerKwh: 0n, breach: "counterparty" },
  { settlement: "benefit", matching: "credit", readingSeconds: 3600, pileCap: 512 },
  // Without rounds their times mean nothing.
  { finaliseSeconds: 0, roundSeconds: 0 },
];

describe("Attack: a market deployed with unsafe parameters", () => {
  const fixture = async () => deployDirect(0);

  for (const [reason, parameters, name, shown] of UNSAFE) {
    it(`is refused for its ${name}: ${reason}`, async () => {
      const { market, token } = await loadFixture(fixture);
      await expect(deployFor(token, withDefaults(parameters)))
        .to.be.revertedWithCustomError(market, "InvalidParameter")
        .withArgs(ethers.encodeBytes32String(name), shown);
    });
  }

  it("is refused by the mechanism of credit without meters: two piles would raise each other's credit for nothing", async () => {
    const { market, token } = await loadFixture(fixture);
    await expect(deployFor(token, withDefaults({ matching: "credit" })))
      .to.be.revertedWithCustomError(await ethers.getContractAt("CreditMechanism", market), "UnsuitableMarket")
      .withArgs(ethers.encodeBytes32String("readingSeconds"), 0n);
  });

  it("its safe neighbours are not", async () => {
    const { token } = await loadFixture(fixture);
    for (const parameters of SAFE) await deployFor(token, withDefaults(parameters));
  });
});

describe("Attack: tariffs that pump or fine", () => {
  it("an export tariff above the import tariff, by which two piles would pump the account, is refused", async () => {
    const { market, parameters } = await deployDirect(0);
    const frame = (await freshFrame(market, parameters)) + 30;
    const tariffs = { importPricePerKwh: 20n * PENNY, exportPricePerKwh: 20n * PENNY + 1n };
    await expect(publish(market, frame, 1, tariffs))
      .to.be.revertedWithCustomError(market, "ExportAboveImport")
      .withArgs(20n * PENNY + 1n, 20n * PENNY);
    await publish(market, frame, 1, { ...tariffs, exportPricePerKwh: 20n * PENNY });
  });

  it("an import tariff above the cap that piles know before they trade is refused", async () => {
    const { market, parameters } = await deployDirect(0, { importCapPerKwh: 30n * PENNY });
    const frame = (await freshFrame(market, parameters)) + 30;
    for (const importPricePerKwh of [30n * PENNY + 1n, 2n ** 24n - 1n]) {
      await expect(publish(market, frame, 1, { importPricePerKwh }))
        .to.be.revertedWithCustomError(market, "ImportAboveCap")
        .withArgs(importPricePerKwh, 30n * PENNY);
    }
    await publish(market, frame, 1, { importPricePerKwh: 30n * PENNY });
  });
});
