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
import { MeterFile } from "../../../scripts/metering/meterFile";
import { newMeter, type SigningMeter, signRecord } from "../../../scripts/metering/signRecord";
import { Delivery__factory } from "../../../typechain-types";
import { ALL_CASES } from "../../helpers/cases";
import { hardhatCommand } from "../../helpers/hardhatCommand";
import { marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { until } from "../../helpers/gatewayOrders";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;
const FRAME = 1_800;

suite("gateway: stations whose meters sign records", function () {
  this.timeout(180_000);
  let node: RunningNode;
  let market: NodeMarket;
  let gateway: RunningGateway;
  let start: number;
  const lines: Record<string, unknown>[] = [];
  const logged = (msg: string) => lines.filter((line) => line["msg"] === msg);
  const devices: SimulatedStation[] = [];
  const stations: { id: string; version: "1.6" | "2.0.1"; meter: SigningMeter }[] = [
    { id: "one", version: "1.6", meter: newMeter("secp256r1", { serial: "R1-1" }) },
    { id: "two", version: "2.0.1", meter: newMeter("secp256k1", { serialField: "GS", pageKind: "T" }) },
  ];
  const meterFile = join(mkdtempSync(join(tmpdir(), "adbev-")), "meter.json");
  /** Of the third station, whose pile has another key. */
  const own = MeterFile.open(meterFile, "secp256r1", "three");
  /** The next page of each. */
  const page = [1, 1];

  before(async () => {
    node = await startAnvil();
    market = await marketOnNode(node, 3, { readingSeconds: FRAME });
    const { clock, client, admin } = market;
    for (const [index, { meter }] of stations.entries()) {
      await client.setMeterKey(admin, index + 1, recordMeterKey(client.address, index + 1, meter.description));
    }
    start = Math.floor((await clock.now()) / FRAME) + 4;
    const tariffs = { importPricePerKwh: 200_000n, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };
    const frames = Array.from({ length: 8 }, () => ({ baseLoadW: 33_000n, ...tariffs }));
    await client.publish(admin, start, frames);
    await clock.reach((start - 1) * FRAME + 60);
    for (const index of [1, 2, 3, 9]) process.env[`TEST_GATEWAY_KEY${index}`] = nodeWallet(index).privateKey;
    const config = parseConfig(
      {
        ...{ rpcUrl: node.url, data: mkdtempSync(join(tmpdir(), "adbev-")), listen: { port: 0 } },
        ...{ clock: "chain", blockSeconds: 0.25, confirmations: 1, requestsPerSecond: 500 },
        keeper: { env: "TEST_GATEWAY_KEY9" },
        markets: [{ name: "main", address: client.address, leadSeconds: 30 }],
        ocpp: {
          ...{ listen: { port: 0 }, policy: "impatient" },
          stations: [
            ...stations.map(({ id, meter }) => [id, meter.description] as const),
            ["three", own.description],
          ].map(([id, recordMeter], index) => ({
            ...{ id, market: "main", password: `secret of ${id as string}` },
            ...{ key: { env: `TEST_GATEWAY_KEY${index + 1}` }, ratedW: 7_000, recordMeter },
          })),
          defaults: { energyWh: 3_000, stayMinutes: 200, limitPrice: 250_000 },
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

  it("takes their records through to the settlement, and nobody else's", async () => {
    const { client } = market;
    const plugged = (start - 1) * FRAME + 70;
    const forger = newMeter("secp256r1", { serial: "R1-1" });
    let forges = false;
    for (const [index, { id, version, meter }] of stations.entries()) {
      const device = new SimulatedStation({
        ...{ endpoint: `ws://127.0.0.1:${gateway.ocppPort}`, identity: id, password: `secret of ${id}` },
        ...{ version, ratedW: 7_000 },
        sign: (time, importWh) =>
          forges && index === 0
            ? signRecord(forger, page[0]!, [{ time, importWh: importWh + 900n }])
            : signRecord(meter, page[index]!++, [{ time, importWh }]),
      });
      devices.push(device);
      await device.connect(plugged);
      await device.plug({ tag: "alice", energyWh: 3_000, departureAt: plugged + 6 * FRAME }, plugged);
    }
    await until("orders at the desk", async () => gateway.markets.get("main")!.orders.in("accepted").length === 2);
    await reach(start * FRAME - 600 - 25);
    await until("orders on chain", async () =>
      (await Promise.all([1, 2].map(async (pile) => client.pileState(pile)))).every(
        ({ remainingWh }) => remainingWh > 0n,
      ),
    );
    await reach(start * FRAME - 500);
    await until("limits", async () => logged("limit set").length === 2);
    const [begins, ends] = [start * FRAME, (start + 1) * FRAME];
    await reach(begins + 5);
    for (const device of devices) await device.meter(begins);
    // Somebody at the first station's connection has another key.
    forges = true;
    await devices[0]!.meter(begins + 60);
    forges = false;
    await reach(ends + 20);
    for (const device of devices) await device.meter(ends);
    await until("settled", async () => (await client.frameRecord(start))?.open === false, 60);
    expect(logged("a record that is not of its meter").map(({ station }) => station)).to.deep.equal(["one"]);
    expect(logged("records stored").map(({ refused }) => refused)).to.deep.equal([0]);
    const delivery = Delivery__factory.connect(client.deliveryAddress, node.provider);
    const topic = MARKET_INTERFACE.getEvent("FrameSettled")!.topicHash;
    const settled = await node.provider.getLogs({ address: client.address, fromBlock: 0, topics: [topic] });
    const postings = MARKET_INTERFACE.parseLog(settled.at(-1)!)!.args.getValue("postings") as bigint[];
    for (const posting of postings.map(decodePosting)) {
      const drewWh = BigInt(Math.floor(devices[posting.pile - 1]!.drawnWh));
      expect(drewWh).to.be.greaterThan(1_000n);
      expect([posting.consumedWh, posting.silent]).to.deep.equal([drewWh, false]);
      const { stored, consumedWh } = await delivery.readingOf(client.address, posting.pile, start);
      expect([stored, consumedWh]).to.deep.equal([true, drewWh]);
    }
    expect(postings).to.have.length(2);
    expect(logged("frame metered").map(({ station }) => station)).to.have.members(["one", "two"]);
    expect(logged("the station ignores its limit")).to.deep.equal([]);
    const hint = "the pile has another meter key; records count once the registrar has set this one";
    const [told, ...more] = logged(hint);
    expect(more).to.deep.equal([]);
    expect(told).to.include({ station: "three", pile: 3, wanted: recordMeterKey(client.address, 3, own.description) });
  });

  (ALL_CASES ? it : it.skip)("takes the records of the station that a command starts", async () => {
    process.env["ADBEV_STATION_PASSWORD"] = "secret of three";
    const before = logged("a record that is not of its meter").length;
    const ended = await hardhatCommand(
      ...["gateway:station", "--endpoint", `ws://127.0.0.1:${gateway.ocppPort}`, "--identity", "three"],
      ...["--ocpp", "1.6", "--stay", "1", "--every", "20", "--meter", meterFile],
    );
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.stdout).to.contain(own.description.x);
    expect(logged("a record that is not of its meter")).to.have.length(before);
    const store = gateway.markets.get("main")!.store;
    const pages = store.all("SELECT page FROM records WHERE station = 'three' ORDER BY page").map(({ page }) => page);
    expect(pages.length).to.be.greaterThan(3);
    expect(pages).to.deep.equal(pages.map((_, index) => index + 1));
  });
});
