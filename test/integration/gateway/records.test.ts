import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { decodePosting } from "../../../scripts/chain/packedWords";
import { SimulatedStation } from "../../../scripts/gateway/ocpp/simulatedStation";
import { recordMeterKey } from "../../../scripts/metering/recordMeter";
import { MeterFile } from "../../../scripts/metering/meterFile";
import { newMeter, type SigningMeter, signRecord } from "../../../scripts/metering/signRecord";
import { Delivery__factory } from "../../../typechain-types";
import { ALL_CASES } from "../../helpers/cases";
import { hardhatCommand } from "../../helpers/hardhatCommand";
import { until } from "../../helpers/gatewayOrders";
import { FRAME, type StationedGateway, stationedGateway, stationSettings } from "../../helpers/gatewayStations";
import { HAS_ANVIL } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;

suite("gateway: stations whose meters sign records", function () {
  this.timeout(180_000);
  let all: StationedGateway;
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
    const described: [string, object][] = stations.map(({ id, meter }) => [id, meter.description]);
    described.push(["three", own.description]);
    all = await stationedGateway({
      piles: 3,
      prepare: async ({ client, admin }) => {
        for (const [index, { meter }] of stations.entries()) {
          await client.setMeterKey(admin, index + 1, recordMeterKey(client.address, index + 1, meter.description));
        }
      },
      ocpp: {
        policy: "impatient",
        stations: described.map(([id, recordMeter], index) => stationSettings(id, index + 1, { recordMeter })),
        defaults: { energyWh: 3_000, stayMinutes: 200, limitPrice: 250_000 },
      },
    });
  });
  after(async () => {
    await Promise.all(devices.map(async (device) => device.close().catch(() => undefined)));
    await all?.stop();
  });

  it("takes their records through to the settlement, and nobody else's", async () => {
    const { node, gateway, start, logged, reach } = all;
    const { client } = all.market;
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
    const { gateway, logged } = all;
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
