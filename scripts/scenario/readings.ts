import { partiesOf } from "../model/delivery";
import type { Reading } from "../core/settlement";
import type { MarketParameters } from "../core/types";
import type { FrameResult } from "./result";
import type { ScenarioFile } from "./schema";

/** A scenario's readings, by delivered scenario frame and pile. Piles not in it report as agreed. */
export type ScenarioReadings = ReadonlyMap<number, ReadonlyMap<string, Reading | "silent">>;

type FileEvent = ScenarioFile["events"][number];

/** Whether an event is about a meter, and so about a frame that was delivered instead of one that is running. */
export function isMeterEvent({ reading, silent }: Pick<FileEvent, "reading" | "silent">): boolean {
  return reading !== undefined || silent !== undefined;
}

/** The meter events of a file. */
export function toReadings(events: readonly FileEvent[]): ScenarioReadings {
  const frames = new Map<number, Map<string, Reading | "silent">>();
  for (const { frame, pile, reading, silent } of events) {
    if (pile === undefined || (reading === undefined && silent === undefined)) continue;
    const piles = frames.get(frame) ?? new Map<string, Reading | "silent">();
    frames.set(frame, piles);
    const { consumedWh, producedWh } = reading ?? { consumedWh: 0, producedWh: 0 };
    piles.set(pile, silent === true ? "silent" : { consumedWh: BigInt(consumedWh), producedWh: BigInt(producedWh) });
  }
  return frames;
}

/** A cleared frame whose settlement waits. */
export interface PendingSettlement {
  /** Scenario frame. */
  frame: number;
  /** Of every pile with fills that says anything. */
  readings: Map<string, Reading>;
  /** The frame at whose beginning it is settled: the next one, or the first by which silence counts. */
  dueFrame: number;
}

/**
 * Readings of a frame, and the time when it can be settled; undefined if it moved nothing. The same for
 * whoever replays the scenario.
 */
export function pendingSettlement(
  market: Pick<MarketParameters, "frameSeconds" | "readingSeconds">,
  said: ScenarioReadings,
  outcome: FrameResult,
): PendingSettlement | undefined {
  const { frame, trades, grid } = outcome;
  if (trades.length + grid.length === 0) return undefined;
  const readings = new Map<string, Reading>();
  let silent = false;
  for (const [pile, side] of partiesOf(outcome)) {
    const told = said.get(frame)?.get(pile);
    if (told === "silent") silent = true;
    else readings.set(pile, told ?? asAgreed(outcome, pile, side === "charge"));
  }
  const waitFrames = silent ? Math.ceil(market.readingSeconds / market.frameSeconds) : 0;
  return { frame, readings, dueFrame: frame + 1 + waitFrames };
}

function asAgreed({ trades, grid }: FrameResult, pile: string, buyer: boolean): Reading {
  const energyWh = [
    ...trades.filter(({ buy, sell }) => buy === pile || sell === pile),
    ...grid.filter((fill) => fill.pile === pile),
  ].reduce((sum, fill) => sum + fill.energyWh, 0n);
  return { consumedWh: buyer ? energyWh : 0n, producedWh: buyer ? 0n : energyWh };
}
