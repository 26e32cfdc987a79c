import { type DeploymentParameters, withDefaults } from "../core/parameters";
import { fluctuation, type Fluctuation } from "../metrics/fluctuation";
import type { Schedule } from "../schemes/schedule";
import type { DayOptions } from "../simulation/day";
import { type DaySettings, defaultDay } from "../simulation/defaults";
import type { ThesisSetting } from "../simulation/thesisSettings";

/** A day of a setting under schedules. */
export class ThesisDay {
  readonly options: DayOptions;
  readonly market: DeploymentParameters;

  constructor(
    { settings, market }: ThesisSetting,
    readonly seed: number,
    changes: Partial<DaySettings> = {},
  ) {
    this.market = withDefaults(market);
    this.options = defaultDay({ ...settings, ...changes, seed });
  }

  /** P_home of a frame, W. */
  readonly baseLoadW = (frame: number): number => Number(this.options.publication(frame).baseLoadW);

  /** The load of the measured frames, W. */
  loadsW(schedule?: Pick<Schedule, "evLoadW">): number[] {
    const { first, count } = this.options.measured;
    return Array.from({ length: count }, (_, index) => this.loadW(first + index, schedule));
  }

  /** All measures of the measured frames. */
  measures(schedule?: Pick<Schedule, "evLoadW">): Fluctuation {
    return fluctuation(this.loadsW(schedule), this.loadW(this.options.measured.first - 1, schedule));
  }

  /** Standard deviation of the slope, kW per hour: the root of [T 5.7] with the slope per hour. */
  slopeKWPerHour(schedule?: Pick<Schedule, "evLoadW">): number {
    return (Math.sqrt(this.measures(schedule).slopeVariance) / 1000) * (3600 / this.market.frameSeconds);
  }

  private loadW(frame: number, schedule?: Pick<Schedule, "evLoadW">): number {
    return this.baseLoadW(frame) + (schedule?.evLoadW[frame] ?? 0);
  }
}

/** Means over seeds, index by index. */
export function meanOf(lists: readonly (readonly number[])[]): number[] {
  return lists[0]!.map((_, index) => lists.reduce((sum, list) => sum + list[index]!, 0) / lists.length);
}

/** The hours at which a day's frames begin. */
export function hoursOf(frames: number): number[] {
  return Array.from({ length: frames }, (_, frame) => (24 * frame) / frames);
}

/** Loads in W as kW. */
export function inKW(loadsW: readonly number[]): number[] {
  return loadsW.map((watts) => watts / 1000);
}
