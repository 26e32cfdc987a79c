import { InputError } from "../core/errors";
import type { MarketParameters } from "../core/types";
import { type ExpectedLoadProfile, learnExpectedLoad } from "../planners/expectedLoad";
import { readExchange } from "./pastDeliveries";
import type { BlockRange, LogProvider } from "./readLogs";

/** A frame of the day over past days, W: the load that orders brought, and the load that had been expected of them. */
export interface LearntFrame {
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
  const days = cleared === undefined ? 0 : Math.min(most.days, Math.floor((cleared.last - cleared.first + 1) / perDay));
  if (cleared === undefined || days === 0) return undefined;
  const [firstFrame, lastFrame] = [cleared.last - days * perDay + 1, cleared.last];
  const own = deliveries.filter(({ frame }) => frame >= firstFrame && frame <= lastFrame);

  const watts = 3_600 / frameSeconds;
  const cameWh = Array.from({ length: perDay }, () => new Array<number>(days).fill(0));
  for (const { frame, loadWh } of own) cameWh[frame % perDay]![Math.floor((frame - firstFrame) / perDay)]! += loadWh;
  const expectedW = new Array<number>(perDay).fill(0);
  for (let frame = firstFrame; frame <= lastFrame; frame++) {
    expectedW[frame % perDay]! += Number(publications.get(frame)?.expectedLoadW ?? 0n) / days;
  }
  const frames = cameWh.map((byDay, ofDay): LearntFrame => {
    const meanWh = sum(byDay) / days;
    const variance = days === 1 ? 0 : sum(byDay.map((wh) => (wh - meanWh) ** 2)) / (days - 1);
    return { cameW: meanWh * watts, deviationW: Math.sqrt(variance) * watts, expectedW: expectedW[ofDay]! };
  });
  return {
    ...{ days, firstFrame, lastFrame, frames },
    cameWh: sum(frames.map(({ cameW }) => cameW)) / watts,
    expectedWh: sum(expectedW) / watts,
    profile: learnExpectedLoad(own, { days, perDay, frameSeconds, share: most.share }),
  };
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, figure) => all + figure, 0);
}
