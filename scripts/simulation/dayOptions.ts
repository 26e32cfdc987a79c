import type { Random } from "../core/random";
import type { Publication } from "../core/types";
import type { MeasuredFrames } from "../data/calendar";
import type { OrderPolicy } from "../piles/agent";
import type { EnergyLimits, EvStay } from "../piles/ev";
import type { GuidePriceOptions } from "../piles/guidePrice";
import type { MeterDeviations } from "../piles/meters";
import type { BookPlanner } from "../planners/book/planners";

/** A day on one feeder. */
export interface DayOptions {
  /**
   * Every stay from frame 0 on, those before the measured frames (so that the day does not begin with an empty book)
   * and those after them (so that EVs that stay longer meet the usual company) included.
   */
  evs: readonly EvStay[];
  measured: MeasuredFrames;
  /** Time of day as a frame begins, seconds since midnight; by default frame 0 begins at midnight. */
  secondsOfDay?: (frame: number) => number;
  /** The operator's publication for a frame; any frame, that before the first one included. */
  publication(frame: number): Publication;
  /**
   * How many frames the operator publishes at a time: at the first frame of each such block, the whole next block. 48 is
   * day-ahead publication; at most 48, since the market takes no more than 96 frames ahead, and at least two more than
   * `leadFrames`, or frames are published too late.
   */
  publicationBlockFrames: number;
  policy: OrderPolicy;
  /** How long the policy may take to decide for one EV, on average over those that decide at a moment, s; 1. */
  patienceSeconds?: number;
  /** Who proposes plans in the rounds of a benefit market, in the order of the reveals; nobody. */
  proposers?: readonly BookPlanner[];
  /** Limits of the energy that EVs ask for, where they are not their market's: for comparisons. SPEC 7. */
  energyLimits?: EnergyLimits;
  /** Limits drawn for each EV, uniform, money units per kWh: the most a buyer pays, the least a seller takes. */
  limits: { charge: readonly [number, number]; discharge: readonly [number, number] };
  /**
   * Whether a seller's limit is at least what a kWh sold costs it: filled up again at the lowest import tariff of the
   * measured frames, with the losses of both ways, and the wear; not by default.
   */
  asksCoverCosts?: boolean;
  /** Price at which sellers fill up again, money units per kWh, where it is not that lowest tariff. */
  refillPricePerKwh?: number;
  guidePrice: Omit<GuidePriceOptions, "frameSeconds">;
  /**
   * How EVs deviate from what was agreed, on a market with meters; without it everything is delivered as agreed, on a
   * market without meters.
   */
  meters?: MeterDeviations;
  /** Source of the agents' draws, of the guide price and of the meters. */
  random: Random;
}

/** First frame of the day after the last one on which EVs come: an operator knows on which days it has guests. */
export function midnightAfter({ evs }: Pick<DayOptions, "evs">, perDay: number): number {
  return perDay * (1 + evs.reduce((last, { arrivalFrame }) => Math.max(last, Math.floor(arrivalFrame / perDay)), -1));
}

/** P_home of any frame of a day, W. */
export function baseLoadOf(day: Pick<DayOptions, "publication">): (frame: number) => number {
  return (frame) => Number(day.publication(frame).baseLoadW);
}
