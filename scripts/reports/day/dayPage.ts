import type { BookOrder } from "../../core/ports";
import type { DayResult } from "../../simulation/dayResult";

/** A simulated day as a page shows it. */
export interface DayPage {
  /** Name of the setting, such as chapter4. */
  setting: string;
  seed: number;
  /** Command that makes the page again, as typed. */
  command: string;
  frameSeconds: number;
  day: DayResult;
  /** The live orders before each clearing, by the day's frames. */
  books: ReadonlyMap<number, readonly BookOrder[]>;
  /** Warnings about figures that are not as they look, a line each. */
  warnings?: readonly string[];
  /** Whose books those are, where there are several feeders. */
  bookOf?: string;
}
