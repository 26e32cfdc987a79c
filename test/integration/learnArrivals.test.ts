import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { parseProfile, profileText } from "../../scripts/chain/expectedProfile";
import { learnFromChain } from "../../scripts/chain/learnFromChain";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { decodePublication } from "../../scripts/chain/packedWords";
import { toFrameTariffs } from "../../scripts/chain/actions/publish";
import type { ExpectedLoadProfile } from "../../scripts/planners/expectedLoad";
import type { Deployed } from "../helpers/deploy";
import { bid, clear, deployDirect, publish, TARIFFS } from "../unit/contracts/fixtures";

/** Four frames a day. */
const SECONDS = 21_600;
const IN = { frameSeconds: SECONDS };

describe("learning from a market's events what load to expect", () => {
  let deployed: Deployed;
  let client: MarketClient;
  /** First frame of a day. */
  let midnight: number;
  let learnt: ExpectedLoadProfile;

  const learn = async (days: number, share = 1) => {
    const toBlock = await ethers.provider.getBlockNumber();
    return learnFromChain(ethers.provider, client, { fromBlock: 0, toBlock }, { days, share });
  };

  before(async () => {
    deployed = await deployDirect(2, {
      ...IN,
      maxWaitFrames: 1,
      icebergThresholdWh: 2_000n,
      chargeEfficiencyBps: 11_000n,
    });
    client = await MarketClient.connect(await deployed.market.getAddress(), ethers.provider);
    midnight = 4 * (Math.floor((await time.latest()) / 86_400) + 2);
    await publish(deployed.market, midnight - 1, 1);
  });

  it("has nothing to say before a whole day was cleared", async () => {
    expect(await learn(1)).to.equal(undefined);
    await deployed.market.publish(
      Array.from({ length: 13 }, (_, i) =>
        toFrameTariffs({
          ...{ frame: midnight + i, ...TARIFFS },
          ...(i === 1 ? { expectedLoad: { loadW: 1_000n, lagFrames: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] } } : {}),
        }),
      ),
    );
    expect(await learn(1)).to.equal(undefined);
  });

  it("tells frame by frame what came, what had been expected, and how old its orders were", async () => {
    const { market, piles } = deployed;
    const [first, second] = [piles[0]!, piles[1]!];
    for (let frame = midnight; frame < midnight + 8; frame++) {
      await time.setNextBlockTimestamp((frame - 1) * SECONDS + 10);
      // Day one: an impatient kWh in the second frame, and an iceberg that waits a frame and comes in two parts.
      if (frame === midnight + 1) {
        await market.connect(first).place(bid(25n * 10_000n, 1_000n, frame));
        await market.connect(second).place(bid(25n * 10_000n, 4_000n, frame + 2, 2_000n));
      } else if (frame === midnight + 5) {
        // Day two: twice as much at once.
        await market.connect(first).place(bid(25n * 10_000n, 2_000n, frame));
      } else await ethers.provider.send("evm_mine", []);
      await clear(market, frame, IN);
    }
    const told = (await learn(7))!;
    expect([told.days, told.firstFrame, told.lastFrame]).to.deep.equal([2, midnight, midnight + 7]);
    // 1 100 Wh and 2 200 Wh within six hours; then twice 2 200 Wh of the iceberg on day one alone.
    const mean = (wh: number) => (wh * 3_600) / SECONDS;
    expect(told.frames.map(({ cameW }) => Math.round(cameW * 6))).to.deep.equal([0, 1_650, 1_100, 1_100]);
    expect(told.frames[1]!.deviationW).to.be.closeTo(mean(1_100 / Math.SQRT2), 1e-9);
    expect(told.frames.map(({ expectedW }) => expectedW)).to.deep.equal([0, 500, 0, 0]);
    expect(told.cameWh).to.be.closeTo(3_850, 1e-6);
    ({ profile: learnt } = told);
    expect(learnt).to.deep.equal([
      undefined,
      { loadW: 275n, lagFrames: new Array<number>(10).fill(0) },
      { loadW: 183n, lagFrames: new Array<number>(10).fill(1) },
      { loadW: 183n, lagFrames: new Array<number>(10).fill(2) },
    ]);
    const lastDay = (await learn(1, 0.5))!;
    expect([lastDay.days, lastDay.firstFrame]).to.deep.equal([1, midnight + 4]);
    expect(lastDay.profile.map((one) => Number(one?.loadW ?? 0n))).to.deep.equal([0, Math.round(mean(1_100)), 0, 0]);
  });

  it("counts a frame of the day only on days on which it was cleared and published", async () => {
    // Two frames later: one that nobody clears, then one that is cleared and not published.
    for (const frame of [midnight + 9, midnight + 13]) await clear(deployed.market, frame, IN);
    const { days, unknownFrames, frames } = (await learn(3))!;
    expect([days, unknownFrames]).to.deep.equal([3, 12 - 7]);
    // From the third frame of day one to the second of day four: 2 … 7, 9, and of day four nothing that is known.
    expect(frames.map((one) => one.days)).to.deep.equal([1, 2, 2, 2]);
    expect(frames.map(({ cameW }) => Math.round(cameW * 6))).to.deep.equal([0, 1_100, 1_100, 1_100]);
  });

  it("is published as it was learnt, by way of its file", async () => {
    const profile = learnt;
    const read = parseProfile(profileText(profile, SECONDS), "learnt.json", SECONDS);
    expect(read).to.deep.equal(profile);
    const frame = midnight + 17;
    const operator = new UnlockedTransactor(hre.network.provider, deployed.admin.address, ERROR_INTERFACES);
    await client.publishFrames(operator, [{ frame, ...TARIFFS, expectedLoad: read[2]! }]);
    const { expectedLoadW, lagFrames } = decodePublication(await client.publication(frame))!;
    expect({ loadW: expectedLoadW, lagFrames }).to.deep.equal(profile[2]);
    for (const [text, problem] of [
      ["{", /learnt\.json: is not JSON/],
      ["{}", /learnt\.json: frameSeconds: /],
      [profileText(profile, 1_800), /is of frames of 1800 s; the market's have 21600 s/],
      [profileText(profile.slice(1), SECONDS), /has 3 frames; a day has 4/],
      [profileText(profile, SECONDS).replace("275", "99999999"), /frames\.1\.loadW: /],
    ] as const) {
      expect(() => parseProfile(text, "learnt.json", SECONDS)).to.throw(problem);
    }
  });
});
