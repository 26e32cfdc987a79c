import { homesBaseLoadW } from "../data/elexonProfileClass1";
import { DEFAULT_PARAMETERS } from "../core/parameters";
import type { Publication } from "../core/types";
import type { OrderPolicy } from "../piles/agent";
import type { BatteryModel } from "../piles/battery";
import type { MeterDeviations } from "../piles/meters";
import { frameOfDay, framesPerDay, type Population } from "../piles/population";
import { chapter4Population } from "../piles/populations/chapter4";
import { Waterline } from "../piles/policies/waterline";
import { Random } from "../core/random";
import type { DayCalendar } from "../data/calendar";
import type { DayOptions } from "./day";

/** Money units per kWh in a penny per kWh, for a token of six decimals. */
export const PENNY = 10_000;

/** Settings of a simulated day, each with the default of {@link defaultDay}. */
export interface DaySettings {
  /** One integer repeats everything. */
  seed: number;
  /** Homes on the feeder, each with Elexon's winter weekday; 100. */
  homes?: number;
  /** P_home for each frame of a day, W, or of any frame, instead of homes. */
  baseLoadW?: readonly number[] | ((frame: number) => number);
  /** EVs a day; 100. */
  evs?: number;
  /** Where EVs come from; [T ch. 4]. */
  population?: Population;
  policy?: OrderPolicy;
  /** Battery of every EV; an ideal one, without losses, wear or reserve. */
  battery?: Readonly<BatteryModel>;
  /** Share of the charging EVs that may sell early in their stay and buy back before they leave; 0. */
  bothWaysShare?: number;
  /** Whether no seller asks less than the energy that it sells costs it; by default asks are as drawn, whatever it costs. */
  asksCoverCosts?: boolean;
  /** r, x and w, one figure or one per frame of a day, money units per kWh; 20 p, 5 p, 0. */
  importPricePerKwh?: number | readonly number[] | ((frame: number) => number);
  exportPricePerKwh?: number | readonly number[];
  wheelingPricePerKwh?: number | readonly number[];
  /** Length of a frame, s; the market's. */
  frameSeconds?: number;
  /** How EVs deviate from what was agreed; no meters, and everything delivered as agreed, without it. */
  meters?: MeterDeviations;
  /** Days before the measured one; 1. */
  warmUpDays?: number;
  /** Days after it in which EVs still come, for the EVs that stay on; 1. */
  afterDays?: number;
  /** The frames of a date and what clocks show in them; by default a day is 86 400 s from frame 0 on. */
  calendar?: Pick<DayCalendar, "measured" | "secondsOfDay">;
}

/** The day of [T 4.4.1] on a feeder: 100 homes on a winter weekday, 100 EVs, and a tariff of 20 p. */
export function defaultDay(settings: DaySettings): DayOptions {
  const { seed, frameSeconds = DEFAULT_PARAMETERS.frameSeconds, warmUpDays = 1, afterDays = 1 } = settings;
  const perDay = framesPerDay(frameSeconds);
  const random = new Random(seed);
  const population = settings.population ?? chapter4Population();
  const baseLoadW = settings.baseLoadW ?? homesBaseLoadW(settings.homes ?? 100);
  const { calendar } = settings;
  const secondsOfDay = (frame: number) => calendar?.secondsOfDay(frame) ?? frameOfDay(frame, perDay) * frameSeconds;
  const ofDay = (figures: number | readonly number[] | ((frame: number) => number), frame: number): bigint => {
    if (typeof figures === "number") return BigInt(figures);
    if (typeof figures === "function") return BigInt(figures(frame));
    return BigInt(Math.round(meanWithin(figures, secondsOfDay(frame) / frameSeconds, perDay)));
  };
  return {
    evs: population({
      evs: settings.evs ?? 100,
      days: warmUpDays + 1 + afterDays,
      frameSeconds,
      random: random.stream("population"),
      ...(settings.battery === undefined ? {} : { battery: settings.battery }),
      ...(settings.bothWaysShare === undefined ? {} : { bothWaysShare: settings.bothWaysShare }),
    }),
    measured: calendar?.measured ?? { first: warmUpDays * perDay, count: perDay },
    publication: (frame): Publication => ({
      baseLoadW: ofDay(baseLoadW, frame),
      importPricePerKwh: ofDay(settings.importPricePerKwh ?? 20 * PENNY, frame),
      exportPricePerKwh: ofDay(settings.exportPricePerKwh ?? 5 * PENNY, frame),
      wheelingPricePerKwh: ofDay(settings.wheelingPricePerKwh ?? 0, frame),
    }),
    publicationBlockFrames: Math.min(48, perDay),
    policy: settings.policy ?? new Waterline(),
    limits: { charge: [20 * PENNY, 30 * PENNY], discharge: [10 * PENNY, 20 * PENNY] },
    ...(settings.asksCoverCosts === undefined ? {} : { asksCoverCosts: settings.asksCoverCosts }),
    guidePrice: { startPrice: 15 * PENNY },
    ...(calendar === undefined ? {} : { secondsOfDay }),
    ...(settings.meters === undefined ? {} : { meters: settings.meters }),
    random: random.stream("agents"),
  };
}

/**
 * The mean of a day's figures over one frame, each figure for as long as it covers the frame: 96 figures become the means
 * of two, 24 stand for two frames each, and any other number goes in parts.
 *
 * @param figures Evenly over the day.
 * @param frame From 0 to `frames` - 1.
 */
export function meanWithin(figures: readonly number[], frame: number, frames: number): number {
  const [from, to] = [(frame * figures.length) / frames, ((frame + 1) * figures.length) / frames];
  let sum = 0;
  for (let index = Math.floor(from); index < to; index++) {
    const covered = Math.min(to, index + 1) - Math.max(from, index);
    sum += figures[index]! * covered;
  }
  return sum / (to - from);
}
