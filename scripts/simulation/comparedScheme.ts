import type { DeploymentParameters } from "../core/parameters";
import type { Schedule } from "../schemes/schedule";
import type { DayOptions } from "./dayOptions";

/** A day on the market's model: overrides for this run. */
export interface MarketRun extends Pick<Partial<DayOptions>, "policy" | "proposers"> {
  rules?: Partial<DeploymentParameters>;
}

/** A schedule, and what a controlled one says besides. */
export type ComparableSchedule = Schedule & Partial<Record<"drawnWh" | "soldWh" | "movedWh", number[]>>;

/** A scheme as a comparison runs it. */
export interface ComparedScheme {
  key: string;
  /** Name in tables. */
  title: string;
  /** Whether it decides without knowledge of arrivals to come. */
  online: boolean;
  /** The day played on the market's model, or a schedule for the whole population. */
  run: MarketRun | ((day: DayOptions, market: DeploymentParameters, seed: number) => ComparableSchedule);
}
