import { inBatches } from "../quality/audit/inBatches";
import type { MarketClient, SignedReading } from "../chain/marketClient";
import { GRID, type PackedFill } from "../chain/packedWords";
import type { Transactor } from "../chain/transactor";
import { reachWh } from "../model/load";
import type { Reading } from "../core/settlement";
import type { MeterModes } from "./meterModes";
import type { PlayedClock } from "./playedClock";
import type { Timeline } from "./timeline";

/** Signs readings of a meter whose key is at hand; undefined where it is not. */
export type MeterSigner = (pile: number) => Promise<Parameters<MarketClient["signReading"]>[0] | undefined>;

/** Means that keep a market on a development chain going that nobody else drives. */
export interface AutopilotOptions {
  client: MarketClient;
  clock: PlayedClock;
  sender: Transactor;
  /** Up to date with the chain once {@link catchUp} is through. */
  timeline: Timeline;
  catchUp: () => Promise<void>;
  meters: MeterModes;
  signerOf: MeterSigner;
  /** Told what went wrong, and what is done. */
  say: (text: string) => void;
}

interface Duty {
  at: number;
  what: string;
  act: () => Promise<void>;
}

/**
 * Clears, finalises and settles as time goes by: whatever anybody may do, at the first moment at which it can be done, and
 * only while the film runs.
 */
export class Autopilot {
  private stopped = false;

  constructor(private readonly options: AutopilotOptions) {}

  stop(): void {
    this.stopped = true;
    this.options.clock.pause();
  }

  async run(): Promise<void> {
    const { clock, say } = this.options;
    while (!this.stopped) {
      try {
        const duty = await this.nextDuty();
        if (!clock.moves(duty.at)) {
          await clock.windOn(duty.at);
          await clock.slept(1_000);
          continue;
        }
        if (!(await clock.goTo(duty.at))) continue;
        if (this.stopped) return;
        say(duty.what);
        await duty.act();
        say("");
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
        clock.pause();
        await clock.slept(2_000);
      }
    }
  }

  /** When the next frame that can be cleared opens its window, s. */
  async nextWindow(): Promise<{ frame: number; opens: number }> {
    const { client, clock } = this.options;
    const { frameSeconds, auctionSeconds } = client.parameters;
    const { lastFrame } = await client.marketTotals();
    const frame = Math.max(Math.floor((await clock.now()) / frameSeconds), lastFrame) + 1;
    return { frame, opens: frame * frameSeconds - auctionSeconds };
  }

  private async nextDuty(): Promise<Duty> {
    const { client, sender, catchUp } = this.options;
    await catchUp();
    const { frame, opens } = await this.nextWindow();
    const clear: Duty = {
      ...{ at: opens, what: `clearing frame ${frame}` },
      act: async () => void (await client.clear(sender, frame)),
    };
    const duties = [clear, ...(await this.finalising()), ...(await this.settling())];
    return duties.sort((a, b) => a.at - b.at)[0]!;
  }

  private async finalising(): Promise<Duty[]> {
    const { client, sender, clock, timeline } = this.options;
    if (client.roundsAddress === undefined || !timeline.now.roundOpen) return [];
    const rounds = client.rounds();
    const state = await rounds.state();
    if (state.executed || (await clock.now()) >= state.begins) return [];
    const act = async () => {
      const { winner, ...now } = await rounds.state();
      const book = await rounds.frozenBook(now, client.parameters.auctionSeconds);
      const plan = winner === undefined ? undefined : await rounds.revealedPlan({ winner, ...now }, winner);
      if (book !== undefined) await rounds.finalise(sender, book, plan);
    };
    return [{ at: state.revealUntil, what: `executing the round over frame ${state.frame}`, act }];
  }

  private async settling(): Promise<Duty[]> {
    const { client, sender, timeline } = this.options;
    const { frameSeconds, readingSeconds } = client.parameters;
    return inBatches([...timeline.now.ledger.open], async ([frame, open]): Promise<Duty> => {
      const over = (frame + 1) * frameSeconds;
      const awaits = await this.awaited(frame, open.fills);
      const act = async () => {
        const signed = readingSeconds === 0 ? [] : await this.signed(frame, open.fills);
        const { packed, matched } = open;
        await client.settle(sender, { frame, packed: [...packed], matched }, open.publication, signed);
      };
      return { at: awaits ? over + readingSeconds : over, what: `settling frame ${frame}`, act };
    });
  }

  /** Whether a meter of a frame will not report. */
  private async awaited(frame: number, fills: readonly PackedFill[]): Promise<boolean> {
    const { client, meters, timeline, signerOf } = this.options;
    if (client.parameters.readingSeconds === 0) return false;
    const stored = timeline.now.meters.readings.get(frame);
    for (const pile of agreed(fills).keys()) {
      if (stored?.has(pile) === true) continue;
      if (meters.all[pile] === "silent" || (await signerOf(pile)) === undefined) return true;
    }
    return false;
  }

  private async signed(frame: number, fills: readonly PackedFill[]): Promise<SignedReading[]> {
    const { client, meters, signerOf, timeline } = this.options;
    const stored = timeline.now.meters.readings.get(frame);
    const signed: SignedReading[] = [];
    for (const [pile, reading] of agreed(fills)) {
      const signer = stored?.has(pile) === true ? undefined : await signerOf(pile);
      const ratedW = timeline.now.piles.get(pile)?.ratedW ?? 0n;
      const reported = meters.reported(pile, reading, reachWh(client.parameters, ratedW));
      if (signer === undefined || reported === undefined) continue;
      signed.push(await client.signReading(signer, { pile, frame, ...reported }));
    }
    return signed;
  }
}

/** Agreed energies of fills, by pile. */
function agreed(fills: readonly PackedFill[]): Map<number, Reading> {
  const readings = new Map<number, Reading>();
  const add = (pile: number, consumedWh: bigint, producedWh: bigint) => {
    if (pile === GRID) return;
    const before = readings.get(pile) ?? { consumedWh: 0n, producedWh: 0n };
    readings.set(pile, {
      consumedWh: before.consumedWh + consumedWh,
      producedWh: before.producedWh + producedWh,
    });
  };
  for (const { sell, buy, energyWh } of fills) {
    add(buy, energyWh, 0n);
    add(sell, 0n, energyWh);
  }
  return readings;
}
