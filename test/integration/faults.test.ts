import { takeSnapshot, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { ChainPort } from "../../scripts/chain/chainPort";
import { BatchGateway, type GatewayOptions, type OrderGateway } from "../../scripts/chain/orderGateway";
import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../scripts/core/parameters";
import { asapPlanner, pob } from "../../scripts/planners/book/planners";
import { WholeNeed } from "../../scripts/piles/policies/wholeNeed";
import { type DayOptions, runDay } from "../../scripts/simulation/day";
import type { DayResult } from "../../scripts/simulation/dayResult";
import { defaultDay } from "../../scripts/simulation/defaults";
import { type FaultReport, reportFaults } from "../../scripts/simulation/faults/faultReport";
import { emptyLog } from "../../scripts/simulation/faults/faults";
import { type FallibleMarket, FaultyPort } from "../../scripts/simulation/faults/faultyPort";
import { parseFaults } from "../../scripts/simulation/faults/parse";
import { ModelPort } from "../../scripts/simulation/modelPort";
import { chainPortOptions } from "../../tasks/support/chainMarket";
import { openFaultyMarket } from "../../tasks/support/faultyMarket";
import { cases } from "../helpers/cases";

interface Played {
  day: DayResult;
  faultless: DayResult;
  report: FaultReport;
}

const METERS = { noise: 0.1, leave: 0.1, silent: 0.02, cheat: 0.2 };

/** Bonds of a market with meters cover any breach. */
const BOND_PRICE = DEFAULT_PARAMETERS.importCapPerKwh;

describe("a simulated day on which things go wrong", function () {
  this.timeout(120_000);
  let snapshot: SnapshotRestorer;
  let feeders = 0;

  before(async () => {
    snapshot = await takeSnapshot();
  });
  // Other tests neither pay nor get older for this one.
  after(() => snapshot.restore());

  const small = (): DayOptions => defaultDay({ seed: 3, evs: 14, homes: 40, afterDays: 0 });
  const metered = (): DayOptions => defaultDay({ seed: 3, evs: 14, homes: 40, afterDays: 0, meters: METERS });

  async function play(
    faults: string,
    options: () => DayOptions = small,
    rules: Partial<DeploymentParameters> = {},
  ): Promise<Played> {
    const day = options();
    const market = await openFaultyMarket(
      ...([hre, rules, 3, `faulty${++feeders}`, parseFaults("faults", faults), day.measured.first] as const),
    );
    const result = await runDay(day, market.port);
    const faultless = await runDay(options(), new ModelPort({ ...DEFAULT_PARAMETERS, ...rules }));
    const { client, port } = market;
    const deposited = await market.deposited();
    const report = await reportFaults({ client, port, deposited, provider: ethers.provider, day: result, faultless });
    const { proof } = report;
    expect(proof.audit.difference, "the rebuild").to.equal(undefined);
    expect(proof.audit.compared!.fields).to.be.above(300);
    expect(proof.claims.ofPiles + proof.claims.inDelivery + proof.claims.ofGrid).to.equal(deposited);
    expect(proof.held).to.equal(deposited);
    expect(proof.claims.inDelivery, "unsettled").to.equal(0n);
    expect(proof.told).to.deep.equal(proof.booked);
    expect(proof.holds).to.equal(true);
    expect(result.frames).to.have.length(48);
    return { day: result, faultless, report };
  }

  it("comes out the same where the node and the gateway restart, and rebuild what they knew from the chain", async () => {
    const { day, faultless, report } = await play("restart@20,restart@33");
    expect(day.frames).to.deep.equal(faultless.frames);
    expect(day.totals).to.deep.equal(faultless.totals);
    const { restarts } = report.injected;
    expect(restarts.map(({ frame }) => frame)).to.deep.equal([20, 33]);
    for (const { events, piles, refusedConnections } of restarts) {
      expect(events).to.be.above(100);
      expect(piles).to.equal(14);
      expect(refusedConnections).to.equal(3);
    }
    // Without what was rebuilt these frames would never be settled.
    expect(restarts.reduce((sum, { unsettledFrames }) => sum + unsettledFrames, 0)).to.be.above(0);
  });

  it("comes out the same where frames with meters wait for readings while the gateway restarts", async () => {
    const { day, faultless, report } = await play("restart@20", metered, {
      readingSeconds: 3_600,
      bondPricePerKwh: BOND_PRICE,
    });
    expect(day.totals).to.deep.equal(faultless.totals);
    expect(day.delivery).to.deep.equal(faultless.delivery);
    expect(report.injected.restarts[0]!.unsettledFrames).to.be.above(0);
  });

  it("hears nothing of a pile that is offline, whose order stands, and calls its meter silent", async () => {
    const quiet = () =>
      defaultDay({ seed: 3, evs: 14, homes: 40, afterDays: 0, meters: { noise: 0, leave: 0, silent: 0, cheat: 0 } });
    const faults = Array.from({ length: 14 }, (_, i) => `offline:${i + 1}@15-43`).join(",");
    const { day, report } = await play(faults, quiet, { readingSeconds: 3_600, bondPricePerKwh: BOND_PRICE });
    expect(report.cost.ordersLost).to.be.above(0);
    expect(report.cost.readingsLost).to.be.above(0);
    expect(day.totals.refused["PileOffline"]).to.equal(report.cost.ordersLost);
    const silent = day.delivery!.frames.filter((frame) => frame.silent.length > 0).map(({ frame }) => frame - 48);
    expect(silent.length).to.be.above(0);
    for (const frame of silent) expect(frame).to.be.within(15, 43);
    const { unservedWh } = report.cost;
    expect(unservedWh.withFaults).to.be.at.least(unservedWh.without);
  });

  it("goes on where nobody clears for an hour: what was placed waits for the next clearing", async () => {
    const { day, faultless, report } = await play("missed@16-17");
    expect(report.injected.missed).to.deep.equal([16, 17]);
    const moved = (result: DayResult, frame: number) => result.frames[frame]!.tradedWh + result.frames[frame]!.gridWh;
    expect(moved(faultless, 16) + moved(faultless, 17)).to.be.above(0);
    for (const frame of [16, 17]) {
      expect(moved(day, frame)).to.equal(0);
      expect(day.frames[frame]!.loadW).to.equal(day.frames[frame]!.baseLoadW);
    }
    expect(moved(day, 18)).to.be.above(0);
    expect(report.proof.audit.events["FrameCleared"]).to.be.above(40);
  });

  it("refuses base load that comes too late; in such a frame piles trade and the grid fills nothing", async () => {
    const { day, report } = await play("late@16-18");
    expect(report.injected.late).to.deep.equal([16, 17, 18].map((frame) => ({ frame, refusal: "PublishedTooLate" })));
    for (const frame of [16, 17, 18]) {
      expect(day.frames[frame]!.grid).to.deep.equal([]);
      expect(day.frames[frame]!.loadW).to.be.at.least(day.frames[frame]!.baseLoadW);
    }
    const published = report.proof.audit.events["FramePublished"]!;
    expect(published).to.equal(4 * 48 - 3);
  });

  it("books nothing twice where everything that is signed arrives twice, and again later", async () => {
    const { day, faultless, report } = await play("duplicates", metered, {
      readingSeconds: 3_600,
      bondPricePerKwh: BOND_PRICE,
    });
    const { orders, ordersRefused, readings, readingsRefused, settlements, settlementsRefused, gas } =
      report.injected.duplicates;
    expect(orders).to.be.above(50);
    expect(ordersRefused).to.equal(orders);
    expect(readings).to.be.above(20);
    expect(readingsRefused).to.equal(readings);
    expect(settlements).to.be.above(20);
    expect(settlementsRefused).to.equal(settlements);
    expect(gas > 0n).to.equal(true);
    expect(report.proof.repeated).to.equal(orders + readings + settlements);
    expect(report.proof.audit.events["OrderRefused"]).to.be.at.least(orders);
    expect(day.totals).to.deep.equal(faultless.totals);
    expect(day.delivery).to.deep.equal(faultless.delivery);
  });

  it("sends what is missing and nothing twice where a gateway dies with half of its orders sent", async () => {
    const { day, faultless, report } = await play("gateway@34,gateway@38");
    expect(day.totals).to.deep.equal(faultless.totals);
    const { gateways } = report.injected;
    expect(gateways).to.have.length(2);
    for (const { orders, sentBefore, found, sentAfter } of gateways) {
      expect(orders).to.be.at.least(2);
      expect(found).to.equal(sentBefore);
      expect(found + sentAfter).to.equal(orders);
      expect(sentAfter).to.be.above(0);
    }
    // Had the successor sent everything anew, the market would have refused what was there.
    expect(report.proof.audit.events["OrderRefused"] ?? 0).to.equal(
      Object.values(faultless.totals.refused).reduce((sum, count) => sum + count, 0),
    );
  });

  it("finishes a day on which everything goes wrong, by meters and where plans compete", async () => {
    const all = "restart@20,offline:7@18-24,missed@30-31,late@12,duplicates,gateway@36";
    const many = () => defaultDay({ seed: 3, evs: cases(30, 12), homes: 40, meters: METERS });
    const plans = () => ({ ...many(), policy: new WholeNeed(), proposers: [pob(), asapPlanner()] });
    const { day, report } = await play(all, plans, {
      ...{ settlement: "benefit", readingSeconds: 3_600, bondPricePerKwh: BOND_PRICE, icebergPeakWh: 10_000n },
    });
    const { restarts, missed, late, duplicates, gateways } = report.injected;
    expect([restarts.length, missed.length, late.length, gateways.length]).to.deep.equal([1, 2, 1, 1]);
    expect(duplicates.orders).to.be.above(0);
    expect(day.rounds!.length).to.be.above(0);
  });

  /** A market whose restarts forget what awaits settlement, or whose gateways send everything anew. */
  async function careless(how: "forgets" | "sends anew", faults: string): Promise<Omit<Played, "faultless">> {
    const options = await chainPortOptions(hre, {}, 3, `careless${++feeders}`);
    const log = emptyLog();
    const day = small();
    let dying = false;
    const gatewayOf = (given: GatewayOptions): OrderGateway => {
      const gateway = new BatchGateway(given);
      return {
        submit: async (orders) => {
          if (dying && orders.length > 1) {
            dying = false;
            await gateway.submit(orders.slice(0, 1));
          }
          return gateway.submit(orders);
        },
      };
    };
    const first = new ChainPort({ ...options, gatewayOf });
    const market: FallibleMarket = {
      port: first,
      killGateway: () => void (dying = true),
      restart: async () => {
        const unsettled = how === "forgets" ? [] : first.memory.unsettled;
        const found = { refusedConnections: 0, events: 0, piles: 0, unsettledFrames: 0 };
        return { port: new ChainPort(options, { ...first.memory, unsettled }), ...found };
      },
    };
    const port = new FaultyPort(market, parseFaults("faults", faults), day.measured.first, log);
    const result = await runDay(day, port);
    const { client, pileBalance } = options;
    const deposited = pileBalance * BigInt((await client.piles()).length);
    const at = { client, port, deposited, provider: ethers.provider };
    return { day: result, report: await reportFaults({ ...at, day: result, faultless: result }) };
  }

  it("would show a frame that a restarted gateway forgot", async () => {
    const { proof } = (await careless("forgets", "restart@20,restart@33")).report;
    expect(proof.holds).to.equal(false);
    expect(proof.claims.inDelivery > 0n).to.equal(true);
    // Nothing is gone: it awaits whoever settles it.
    expect(proof.audit.difference).to.equal(undefined);
    expect(proof.held).to.equal(proof.deposited);
  });

  it("would show orders that a gateway sent anew", async () => {
    const { day, report } = await careless("sends anew", "gateway@13");
    expect(day.totals.refused["InvalidNonce"]).to.equal(1);
    expect(report.proof.audit.events["OrderRefused"]).to.be.above(0);
  });

  it("says in one message what the flag does not go with", async () => {
    const said: string[] = [];
    const { error } = console;
    for (const [args, message] of [
      [{ on: "model" }, "--faults: faults befall a chain; leave out --on model"],
      [{ seeds: "2" }, "--faults: goes with one seed and one feeder"],
      [{ feeders: "2" }, "--faults: goes with one seed and one feeder"],
      [{ faults: "flood@3" }, '--faults: nothing that is known in "flood@3"; expected some of restart@FRAME'],
      [{ faults: "offline:9@3" }, "--faults: this day has 6 piles, numbered from 1; found pile 9"],
    ] as const) {
      console.error = (...words: unknown[]) => void said.push(words.join(" "));
      try {
        await hre.run("simulate:day", { evs: "6", faults: "restart@20", ...args });
      } finally {
        console.error = error;
      }
      expect(process.exitCode, message).to.equal(1);
      process.exitCode = undefined;
      expect(said.pop()).to.include(message);
    }
  });
});
