import { setNextBlockBaseFeePerGas, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type ContractTransactionResponse, id, ZeroHash } from "ethers";

import { decodeRoundTerms, encodePlan } from "../../scripts/chain/roundWords";
import type { DeploymentParameters } from "../../scripts/market/defaults";
import { deployMarket, type Deployed } from "../helpers/market";
import { type PokedOrder, PokedMarket } from "../helpers/pokedMarket";

/** What a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
const FRAME_SECONDS = 1800;
const LONGEST_HORIZON = 48;
const IMPORT_TICKS = 50_000n;
const ASK_TICKS = 100_000n;
const EXPORT_TICKS = 200_000n;

/** A book of which everything can move in every frame of the horizon. */
interface RoundPlan {
  piles: number;
  /** Share of the piles that ask. */
  askShare: number;
  horizon: number;
  /** Frames waited by the orders: all alike, so that the fallback moves nothing yet, or so long that it moves all. */
  waited: number;
}

/** How a book is ranked. */
const RANKINGS: Readonly<Record<string, Partial<DeploymentParameters>>> = {
  "10:1": { alpha: 10, beta: 1 },
  "1:65535": { alpha: 1, beta: 65_535 },
  "by credit": { ranking: "credit" },
};

/** A tranche, Wh: small, so that every order still moves in the last frame. */
const PEAK_WH = 10n;

describe("The worst round fits into its transactions", () => {
  const deployments = new Map<string, { deployed: Deployed; poked: PokedMarket }>();
  let frame = 0;
  let restore: () => Promise<void>;

  const number = (value: number): string => value.toLocaleString("en").replaceAll(",", " ");

  before(async () => {
    const snapshot = await takeSnapshot();
    restore = () => snapshot.restore();
    for (const [name, ranking] of Object.entries(RANKINGS)) {
      const deployed = await deployMarket(0, {
        ...ranking,
        settlement: "benefit",
        maxHorizon: LONGEST_HORIZON,
        pileCap: 512,
        bondPrice: 12_345n,
        wheelingCap: 9_999n,
        capacityW: 4_000_000_000n,
      });
      await deployed.market.grantRole(id("PROPOSER_ROLE"), deployed.admin);
      deployments.set(name, { deployed, poked: await PokedMarket.of(deployed.market) });
    }
    frame = Math.floor((await time.latest()) / FRAME_SECONDS) + 400;
  });
  after(() => restore());

  /** Gas of each step of a round that a plan wins, and of one that falls back. */
  async function run(plan: RoundPlan, name: string): Promise<Record<string, number>> {
    const { deployed, poked } = deployments.get(name)!;
    const { market, rounds, admin } = deployed;
    const snapshot = await takeSnapshot();
    try {
      const asks = Math.floor(plan.askShare * plan.piles);
      const orders = Array.from({ length: plan.piles }, (_, i): PokedOrder => {
        const charge = i >= asks;
        const energyWh = PEAK_WH * BigInt(LONGEST_HORIZON + 1);
        return {
          charge,
          // Asks lie above all bids, so that none cross; the grid sells below and buys above all of them. Prices stand
          // in no order.
          priceTicks: (charge ? IMPORT_TICKS : ASK_TICKS) + BigInt((i * 7919) % 4096),
          remainingWh: energyWh,
          peakWh: PEAK_WH,
          firstFrame: frame - plan.waited,
          spanFrames: plan.waited + plan.horizon - 1,
          iceberg: true,
          sequence: i,
        };
      });
      await poked.setOrders(orders);
      await poked.publish(
        Array.from({ length: LONGEST_HORIZON + 1 }, (_, i) => ({
          frame: frame - 1 + i,
          baseLoadW: BigInt(-1000 * (i % 2)),
          importTicks: IMPORT_TICKS,
          exportTicks: EXPORT_TICKS,
          wheelingTicks: 7_777n,
        })),
      );
      await poked.setLastCleared(frame - 1, 2n ** 60n);

      const at = async (seconds: number) => {
        await time.setNextBlockTimestamp(frame * FRAME_SECONDS + seconds);
        await setNextBlockBaseFeePerGas(0);
      };
      const send = { gasLimit: TRANSACTION_GAS, gasPrice: 0 };
      const gas: Record<string, number> = {};
      const record = async (step: string, sent: Promise<ContractTransactionResponse>) => {
        const receipt = await (await sent).wait();
        gas[step] = Number(receipt!.gasUsed);
        return receipt!;
      };
      await at(-600);
      const match = await record("match", market.connect(admin).clear(frame, send));
      const opened = match.logs.map((log) => rounds.interface.parseLog(log)).find((log) => log?.name === "RoundOpened");
      const book = [...(opened!.args.getValue("book") as bigint[])];
      const { horizon } = decodeRoundTerms(book[0]!);
      expect(horizon).to.equal(Math.min(plan.horizon, LONGEST_HORIZON));
      const draw = PEAK_WH * BigInt(plan.piles - asks);
      const discharge = PEAK_WH * BigInt(asks);
      const totals = {
        drawWh: Array.from({ length: horizon }, () => draw),
        dischargeWh: Array.from({ length: horizon }, () => discharge),
      };
      const bytes = encodePlan(totals);
      const commitment = await rounds.commitmentOf(market, frame, admin, bytes, ZeroHash);
      await at(-590);
      await record("commit", rounds.connect(admin).commit(market, commitment, send));
      await at(-480);
      await record("reveal", rounds.connect(admin).reveal(market, book, bytes, ZeroHash, send));
      await at(-360);
      const won = (await rounds.roundOf(market)).winner !== ZeroHash;
      const inner = await takeSnapshot();
      if (won) await record("finalise", rounds.connect(admin).finalise(market, book, bytes, send));
      await inner.restore();
      await at(-200);
      await record("fallback", rounds.connect(admin).finalise(market, book, "0x", send));
      return gas;
    } finally {
      await snapshot.restore();
    }
  }

  const told = (gas: Record<string, number>) =>
    Object.entries(gas)
      .map(([step, used]) => `${step} ${number(used)}`)
      .join(", ");

  it("scores a plan over 100 orders and 24 frames", async function () {
    const gas = await run({ piles: 100, askShare: 0, horizon: 24, waited: 0 }, "10:1");
    this.test!.title += `: ${told(gas)}`;
    expect(gas["reveal"]).to.be.below(2_000_000);
    expect((gas["finalise"] ?? 0) / 100).to.be.below(14_000);
  }).timeout(60_000);

  for (const piles of [512]) {
    for (const name of Object.keys(RANKINGS)) {
      for (const [kind, askShare, waited] of [
        ["bids that wait", 0, 0],
        ["bids that are due", 0, 40],
        ["as many asks", 0.5, 0],
      ] as const) {
        it(`at ${piles} piles over ${LONGEST_HORIZON} frames, ${name}, ${kind}`, async function () {
          const gas = await run({ piles, askShare, horizon: LONGEST_HORIZON, waited }, name);
          this.test!.title += `: ${told(gas)}`;
          for (const [step, used] of Object.entries(gas)) expect(used, step).to.be.below(TRANSACTION_GAS);
        }).timeout(120_000);
      }
    }
  }
});
