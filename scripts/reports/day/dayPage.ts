import type { BookOrder } from "../../core/ports";
import type { DayResult } from "../../simulation/dayResult";
import type { OtherLoad } from "../../simulation/otherLoads";

/** A simulated day as a page shows it. */
export interface DayPage {
  /** Name of the setting, such as chapter4. */
  setting: string;
  seed: number;
  /** Who decides and what it ran on, a phrase each: policy, agents, version. */
  about: readonly string[];
  /** Command that makes the page again, as typed. */
  command: string;
  frameSeconds: number;
  day: DayResult;
  /** The day of each feeder, where there are several. */
  feeders?: readonly DayResult[];
  /** The same EVs and homes under other schemes. */
  others: readonly OtherLoad[];
  /** The live orders before each clearing, by the day's frames. */
  books: ReadonlyMap<number, readonly BookOrder[]>;
  /** Warnings about figures that are not as they look, a line each. */
  warnings?: readonly string[];
  /** Whose books those are, where there are several feeders. */
  bookOf?: string;
}
