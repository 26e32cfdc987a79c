import { InputError } from "../core/errors";
import type { MarketParameters } from "../core/types";
import { type ExpectedLoadProfile, learnExpectedLoad } from "../planners/expectedLoad";
import { readExchange } from "./pastDeliveries";
import type { BlockRange, LogProvider } from "./readLogs";

/** A frame of the day over past days, W: the load that orders brought, and the load that had been expected of them. */
export interface LearntFrame {
  /** Days on which it was cleared and published. */
  days: number;
  /** Mean, and standard deviation from day to day. */
  cameW: number;
  deviationW: number;
  /** Mean of what was published. */
  expectedW: number;
}

/** Past days of a market, and what follows from them. */
export interface LearntDays {
  days: number;
  /** First and last frame of those days. */
  firstFrame: number;
  lastFrame: number;
  /** Frames of them that were not cleared or not published, of which nothing is learnt. */
  unknownFrames: number;
  /** By frame of the day, from midnight UTC on. */
  frames: LearntFrame[];
  /** Energy a day that came, and that had been expected, Wh, net of what was fed in. */
  cameWh: number;
  expectedWh: number;
  /** The load to expect. */
  profile: ExpectedLoadProfile;
}

/**
 * Learns the load to expect from a market's latest days, as its events tell them.
 *
 * @param range from the market's deployment on
 * @param most how many days at most, and what share of their load to expect
 * @returns undefined where it has not cleared frames for a day yet
 * @throws InputError where its frames do not divide a day
 */
export async function learnFromChain(
  source: LogProvider,
  client: { address: string; parameters: Readonly<MarketParameters> },
  range: BlockRange,
  most: { days: number; share: number },
): Promise<LearntDays | undefined> {
  const { frameSeconds } = client.parameters;
  const perDay = 86_400 / frameSeconds;
  if (!Number.isInteger(perDay))
    throw new InputError("market", `has no whole number of frames of ${frameSeconds} s a day`);
  const { deliveries, publications, cleared } = await readExchange(source, client, range);
  const frames = [...cleared];
  const [earliest, lastFrame] = [frames[0] ?? 0, frames.at(-1) ?? -1];
  const days = Math.min(most.days, Math.floor((lastFrame - earliest + 1) / perDay));
  if (days === 0) return undefined;
  const firstFrame = lastFrame - days * perDay + 1;
  // Of a frame that was not cleared, or not published, nothing can be learnt: the grid filled nothing in it.
  const known = frames.filter((frame) => frame >= firstFrame && publications.has(frame));
  const daysOf = new Array<number>(perDay).fill(0);
  for (const frame of known) daysOf[frame % perDay]! += 1;
  const own = deliveries.filter(({ frame }) => frame >= firstFrame && publications.has(frame));

  const watts = 3_600 / frameSeconds;
  const cameWh = new Map(known.map((frame) => [frame, 0]));
  for (const { frame, loadWh } of own) cameWh.set(frame, (cameWh.get(frame) ?? 0) + loadWh);
  const ofDay = Array.from({ length: perDay }, (_, at): LearntFrame => {
    const same = known.filter((frame) => frame % perDay === at);
    const byDay = same.map((frame) => cameWh.get(frame)!);
    const meanWh = sum(byDay) / Math.max(1, byDay.length);
    const variance = byDay.length < 2 ? 0 : sum(byDay.map((wh) => (wh - meanWh) ** 2)) / (byDay.length - 1);
    const expectedW = sum(same.map((frame) => Number(publications.get(frame)!.expectedLoadW)));
    return {
      ...{ days: byDay.length, cameW: meanWh * watts, deviationW: Math.sqrt(variance) * watts },
      expectedW: expectedW / Math.max(1, byDay.length),
    };
  });
  return {
    ...{ days, firstFrame, lastFrame, unknownFrames: days * perDay - known.length, frames: ofDay },
    cameWh: sum(ofDay.map(({ cameW }) => cameW)) / watts,
    expectedWh: sum(ofDay.map(({ expectedW }) => expectedW)) / watts,
    profile: learnExpectedLoad(own, { days: daysOf, perDay, frameSeconds, share: most.share }),
  };
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, figure) => all + figure, 0);
}
