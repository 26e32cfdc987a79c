import { expect } from "chai";
import { ethers } from "hardhat";

import { packOrder } from "../../../../scripts/chain/geneticClient";
import type { Charge } from "../../../../scripts/schemes/genetic/algorithm";

const ORDER = { firstFrame: 3, lastFrame: 6, energyWh: 5000, maxFrameWh: 2000 };
const pack = ({ firstFrame, fullFrames, frameWh, restWh }: Charge): bigint =>
  (BigInt(firstFrame) << 56n) | (BigInt(fullFrames) << 48n) | (BigInt(frameWh) << 24n) | BigInt(restWh);

describe("ScheduleCheck", () => {
  const deploy = async () => ethers.deployContract("ScheduleCheckHarness");
  const check = async (charge: Charge) => {
    const harness = await deploy();
    return { harness, call: harness.requireFeasible(7, packOrder(ORDER), pack(charge)) };
  };

  it("accepts what the order allows, to its last frame", async () => {
    for (const firstFrame of [3, 4]) {
      const { call } = await check({ firstFrame, fullFrames: 2, frameWh: 2000, restWh: 1000 });
      await call;
    }
    await (
      await check({ firstFrame: 3, fullFrames: 4, frameWh: 1250, restWh: 0 })
    ).call;
  });

  it("refuses a charge outside the stay", async () => {
    for (const [firstFrame, endFrame] of [
      [2, 5],
      [5, 8],
    ] as const) {
      const { harness, call } = await check({ firstFrame, fullFrames: 2, frameWh: 2000, restWh: 1000 });
      await expect(call).to.be.revertedWithCustomError(harness, "ChargeOutsideStay").withArgs(7, firstFrame, endFrame);
    }
  });

  it("refuses power above the rating, in the last frame too", async () => {
    for (const charge of [
      { firstFrame: 3, fullFrames: 2, frameWh: 2001, restWh: 998 },
      { firstFrame: 3, fullFrames: 2, frameWh: 1000, restWh: 3000 },
    ]) {
      const { harness, call } = await check(charge);
      const most = Math.max(charge.frameWh, charge.restWh);
      await expect(call).to.be.revertedWithCustomError(harness, "ChargeAboveRating").withArgs(7, most, 2000);
    }
  });

  it("refuses less and more than was asked for", async () => {
    for (const restWh of [999, 1001]) {
      const { harness, call } = await check({ firstFrame: 3, fullFrames: 2, frameWh: 2000, restWh });
      await expect(call)
        .to.be.revertedWithCustomError(harness, "ChargeIncomplete")
        .withArgs(7, 4000 + restWh, 5000);
    }
  });

  it("adds a charge to a load, and measures it", async () => {
    const harness = await deploy();
    const charge = pack({ firstFrame: 1, fullFrames: 2, frameWh: 100, restWh: 30 });
    const loads = await harness.addTo([10n, 10n, 10n, 10n, 10n], charge, 2n);
    expect([...loads]).to.deep.equal([10n, 210n, 210n, 70n, 10n]);
    // 5 + 200 + 0 + 140 + 60; 200 and 200 above 10 in two frames, 60 in one
    expect([...(await harness.measure([...loads], 15n, 10n))]).to.deep.equal([405n, 460n]);
  });
});
