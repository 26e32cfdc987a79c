import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { task } from "hardhat/config";

import { boundedAmount, oneOf, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileQuietly } from "./support/installation";
import { kWh } from "../scripts/core/text";
import { printHeading, printTable, toJsonText } from "./support/output";

interface DemoArguments {
  stations: string;
  frames: string;
  json: boolean;
}

interface StationArguments {
  endpoint: string;
  identity: string;
  ocpp: string;
  tag: string;
  energy: string;
  stay: string;
  rated: string;
  every: string;
  meter?: string;
  curve: string;
}

/** Variable that holds a simulated station's password. */
const PASSWORD = "ADBEV_STATION_PASSWORD";
const [LEAD_SECONDS, HOMES, RATED_W] = [30, 100, 7_000];
/** Hundredths of the token per kWh, and money units. */
const [IMPORT, EXPORT, LIMIT_PRICE] = [20, 5, 250_000];

task(
  "gateway:demo",
  "A node, a market, a gateway and charging stations on this machine, and a compressed day with cars",
)
  .addOptionalParam("stations", "how many stations, half OCPP 1.6 and half 2.0.1, 1 to 20", "8")
  .addOptionalParam("frames", "half-hours of the day, 6 to 48", "24")
  .addFlag("json", "print what became of each driver as JSON and nothing else")
  .setAction(
    guarded(async (args: DemoArguments, hre) => {
      const count = wholeNumber("stations", args.stations, 1, 20);
      const frames = wholeNumber("frames", args.frames, 6, 48);
      await compileQuietly(hre);
      const { marketOnNode } = await import("./support/gatewayNode");
      const { runGateway } = await import("../scripts/gateway/service");
      const { parseConfig } = await import("../scripts/gateway/config");
      const { metersOf, playDemo, visitsOf } = await import("../scripts/gateway/demo");
      const { recordMeterKey } = await import("../scripts/metering/recordMeter");
      const { homesBaseLoadW } = await import("../scripts/data/elexonProfileClass1");
      const { moneyOf } = await import("../scripts/chain/token");
      const { default: pino } = await import("pino");
      const market = { readingSeconds: 1_800 };
      const drivers = await marketOnNode(hre, { piles: count, market }, async (at) => {
        const { client, clock, piles, admin, sender, rpcUrl, folder } = at;
        const { frameSeconds } = client.parameters;
        const first = Math.floor((await clock.now()) / frameSeconds) + 5;
        const base = homesBaseLoadW(HOMES);
        const lines = Array.from({ length: frames + 4 }, (_, index) => {
          const frame = first - 1 + index;
          return `${frame},${Math.round(base[frame % base.length]!)},${IMPORT},${EXPORT}`;
        });
        const data = join(folder, "data");
        await mkdir(data);
        await writeFile(join(folder, "figures.csv"), ["frame,load,import,export", ...lines, ""].join("\n"));
        process.env["ADBEV_DEMO_KEY0"] = admin.privateKey;
        const visits = visitsOf(count, frames);
        const meters = metersOf(count);
        const stations = piles.map((pile, index) => {
          process.env[`ADBEV_DEMO_KEY${index + 1}`] = pile.privateKey;
          return {
            id: `station-${index + 1}`,
            password: `password-${index + 1}`,
            account: pile.address,
            ratedW: RATED_W,
            visit: visits[index]!,
            meter: meters[index],
          };
        });
        for (const [index, meter] of meters.entries()) {
          if (meter === undefined) continue;
          const key = recordMeterKey(client.address, index + 1, meter.description);
          await client.setMeterKey(sender, index + 1, key);
        }
        const config = parseConfig(
          {
            ...{ rpcUrl, data, listen: { port: 0 }, clock: "chain", blockSeconds: 0.25, confirmations: 1 },
            keeper: { env: "ADBEV_DEMO_KEY0" },
            markets: [
              {
                ...{ name: "main", address: client.address, leadSeconds: LEAD_SECONDS },
                ...{ publications: join(folder, "figures.csv"), operator: { env: "ADBEV_DEMO_KEY0" } },
              },
            ],
            ocpp: {
              listen: { port: 0 },
              stations: stations.map(({ id, password, ratedW, meter }, index) => ({
                ...{ id, password, ratedW, market: "main", key: { env: `ADBEV_DEMO_KEY${index + 1}` } },
                ...(meter && { recordMeter: meter.description }),
              })),
              drivers: Object.fromEntries(
                stations.map(({ id, visit: { arrival, departure, energyWh } }) => {
                  const stayMinutes = ((departure - arrival) * frameSeconds) / 60;
                  return [id, { energyWh, stayMinutes, limitPrice: LIMIT_PRICE }];
                }),
              ),
              defaults: { energyWh: 5_000, stayMinutes: 240, limitPrice: LIMIT_PRICE },
            },
          },
          "gateway:demo",
        );
        const log = pino({ level: process.env["ADBEV_GATEWAY_LOG"] ?? "warn" }, pino.destination(2));
        const gateway = await runGateway({ config, log });
        try {
          const money = await moneyOf(client, at.provider);
          const say = args.json ? () => undefined : (text: string) => console.log(text);
          const played = await playDemo({ gateway, provider: at.provider, clock, stations, first, frames, say });
          return played.map((one) => ({ ...one, paidText: money.amount(one.paid) }));
        } finally {
          await gateway.stop();
        }
      });
      if (args.json) {
        console.log(toJsonText({ drivers }));
        return;
      }
      printHeading("What became of each driver");
      printTable(
        ["station", "OCPP", "asked for", "drew", "paid", "readings signed by"],
        drivers.map(({ station, version, wantedWh, drewWh, paidText, curve, framesByRecords }) => [
          ...[station, version, kWh(BigInt(wantedWh), 2), kWh(BigInt(Math.round(drewWh)), 2), paidText],
          curve === undefined
            ? "the gateway"
            : `its own meter (${curve}), ${framesByRecords} half-hour${framesByRecords === 1 ? "" : "s"} settled`,
        ]),
      );
      console.log("\nA meter's own OCMF records go on chain as they are: the contract checks their signatures.");
    }),
  );

task(
  "gateway:station",
  "A small charging station that connects to a gateway, for demonstrations; ends when its car goes",
)
  .addParam("endpoint", "where the gateway's central system listens, such as ws://127.0.0.1:9000")
  .addParam("identity", `its name in the gateway's allow-list; its password is in the variable ${PASSWORD}`)
  .addOptionalParam("ocpp", "OCPP that it speaks: 1.6 or 2.0.1", "2.0.1")
  .addOptionalParam("tag", "the driver's tag", "demonstration")
  .addOptionalParam("energy", "what the car asks for, Wh", "5000")
  .addOptionalParam("stay", "minutes until the car goes, 1 to 1440", "240")
  .addOptionalParam("rated", "what the station can deliver, W", "7000")
  .addOptionalParam("every", "seconds between two meter values, 1 to 900", "60")
  .addOptionalParam(
    "meter",
    "file of a meter that signs OCMF records, made with a new key where there is none (default: values are not signed)",
  )
  .addOptionalParam("curve", "curve of a new meter's key: secp256r1 or secp256k1", "secp256r1")
  .setAction(
    guarded(async (args: StationArguments) => {
      const version = oneOf("ocpp", args.ocpp, ["1.6", "2.0.1"] as const);
      const energyWh = wholeNumber("energy", args.energy, 1, 500_000);
      const staySeconds = wholeNumber("stay", args.stay, 1, 1_440) * 60;
      const ratedW = Number(boundedAmount("rated", args.rated, { least: 1, most: 16_777_215, unit: "W" }));
      const every = wholeNumber("every", args.every, 1, 900);
      const { SimulatedStation } = await import("../scripts/gateway/ocpp/simulatedStation");
      const { MeterFile } = await import("../scripts/metering/meterFile");
      const { endpoint, identity, tag } = args;
      const curve = oneOf("curve", args.curve, ["secp256r1", "secp256k1"] as const);
      const meter = args.meter === undefined ? undefined : MeterFile.open(args.meter, curve, identity.slice(0, 31));
      if (meter !== undefined) console.log(`Its meter, recordMeter in the settings: ${toJsonText(meter.description)}`);
      const station = new SimulatedStation({
        endpoint,
        identity,
        version,
        ratedW,
        password: process.env[PASSWORD] ?? "",
        ...(meter && { sign: (time, importWh) => meter.sign(time, importWh), registerWh: meter.registerWh }),
      });
      const now = () => Date.now() / 1_000;
      await station.connect(now());
      const departureAt = now() + staySeconds;
      await station.plug({ tag, energyWh, departureAt }, now());
      while (now() < departureAt) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(every, Math.max(0, departureAt - now())) * 1_000));
        await station.meter(now());
        console.log(`${new Date().toISOString()} drew ${kWh(BigInt(Math.round(station.drawnWh)), 2)}`);
      }
      await station.unplug(now());
      await station.close();
    }),
  );
