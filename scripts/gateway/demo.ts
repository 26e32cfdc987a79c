import type { Provider } from "ethers";

import type { ChainClock } from "../chain/clock";
import { readLogs } from "../chain/readLogs";
import { topicOf } from "../chain/frameLogs";
import { DELIVERY_INTERFACE } from "../chain/interfaces";
import type { MarketClient } from "../chain/marketClient";
import { decodeMeterReading } from "../chain/packedWords";
import { newMeter, type SigningMeter, signRecord } from "../metering/signRecord";
import { Random } from "../core/random";
import { kWh } from "../core/text";
import { SimulatedStation } from "./ocpp/simulatedStation";
import type { RunningGateway } from "./service";

/** First bytes of a call that hands in records. */
const SUBMIT_RECORDS = DELIVERY_INTERFACE.getFunction("submitRecords")!.selector;

/** A day of cars at stations on a gateway whose chain's time is set forward. */
interface DemoPlan {
  gateway: RunningGateway;
  /** Reads the chain. */
  provider: Provider;
  /** Sets the chain's time. */
  clock: ChainClock;
  /** In the order of their piles; by turns they speak 1.6 and 2.0.1. */
  stations: readonly DemoStation[];
  /** First frame of the day, and how many it has. */
  first: number;
  frames: number;
  say: (text: string) => void;
}

/** A station with the one car that comes to it. */
interface DemoStation {
  id: string;
  password: string;
  account: string;
  ratedW: number;
  visit: Visit;
  /** Its meter where that signs records; the gateway signs the readings of the others. */
  meter: SigningMeter | undefined;
}

/** Outcome of a driver. */
interface DriverResult {
  station: string;
  version: string;
  wantedWh: number;
  drewWh: number;
  /** Money units. */
  paid: bigint;
  /** Curve of the meter's key; undefined where the gateway signs. */
  curve: string | undefined;
  /** Half-hours whose consumption the contracts took from records that the meter signed. */
  framesByRecords: number;
}

/** When a car comes and goes, in frames of the day, and what it asks for, Wh. */
interface Visit {
  arrival: number;
  departure: number;
  energyWh: number;
}

/** Visits of a day, one for each station; the same for the same numbers. */
export function visitsOf(stations: number, frames: number): Visit[] {
  const random = new Random(1).stream("demonstration");
  return Array.from({ length: stations }, () => {
    const arrival = Math.floor(random.uniform(0, frames / 3));
    const stay = Math.max(3, Math.floor(random.uniform(frames / 4, frames / 2)));
    const energyWh = Math.round(random.uniform(3_000, 9_000));
    return { arrival, departure: Math.min(frames, arrival + stay), energyWh };
  });
}

/** Meters of a day's stations: of each four the last two sign records, one by either curve. */
export function metersOf(stations: number): (SigningMeter | undefined)[] {
  const curves = [undefined, undefined, "secp256r1", "secp256k1"] as const;
  return Array.from({ length: stations }, (_, index) => {
    const curve = curves[index % curves.length];
    return curve && newMeter(curve, { serial: `DEMO-${index + 1}` });
  });
}

/** Plays the day: every station has a car that comes, asks for energy, draws what the market gives it, and goes. */
export async function playDemo({
  gateway,
  provider,
  clock,
  stations,
  first,
  frames,
  say,
}: DemoPlan): Promise<DriverResult[]> {
  const [market] = gateway.markets.values();
  const { client, leadSeconds } = market!;
  const { frameSeconds: F, auctionSeconds: A, readingSeconds } = client.parameters;
  const balance = async (account: string) => client.freeBalance(account);
  const before = await Promise.all(stations.map(async ({ account }) => balance(account)));
  const reach = async (seconds: number) => {
    await clock.reach(seconds);
    await rounds(gateway);
  };
  // Its figures are published before time moves.
  await rounds(gateway);
  await reach((first - 1) * F + 5);
  const played = stations.map((station, index) => {
    const version = index % 2 === 0 ? ("1.6" as const) : ("2.0.1" as const);
    const { visit } = station;
    const endpoint = `ws://127.0.0.1:${gateway.ocppPort}`;
    const device = new SimulatedStation({
      endpoint,
      version,
      identity: station.id,
      password: station.password,
      ratedW: station.ratedW,
      ...(station.meter && { sign: signer(station.meter) }),
    });
    return { station, version, visit, device, drewWh: 0, isThere: false };
  });
  await Promise.all(played.map(async ({ device }) => device.connect((first - 1) * F + 5)));
  for (let index = 0; index <= frames; index++) {
    const begins = (first - 1 + index) * F;
    await reach(begins + 5);
    for (const one of played) {
      const { device, visit, station } = one;
      if (one.isThere) await device.meter(begins);
      if (one.isThere && index === visit.departure) {
        one.drewWh = device.drawnWh;
        await device.unplug(begins + 10);
        one.isThere = false;
      }
      if (index !== visit.arrival || index >= frames) continue;
      const departureAt = begins + (visit.departure - visit.arrival) * F + 1;
      await device.plug({ tag: station.id, energyWh: visit.energyWh, departureAt }, begins + 20);
      one.isThere = true;
    }
    await rounds(gateway);
    for (const second of [F - A - 2 * leadSeconds, F - A - Math.ceil(leadSeconds / 2), F - A + 5])
      await reach(begins + second);
    say(newsOf(begins, played, index));
  }
  await reach((first + frames) * F + readingSeconds + 30);
  for (let tries = 0; tries < 20 && (await client.marketTotals()).openFrames > 0; tries++) await rounds(gateway);
  await Promise.all(played.map(async ({ device }) => device.close()));
  const byRecords = await framesByRecords(client, provider);
  return Promise.all(
    played.map(async ({ station, version, visit, drewWh }, index) => ({
      ...{ station: station.id, version, wantedWh: visit.energyWh, drewWh, curve: station.meter?.description.curve },
      framesByRecords: byRecords.get(index + 1) ?? 0,
      paid: before[index]! - (await balance(station.account)),
    })),
  );
}

/** A half-hour in a line: who came, who went, who is there, and what all of them have drawn so far. */
function newsOf(
  begins: number,
  played: readonly { station: DemoStation; visit: Visit; device: SimulatedStation; drewWh: number; isThere: boolean }[],
  index: number,
): string {
  const named = (when: "arrival" | "departure", word: string) =>
    played.filter(({ visit }) => visit[when] === index).map(({ station }) => `${station.id} ${word}`);
  const cars = played.filter(({ isThere }) => isThere);
  const drawnWh = played.reduce((sum, one) => sum + (one.isThere ? one.device.drawnWh : one.drewWh), 0);
  const time = new Date(begins * 1_000).toISOString().slice(11, 16);
  const news = [...named("departure", "goes"), ...named("arrival", "comes")].map((text) => `, ${text}`).join("");
  return `${time}  ${cars.length} ${cars.length === 1 ? "car" : "cars"}, ${kWh(drawnWh, 2)} drawn so far${news}`;
}

/** Writes a meter's pages one after the other. */
function signer(meter: SigningMeter): (time: number, importWh: bigint) => string {
  let page = 1;
  return (time, importWh) => signRecord(meter, page++, [{ time, importWh }]);
}

/** For each pile how many of its readings the delivery contract stored because of records. */
async function framesByRecords(client: MarketClient, provider: Provider): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const topics = [topicOf(DELIVERY_INTERFACE, "ReadingsStored")];
  const range = { fromBlock: 0, toBlock: await provider.getBlockNumber() };
  for (const log of await readLogs(provider, [{ address: client.deliveryAddress, topics }], range)) {
    const transaction = await provider.getTransaction(log.transactionHash);
    if (transaction?.data.slice(0, 10) !== SUBMIT_RECORDS) continue;
    for (const word of DELIVERY_INTERFACE.parseLog(log)!.args.getValue("readings") as bigint[]) {
      const { pile } = decodeMeterReading(word);
      counts.set(pile, (counts.get(pile) ?? 0) + 1);
    }
  }
  return counts;
}

/** Waits until the gateway has gone round twice: what was there before has been attended to. */
async function rounds({ metrics }: RunningGateway): Promise<void> {
  const gone = async () => {
    const { values } = await metrics.duties.get();
    return values.filter(({ labels }) => labels["duty"] === "settle").reduce((sum, { value }) => sum + value, 0);
  };
  const from = await gone();
  while ((await gone()) < from + 3) await new Promise((resolve) => setTimeout(resolve, 50));
}
