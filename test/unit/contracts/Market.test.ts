import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { IMarketParameters } from "../../../typechain-types/contracts/market/Market";
import { fields, deployDirect } from "./fixtures";
import { liveStates } from "../../helpers/market";
import { mechanismFor } from "../../helpers/mechanisms";

describe("Market: what it is deployed with", () => {
  async function fixture() {
    const { market, token, admin } = await deployDirect(0);
    const [, gridOperator, registrar, guardian] = await ethers.getSigners();
    if (gridOperator === undefined || registrar === undefined || guardian === undefined) throw new Error("no signers");
    const sound = {
      admin: admin.address,
      gridOperator: gridOperator.address,
      registrar: registrar.address,
      guardian: guardian.address,
      token: await token.getAddress(),
      unit: 10n ** 12n,
      tickSize: 65_535n,
      bondPricePerKwh: 2n ** 40n - 1n,
      wheelingCapPerKwh: 2n ** 40n - 1n,
      frameSeconds: 900n,
      auctionSeconds: 899n,
      leadFrames: 95n,
      priceWeight: 65_535n,
      timeWeight: 65_534n,
      maxWaitFrames: 65_533n,
      icebergThresholdWh: 2n ** 20n - 1n,
      icebergPeakWh: 2n ** 20n - 1n,
      minEnergyWh: 2n ** 24n - 1n,
      capacityW: 2n ** 32n - 1n,
      lossAllowanceW: 2n ** 32n - 1n,
      pileCap: 512n,
      rounds: await token.getAddress(),
      roundSeconds: 449n,
      finaliseSeconds: 1n,
      maxHorizon: 48n,
      allotment: 1n,
      chargeEfficiencyBps: 20_000n,
      dischargeEfficiencyBps: 20_000n,
      delivery: await token.getAddress(),
      readingSeconds: 48n * 900n,
      breach: 0n,
      toleranceBps: 10_000n,
      initialCredit: 10_000n,
      creditPriorWh: 2n ** 26n - 1n,
      minCredit: 10_000n,
      mechanism: await mechanismFor("credit"),
      thetaBps: 10_000n,
      importCapPerKwh: 2n ** 40n - 1n,
      cancelPricePerKwh: 2n ** 40n - 1n,
      keeperReward: 2n ** 52n - 1n,
      congestionFromW: 2n ** 32n - 1n,
      congestionPricePerKwhPerKw: 2n ** 32n - 1n,
    } satisfies IMarketParameters.ParametersStruct;
    return { market, sound };
  }

  const deploy = async (parameters: IMarketParameters.ParametersStruct) =>
    ethers.deployContract("Market", [parameters]);

  it("accepts the bounds of every range and reports what it was given", async () => {
    const { sound } = await loadFixture(fixture);
    const market = await deploy(sound);
    expect(fields(await market.parameters())).to.deep.equal(sound);
  });

  it("accepts as many piles as a round can score over its horizon, without rounds as many as can be cleared", async () => {
    const { market, sound } = await loadFixture(fixture);
    const refusal = ethers.encodeBytes32String("pileCap");
    const most = 1024n;
    const bare = { ...sound, readingSeconds: 0n, mechanism: await mechanismFor("adbev") };
    await deploy({ ...bare, pileCap: most, maxHorizon: 24n });
    await deploy({ ...bare, pileCap: most, rounds: ethers.ZeroAddress });
    await expect(deploy({ ...bare, pileCap: most, maxHorizon: 25n }))
      .to.be.revertedWithCustomError(market, "InvalidParameter")
      .withArgs(refusal, most);
    await expect(deploy({ ...sound, pileCap: 513n, rounds: ethers.ZeroAddress }))
      .to.be.revertedWithCustomError(market, "InvalidParameter")
      .withArgs(refusal, 513n);
    await expect(deploy({ ...bare, pileCap: most + 1n, rounds: ethers.ZeroAddress }))
      .to.be.revertedWithCustomError(market, "InvalidParameter")
      .withArgs(refusal, most + 1n);
  });

  it("accepts the lower bounds too", async () => {
    const { sound } = await loadFixture(fixture);
    const least = {
      ...sound,
      unit: 1n,
      tickSize: 1n,
      bondPricePerKwh: 0n,
      wheelingCapPerKwh: 0n,
      frameSeconds: 2n,
      auctionSeconds: 1n,
      leadFrames: 1n,
      priceWeight: 0n,
      timeWeight: 0n,
      maxWaitFrames: 0n,
      icebergThresholdWh: 0n,
      icebergPeakWh: 1n,
      minEnergyWh: 1n,
      capacityW: 0n,
      lossAllowanceW: 0n,
      pileCap: 1n,
      rounds: ethers.ZeroAddress,
      roundSeconds: 0n,
      finaliseSeconds: 0n,
      maxHorizon: 1n,
      allotment: 0n,
      chargeEfficiencyBps: 1n,
      dischargeEfficiencyBps: 1n,
      readingSeconds: 0n,
      breach: 1n,
      toleranceBps: 0n,
      initialCredit: 0n,
      creditPriorWh: 0n,
      minCredit: 0n,
      mechanism: await mechanismFor("adbev"),
      thetaBps: 0n,
      importCapPerKwh: 0n,
      cancelPricePerKwh: 0n,
      keeperReward: 0n,
      congestionFromW: 0n,
      congestionPricePerKwhPerKw: 0n,
    };
    const market = await deploy(least);
    expect(fields(await market.parameters())).to.deep.equal(least);
  });

  it("gives each role to its first holder and to nobody else", async () => {
    const { sound } = await loadFixture(fixture);
    const market = await deploy(sound);
    const roles = {
      admin: await market.DEFAULT_ADMIN_ROLE(),
      gridOperator: await market.GRID_OPERATOR_ROLE(),
      registrar: await market.REGISTRAR_ROLE(),
      guardian: await market.GUARDIAN_ROLE(),
    };
    expect(new Set(Object.values(roles)).size).to.equal(4);
    const names = Object.keys(roles) as (keyof typeof roles)[];
    for (const holder of names) {
      for (const role of names) {
        expect(await market.hasRole(roles[role], sound[holder]), `${holder} as ${role}`).to.equal(holder === role);
      }
    }
  });

  const refused: [field: string, value: bigint | string, shown: bigint][] = [
    ["token", ethers.ZeroAddress, 0n],
    ["token", "0x00000000000000000000000000000000000000AA", 0xaan],
    ["unit", 0n, 0n],
    ["tickSize", 0n, 0n],
    ["frameSeconds", 0n, 0n],
    ["auctionSeconds", 0n, 0n],
    ["auctionSeconds", 900n, 900n],
    ["leadFrames", 0n, 0n],
    ["leadFrames", 96n, 96n],
    ["icebergThresholdWh", 2n ** 20n, 2n ** 20n],
    ["icebergPeakWh", 0n, 0n],
    ["icebergPeakWh", 2n ** 20n, 2n ** 20n],
    ["minEnergyWh", 0n, 0n],
    ["minEnergyWh", 2n ** 24n, 2n ** 24n],
    ["bondPricePerKwh", 2n ** 40n, 2n ** 40n],
    ["wheelingCapPerKwh", 2n ** 40n, 2n ** 40n],
    ["delivery", ethers.ZeroAddress, 0n],
    ["delivery", "0x00000000000000000000000000000000000000AA", 0xaan],
    ["readingSeconds", 48n * 900n + 1n, 48n * 900n + 1n],
    ["rounds", "0x00000000000000000000000000000000000000AA", 0xaan],
    ["roundSeconds", 0n, 0n],
    ["roundSeconds", 450n, 450n],
    ["finaliseSeconds", 0n, 0n],
    ["importCapPerKwh", 2n ** 40n, 2n ** 40n],
    ["cancelPricePerKwh", 2n ** 40n, 2n ** 40n],
    ["keeperReward", 2n ** 52n, 2n ** 52n],
    ["maxHorizon", 0n, 0n],
    ["maxHorizon", 49n, 49n],
    ["chargeEfficiencyBps", 0n, 0n],
    ["chargeEfficiencyBps", 20_001n, 20_001n],
    ["dischargeEfficiencyBps", 0n, 0n],
    ["dischargeEfficiencyBps", 20_001n, 20_001n],
    ["toleranceBps", 10_001n, 10_001n],
    ["initialCredit", 10_001n, 10_001n],
    ["creditPriorWh", 2n ** 26n, 2n ** 26n],
    ["minCredit", 10_001n, 10_001n],
    ["pileCap", 0n, 0n],
    ["pileCap", 513n, 513n],
  ];
  for (const [field, value, shown] of refused) {
    it(`refuses ${field} = ${value.toString()}`, async () => {
      const { market, sound } = await loadFixture(fixture);
      const name = ethers.encodeBytes32String(field);
      await expect(deploy({ ...sound, [field]: value }))
        .to.be.revertedWithCustomError(market, "InvalidParameter")
        .withArgs(name, shown);
    });
  }

  it("refuses what would make a market unsafe or useless together", async () => {
    const { market, sound } = await loadFixture(fixture);
    for (const [field, shown, overrides] of [
      // Nobody could trade.
      ["minCredit", 5_001n, { initialCredit: 5_000n, minCredit: 5_001n }],
      // A bond that does not cover what its ask may come to owe.
      ["bondPricePerKwh", 999n, { bondPricePerKwh: 999n, importCapPerKwh: 1_000n }],
      // No round would ever have its time: 2 · 300 s and 300 s in a window of 899 s.
      ["roundSeconds", 300n, { roundSeconds: 300n, finaliseSeconds: 300n }],
    ] as const) {
      await expect(deploy({ ...sound, ...overrides }), field)
        .to.be.revertedWithCustomError(market, "InvalidParameter")
        .withArgs(ethers.encodeBytes32String(field), shown);
    }
    // Where nothing is measured two piles would raise each other's credit for nothing: the mechanism says so.
    await expect(deploy({ ...sound, readingSeconds: 0n }))
      .to.be.revertedWithCustomError(await ethers.getContractAt("CreditMechanism", market), "UnsuitableMarket")
      .withArgs(ethers.encodeBytes32String("readingSeconds"), 0n);
    // Where nobody compensates anybody, or nothing is metered, any bond will do.
    await deploy({ ...sound, bondPricePerKwh: 0n, breach: 1n });
    await deploy({ ...sound, bondPricePerKwh: 0n, readingSeconds: 0n, mechanism: await mechanismFor("adbev") });
  });

  it("refuses a loss allowance above the capacity", async () => {
    const { market, sound } = await loadFixture(fixture);
    await expect(deploy({ ...sound, capacityW: 250_000n, lossAllowanceW: 250_001n }))
      .to.be.revertedWithCustomError(market, "InvalidParameter")
      .withArgs(ethers.encodeBytes32String("lossAllowanceW"), 250_001n);
  });

  it("starts empty: no piles, no orders, nothing cleared, entry open, every word of the bitmap with its sentinel", async () => {
    const { market } = await loadFixture(fixture);
    expect(await market.pileCount()).to.equal(0n);
    expect(await market.bookHead()).to.equal(1n << 255n);
    expect(await market.marketTotals()).to.equal(0n);
    expect(await market.gridBalance()).to.equal(0n);
    expect(await liveStates(market)).to.deep.equal([[], []]);
  });
});
