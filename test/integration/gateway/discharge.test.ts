import { expect } from "chai";

import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { decodePosting } from "../../../scripts/chain/packedWords";
import { SimulatedStation } from "../../../scripts/gateway/ocpp/simulatedStation";
import { recordMeterKey } from "../../../scripts/metering/recordMeter";
import { newMeter, signRecord } from "../../../scripts/metering/signRecord";
import { until } from "../../helpers/gatewayOrders";
import { FRAME, type StationedGateway, stationedGateway, stationSettings } from "../../helpers/gatewayStations";
import { HAS_ANVIL } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;

suite("gateway: a station that discharges its car", function () {
  this.timeout(300_000);
  let all: StationedGateway;
  const devices: SimulatedStation[] = [];
  const meter = newMeter("secp256r1", { exportRegister: "1-0:2.8.0" });

  before(async () => {
    all = await stationedGateway({
      piles: 2,
      // The buyer bids the tariff, dearer than what any seller asks for at first.
      importPricePerKwh: 400_000n,
      prepare: async ({ client, admin }) => {
        await client.setMeterKey(admin, 1, recordMeterKey(client.address, 1, meter.description));
      },
      ocpp: {
        policy: "impatient",
        stations: [
          stationSettings("seller", 1, { discharges: true, recordMeter: meter.description }),
          stationSettings("buyer", 2),
        ],
        drivers: { carol: { energyWh: 1_501, stayMinutes: 200, limitPrice: 100_000, side: "discharge" } },
        defaults: { energyWh: 3_000, stayMinutes: 200, limitPrice: 450_000 },
      },
    });
  });
  after(async () => {
    await Promise.all(devices.map(async (device) => device.close().catch(() => undefined)));
    await all?.stop();
  });

  it("sells, feeds in what was sold by a limit below 0, and is settled by what its meter signed", async () => {
    const { node, gateway, start, logged, reach } = all;
    const { client } = all.market;
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
