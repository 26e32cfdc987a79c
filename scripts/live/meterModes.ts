import type { Reading } from "../core/settlement";
import type { MeterMode } from "./protocol";

/** Share of the agreed energy that a pile takes beyond it when it is told to take too much. */
const OVER = 2n;

/** A person's instructions to meters, by pile. */
export class MeterModes {
  private readonly modes = new Map<number, MeterMode>();

  /** By pile. */
  get all(): Record<number, MeterMode> {
    return Object.fromEntries(this.modes);
  }

  set(pile: number, mode: MeterMode | "agreed"): void {
    if (mode === "agreed") this.modes.delete(pile);
    else this.modes.set(pile, mode);
  }

  /**
   * A pile's reading as its meter reports it instead; undefined where it is silent.
   *
   * @param reachWh Energy that its rated power moves in a frame.
   */
  reported(pile: number, reading: Reading, reachWh: bigint): Reading | undefined {
    const mode = this.modes.get(pile);
    if (mode === "silent") return undefined;
    if (mode !== "over") return reading;
    const least = reading.consumedWh === 0n ? reachWh : reading.consumedWh * OVER;
    return { ...reading, consumedWh: least < reachWh ? least : reachWh };
  }
}
