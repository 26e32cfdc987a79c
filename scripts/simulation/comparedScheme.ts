import type { DeploymentParameters } from "../core/parameters";
import type { MarketPort } from "../core/ports";
import type { ExpectedLoadProfile } from "../planners/expectedLoad";
import type { Schedule } from "../schemes/schedule";
import type { DayOptions } from "./dayOptions";

/** Cooperation that direct control takes. */
export const OPERATOR_CONTROLS_CARS = "cars obey the operator";

/** Whose energy a scheme moves: that of charging EVs alone, or what discharging ones sell besides. */
export type SchemeEnergy = "charging" | "both";

/** Kinds of schemes: what decides in them. A `bound` knows what no scheme can. */
export type SchemeFamily = "alone" | "market" | "plans" | "control" | "bound";

/** A day on the market's model: overrides for this run. */
export interface MarketRun extends Pick<Partial<DayOptions>, "policy" | "proposers" | "meters"> {
  /** Whether discharging EVs trade; they do. */
  sellers?: boolean;
  rules?: Partial<DeploymentParameters>;
  /** By how much its operator posts a lower import tariff, since premiums make up for it, money units per kWh. */
  discountPricePerKwh?: bigint;
  /** Load that its operator expects in each frame of a day, on the days on which EVs come; none. */
  expectedLoad?: () => ExpectedLoadProfile;
  /** Money on its operator's account to begin with, out of which it pays for exports, money units; none. */
  operatorFund?: bigint;
  /** Opens its market, where that runs on something else than the others' does. */
  openPort?: (rules: DeploymentParameters, seed: number, scheme: string) => Promise<MarketPort>;
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
  energy: SchemeEnergy;
  family: SchemeFamily;
  /** Who has to do more for it than act in their own interest. */
  cooperates: string;
  /** The day played on the market's model, or a schedule for the whole population. */
  run: MarketRun | ((day: DayOptions, market: DeploymentParameters, seed: number) => ComparableSchedule);
}
