import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import pino from "pino";

import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { decodePosting } from "../../../scripts/chain/packedWords";
import { parseConfig } from "../../../scripts/gateway/config";
import { SimulatedStation } from "../../../scripts/gateway/ocpp/simulatedStation";
import { type RunningGateway, runGateway } from "../../../scripts/gateway/service";
import { recordMeterKey } from "../../../scripts/metering/recordMeter";
import { newMeter, signRecord } from "../../../scripts/metering/signRecord";
import { marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { until } from "../../helpers/gatewayOrders";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;
const FRAME = 1_800;

suite("gateway: a station that discharges its car", function () {
  this.timeout(300_000);
  let node: RunningNode;
  let market: NodeMarket;
  let gateway: RunningGateway;
  let start: number;
  const lines: Record<string, unknown>[] = [];
  const logged = (msg: string) => lines.filter((line) => line["msg"] === msg);
  const devices: SimulatedStation[] = [];
  const meter = newMeter("secp256r1", { exportRegister: "1-0:2.8.0" });

  before(async () => {
    node = await startAnvil();
    market = await marketOnNode(node, 2, { readingSeconds: FRAME });
    const { clock, client, admin } = market;
    await client.setMeterKey(admin, 1, recordMeterKey(client.address, 1, meter.description));
    start = Math.floor((await clock.now()) / FRAME) + 4;
    // The buyer bids the tariff, dearer than what any seller asks for at first.
    const tariffs = { importPricePerKwh: 400_000n, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };
    const frames = Array.from({ length: 8 }, () => ({ baseLoadW: 33_000n, ...tariffs }));
    await client.publish(admin, start, frames);
    await clock.reach((start - 1) * FRAME + 60);
    for (const index of [1, 2, 9]) process.env[`TEST_GATEWAY_KEY${index}`] = nodeWallet(index).privateKey;
    const station = (id: string, pile: number, more: object) => ({
      ...{ id, market: "main", password: `secret of ${id}`, key: { env: `TEST_GATEWAY_KEY${pile}` }, ratedW: 7_000 },
      ...more,
    });
    const config = parseConfig(
      {
        ...{ rpcUrl: node.url, data: mkdtempSync(join(tmpdir(), "adbev-")), listen: { port: 0 } },
        ...{ clock: "chain", blockSeconds: 0.25, confirmations: 1, requestsPerSecond: 500 },
        keeper: { env: "TEST_GATEWAY_KEY9" },
        markets: [{ name: "main", address: client.address, leadSeconds: 30 }],
        ocpp: {
          ...{ listen: { port: 0 }, policy: "impatient" },
          stations: [
            station("seller", 1, { discharges: true, recordMeter: meter.description }),
            station("buyer", 2, {}),
          ],
          drivers: { carol: { energyWh: 1_501, stayMinutes: 200, limitPrice: 100_000, side: "discharge" } },
          defaults: { energyWh: 3_000, stayMinutes: 200, limitPrice: 450_000 },
        },
      },
      "test",
    );
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    gateway = await runGateway({ config, log: pino({ level: "info" }, { write }) });
  });
  after(async () => {
    await Promise.all(devices.map(async (device) => device.close().catch(() => undefined)));
    await gateway?.stop();
    node.stop();
  });

  /** Takes the chain there, and the gateway's clock, which it would read a moment later. */
  async function reach(time: number): Promise<void> {
    await market.clock.reach(time);
    expect((await fetch(`${gateway.url}/health`)).ok).to.equal(true);
  }

  it("sells, feeds in what was sold by a limit below 0, and is settled by what its meter signed", async () => {
    const { client } = market;
    const plugged = (start - 1) * FRAME + 70;
    let page = 1;
    for (const id of ["seller", "buyer"]) {
      const sign = (time: number, importWh: bigint, exportWh: bigint) =>
        signRecord(meter, page++, [{ time, importWh, exportWh }]);
      const device = new SimulatedStation({
        ...{ endpoint: `ws://127.0.0.1:${gateway.ocppPort}`, identity: id, password: `secret of ${id}` },
        ...{ version: "2.0.1", ratedW: 7_000, ...(id === "seller" && { sign }) },
      });
      devices.push(device);
      await device.connect(plugged);
      const tag = id === "seller" ? "carol" : "bob";
      const departureAt = plugged + 6 * FRAME;
      await device.plug({ tag, energyWh: 3_000, givesWh: 10_000, departureAt }, plugged);
    }
    await until("orders at the desk", async () => gateway.markets.get("main")!.orders.in("accepted").length === 2);
    await reach(start * FRAME - 600 - 25);
    await until("orders on chain", async () =>
      (await Promise.all([1, 2].map(async (pile) => client.pileState(pile)))).every(
        ({ remainingWh }) => remainingWh > 0n,
      ),
    );
    expect((await client.pileState(1)).charge).to.equal(false);
    await reach(start * FRAME - 500);
    await until("limits", async () => logged("limit set").length === 2);
    const limits = new Map(logged("limit set").map(({ station, limitW }) => [station, limitW]));
    // 1 501 Wh in half an hour; to the buyer comes what the grid sells, at most what it may draw.
    expect(limits.get("seller")).to.equal(-3_002);
    expect(limits.get("buyer")).to.be.at.least(3_002);
    const [begins, ends] = [start * FRAME, (start + 1) * FRAME];
    await reach(begins + 5);
    for (const device of devices) await device.meter(begins);
    await reach(ends + 20);
    for (const device of devices) await device.meter(ends);
    expect(devices.map((device) => Math.round(device.gaveWh))).to.deep.equal([1_501, 0]);
    await until("settled", async () => (await client.frameRecord(start))?.open === false, 150);
    const topic = MARKET_INTERFACE.getEvent("FrameSettled")!.topicHash;
    const settled = await node.provider.getLogs({ address: client.address, fromBlock: 0, topics: [topic] });
    const postings = MARKET_INTERFACE.parseLog(settled.at(-1)!)!.args.getValue("postings") as bigint[];
    const of = new Map(postings.map(decodePosting).map((posting) => [posting.pile, posting]));
    expect(of.get(1)).to.include({ producedWh: 1_501n, consumedWh: 0n, silent: false });
    expect(of.get(2)).to.include({ producedWh: 0n, silent: false });
    const metered = logged("frame metered").find(({ station }) => station === "seller");
    expect(metered).to.include({ drewWh: 0, gaveWh: 1_501, agreedWh: 0, soldWh: 1_501 });
    expect(logged("the station ignores its limit")).to.deep.equal([]);
  });
});
