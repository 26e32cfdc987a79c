import { once } from "node:events";

import { expect } from "chai";
import { RPCClient } from "ocpp-rpc";
import { WebSocket } from "ws";

import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { decodePosting } from "../../../scripts/chain/packedWords";
import { until } from "../../helpers/gatewayOrders";
import { FRAME, type StationedGateway, stationedGateway, stationSettings } from "../../helpers/gatewayStations";
import { HAS_ANVIL } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;

suite("gateway: charging stations", function () {
  this.timeout(180_000);
  let all: StationedGateway;
  const clients: RPCClient[] = [];

  before(async () => {
    all = await stationedGateway({
      piles: 2,
      ocpp: {
        stations: [stationSettings("one", 1), stationSettings("two", 2)],
        policy: "impatient",
        drivers: { alice: { energyWh: 8_000, stayMinutes: 300, limitPrice: 250_000 } },
        defaults: { energyWh: 2_000, stayMinutes: 200, limitPrice: 250_000 },
      },
    });
  });
  after(async () => {
    await Promise.all(clients.map(async (one) => one.close().catch(() => undefined)));
    await all?.stop();
  });

  const clientOf = (identity: string, protocol: string, password = `secret of ${identity}`) => {
    const client = new RPCClient({
      ...{ endpoint: `ws://127.0.0.1:${all.gateway.ocppPort}`, identity, protocols: [protocol], password },
      ...{ strictMode: false, reconnect: false },
    } as ConstructorParameters<typeof RPCClient>[0]);
    clients.push(client);
    return client;
  };
  const time = (seconds: number) => new Date(seconds * 1_000).toISOString();

  it("lets in whom it knows by its password, and goes on where a station sends nonsense", async () => {
    for (const [identity, password] of [
      ["one", "guessed"],
      ["stranger", "secret of stranger"],
    ] as const) {
      const refused = await clientOf(identity, "ocpp1.6", password)
        .connect()
        .then(
          () => "let in",
          (error: Error) => error.message,
        );
      expect(refused, identity).to.match(/401|Unauthorized/i);
    }
    const noisy = clientOf("two", "ocpp2.0.1");
    await noisy.connect();
    const answer = await noisy.call("BootNotification", { nonsense: true }).catch((error: Error) => error);
    expect(answer).to.be.instanceOf(Error);
    const tag = await noisy
      .call("Authorize", { idToken: { idToken: "x".repeat(10_000), type: "Central" } })
      .catch((error: Error) => error);
    expect(tag).to.be.instanceOf(Error);
    expect(all.logged("a station was not let in").map(({ station }) => station)).to.deep.equal(["one", "stranger"]);
    await noisy.close();
    // A message beyond what any station sends ends its connection, and it may come again.
    const url = `ws://127.0.0.1:${all.gateway.ocppPort}/two`;
    const shouting = new WebSocket(url, ["ocpp2.0.1"], { auth: "two:secret of two" });
    await once(shouting, "open");
    shouting.send(JSON.stringify([2, "1", "Authorize", { idToken: { idToken: "x".repeat(70_000), type: "Central" } }]));
    await once(shouting, "close");
    const again = clientOf("two", "ocpp2.0.1");
    await again.connect();
    await again.close();
  });

  it("orders for cars, limits their power by what was filled, and settles by their meters", async () => {
    const { gateway, start, logged, reach, node } = all;
    const { client } = all.market;
    const plugged = (start - 1) * FRAME + 70;
    const limits: Record<string, unknown[]> = { one: [], two: [] };

    const one = clientOf("one", "ocpp1.6");
    one.handle("SetChargingProfile", async ({ params = {} }) => {
      const { chargingProfilePurpose } = params["csChargingProfiles"] as { chargingProfilePurpose: string };
      limits["one"]!.push(params);
      return {
        status: chargingProfilePurpose === "TxProfile" ? "NotSupported" : "Accepted",
      };
    });
    await one.connect();
    const boot = (await one.call("BootNotification", { chargePointVendor: "v", chargePointModel: "m" })) as {
      status: string;
    };
    expect(boot.status).to.equal("Accepted");
    await one.call("StatusNotification", {
      connectorId: 1,
      errorCode: "NoError",
      status: "Preparing",
      timestamp: time(plugged),
    });
    const begin = { connectorId: 1, idTag: "alice", meterStart: 10_000, timestamp: time(plugged) };
    const { transactionId } = (await one.call("StartTransaction", begin)) as { transactionId: number };
    // The answer was lost: the station asks again, and the same transaction it is.
    expect(await one.call("StartTransaction", begin)).to.deep.include({ transactionId });

    const two = clientOf("two", "ocpp2.0.1");
    two.handle("SetChargingProfile", async ({ params }) => {
      limits["two"]!.push(params);
      return { status: "Accepted" };
    });
    await two.connect();
    await two.call("BootNotification", { reason: "PowerUp", chargingStation: { model: "m", vendorName: "v" } });
    const event = (eventType: string, seqNo: number, timestamp: string, kwh: number) => ({
      ...{
        eventType,
        seqNo,
        timestamp,
        triggerReason: "MeterValuePeriodic",
        transactionInfo: { transactionId: "t-1" },
      },
      meterValue: [{ timestamp, sampledValue: [{ value: kwh, unitOfMeasure: { unit: "kWh" } }] }],
      evse: { id: 1, connectorId: 1 },
    });
    await two.call("TransactionEvent", {
      ...event("Started", 0, time(plugged), 50),
      idToken: { idToken: "bob", type: "Central" },
    });
    const needs = {
      evseId: 1,
      chargingNeeds: {
        requestedEnergyTransfer: "AC_three_phase",
        departureTime: time(plugged + 4 * FRAME),
        acChargingParameters: { energyAmount: 1_000, evMinCurrent: 6, evMaxCurrent: 32, evMaxVoltage: 230 },
      },
    };
    expect(await two.call("NotifyEVChargingNeeds", needs)).to.deep.include({ status: "Accepted" });

    await until("orders at the desk", async () => gateway.markets.get("main")!.orders.in("accepted").length === 2);
    await reach(start * FRAME - 600 - 25);
    await until(
      "orders on chain",
      async () => (await client.pileState(1)).remainingWh > 0n && (await client.pileState(2)).remainingWh > 0n,
    );
    await reach(start * FRAME - 500);
    await until("limits", async () => limits["one"]!.length === 2 && limits["two"]!.length === 1);
    const sent = JSON.stringify(limits);
    expect(sent).to.contain("TxProfile").and.contain("TxDefaultProfile");
    const two201 = limits["two"]![0] as {
      chargingProfile: { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] }[] };
    };
    // 1 kWh in half an hour.
    expect(two201.chargingProfile.chargingSchedule[0]!.chargingSchedulePeriod[0]!.limit).to.equal(2_000);
    const fills = logged("limit set").map(({ station, limitW }) => [station, Number(limitW) / 2]);
    const [, oneWh] = fills.find(([name]) => name === "one") as [string, number];

    // The first draws what it was given, beginning with the frame; the second twice as much.
    const [begins, ends] = [start * FRAME, (start + 1) * FRAME];
    const meter16 = (at: number, wh: number) => ({
      ...{
        connectorId: 1,
        transactionId,
        meterValue: [{ timestamp: time(at), sampledValue: [{ value: String(wh), unit: "Wh" }] }],
      },
    });
    await reach(begins + 5);
    await one.call("MeterValues", meter16(begins, 10_000));
    await two.call("TransactionEvent", event("Updated", 1, time(begins), 50));
    await reach(ends + 20);
    await one.call("MeterValues", meter16(ends + 10, 10_000 + oneWh));
    await two.call("TransactionEvent", { ...event("Updated", 2, time(ends), 52), offline: true });
    await until("settled", async () => (await client.frameRecord(start))?.open === false, 60);
    const settled = await node.provider.getLogs({
      address: client.address,
      fromBlock: 0,
      topics: [MARKET_INTERFACE.getEvent("FrameSettled")!.topicHash],
    });
    const postings = MARKET_INTERFACE.parseLog(settled.at(-1)!)!.args.getValue("postings") as bigint[];
    const read = new Map(
      postings.map(decodePosting).map(({ pile, consumedWh, silent }) => [pile, [Number(consumedWh), silent]]),
    );
    expect(read.get(2)).to.deep.equal([2_000, false]);
    const [drew, silent] = read.get(1) as [number, boolean];
    expect(silent).to.equal(false);
    expect(drew).to.be.within(Math.floor((oneWh * 1_800) / 1_810) - 1, oneWh);
    expect(logged("the station ignores its limit").map(({ station }) => station)).to.deep.equal(["two"]);
    await one.call("StopTransaction", { transactionId, meterStop: 10_000 + oneWh, timestamp: time(ends + 15) });
  });
});
