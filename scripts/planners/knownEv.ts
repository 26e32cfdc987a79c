import type { Side } from "../core/types";

/** An EV that has arrived, as a planner knows it. */
export interface KnownEv {
  side: Side;
  /** Energy that it still wants to draw or to sell, Wh. */
  remainingWh: number;
  /** Energy that it moves in a frame at its rated power, Wh: U_i. */
  frameWh: number;
  /** Last frame in which it may be delivered to. */
  lastFrame: number;
}
