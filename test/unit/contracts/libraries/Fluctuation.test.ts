import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import { chargingRoomWh, powerAwayFromZeroW } from "../../../../scripts/model/load";
import type { FluctuationHarness } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";

const INT32 = fc.bigInt({ min: -(1n << 31n), max: (1n << 31n) - 1n });
const FRAME_SECONDS = fc.oneof(fc.constantFrom(1, 600, 1700, 1800, 3600, 7200), fc.integer({ min: 1, max: 100_000 }));

describe("Fluctuation", () => {
  let harness: FluctuationHarness;

  before(async () => {
    harness = await ethers.deployContract("FluctuationHarness");
  });

  it("rounds power away from zero", async () => {
    expect(await harness.powerW(0, 1800)).to.equal(0n);
    expect(await harness.powerW(1, 1800)).to.equal(2n);
    expect(await harness.powerW(-1, 1800)).to.equal(-2n);
    expect(await harness.powerW(1, 1700)).to.equal(3n);
    expect(await harness.powerW(-1, 1700)).to.equal(-3n);
    expect(await harness.powerW(1, 7200)).to.equal(1n);
    expect(await harness.powerW(-1, 7200)).to.equal(-1n);
    expect(await harness.powerW(1, 3600)).to.equal(1n);
  });

  it("counts power as the model does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: -(1n << 40n), max: 1n << 40n }),
        FRAME_SECONDS,
        async (energyWh, frameSeconds) => {
          expect(await harness.powerW(energyWh, frameSeconds)).to.equal(powerAwayFromZeroW({ frameSeconds }, energyWh));
        },
      ),
      { seed: 1, numRuns: runs(100) },
    );
  });

  it("leaves no room at or above the limit, and more than the limit below a negative base load", async () => {
    expect(await harness.chargingRoomWh(1000, 1000, 1800)).to.equal(0n);
    expect(await harness.chargingRoomWh(1000, 1001, 1800)).to.equal(0n);
    expect(await harness.chargingRoomWh(1000, 999, 1800)).to.equal(0n);
    expect(await harness.chargingRoomWh(1000, 998, 1800)).to.equal(1n);
    expect(await harness.chargingRoomWh(1000, -1000, 1800)).to.equal(1000n);
    expect(await harness.chargingRoomWh(0, -(2n ** 31n), 1800)).to.equal(2n ** 30n);
    expect(await harness.chargingRoomWh(2n ** 32n - 1n, -(2n ** 31n), 3600)).to.equal(2n ** 32n - 1n + 2n ** 31n);
  });

  it("finds the room that the model finds; filling it stays within the limit, a Wh more does not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }),
        INT32,
        FRAME_SECONDS,
        async (capacityW, baseLoadW, frameSeconds) => {
          const roomWh = await harness.chargingRoomWh(capacityW, baseLoadW, frameSeconds);
          expect(roomWh).to.equal(chargingRoomWh({ capacityW, lossAllowanceW: 0n, frameSeconds }, baseLoadW));
          const loadW = async (energyWh: bigint) => baseLoadW + (await harness.powerW(energyWh, frameSeconds));
          if (baseLoadW <= capacityW) expect((await loadW(roomWh)) <= capacityW).to.equal(true);
          expect((await loadW(roomWh + 1n)) > capacityW).to.equal(true);
        },
      ),
      { seed: 2, numRuns: runs(100) },
    );
  });

  it("measures a step without its sign", async () => {
    for (const [a, b] of [
      [0n, 0n],
      [5n, -7n],
      [-7n, 5n],
      [-7n, -5n],
      [-(2n ** 39n), 2n ** 39n - 1n],
    ] as const) {
      const size = a > b ? a - b : b - a;
      expect(await harness.stepW(a, b)).to.equal(size);
      expect(await harness.stepW(b, a)).to.equal(size);
    }
  });
});
