import type { ChainClock } from "../chain/clock";
import { Random } from "../core/random";
import { SimulatedStation } from "./ocpp/simulatedStation";
import type { RunningGateway } from "./service";

/** A day of cars at stations on a gateway whose chain's time is set forward. */
export interface DemoPlan {
  gateway: RunningGateway;
  /** Sets the chain's time. */
  clock: ChainClock;
  /** Names, passwords and rated powers of the stations; by turns they speak 1.6 and 2.0.1. */
  stations: readonly { id: string; password: string; account: string; ratedW: number; visit: Visit }[];
  /** First frame of the day, and how many it has. */
  first: number;
  frames: number;
  say: (text: string) => void;
}

/** Outcome of a driver. */
export interface DriverResult {
  station: string;
  version: string;
  wantedWh: number;
  drewWh: number;
  /** Money units. */
  paid: bigint;
}

/** When a car comes and goes, in frames of the day, and what it asks for, Wh. */
export interface Visit {
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

/** Plays the day: every station has a car that comes, asks for energy, draws what the market gives it, and goes. */
export async function playDemo({ gateway, clock, stations, first, frames, say }: DemoPlan): Promise<DriverResult[]> {
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
    const { lastFrame } = await client.marketTotals();
    say(
      `frame ${index} of ${frames}: ${played.filter(({ isThere }) => isThere).length} cars, frame ${lastFrame} cleared`,
    );
  }
  await reach((first + frames) * F + readingSeconds + 30);
  for (let tries = 0; tries < 20 && (await client.marketTotals()).openFrames > 0; tries++) await rounds(gateway);
  await Promise.all(played.map(async ({ device }) => device.close()));
  return Promise.all(
    played.map(async ({ station, version, visit, drewWh }, index) => ({
      ...{ station: station.id, version, wantedWh: visit.energyWh, drewWh },
      paid: before[index]! - (await balance(station.account)),
    })),
  );
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
