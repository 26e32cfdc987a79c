import type { Reading } from "../core/settlement";
import type { Random } from "../core/random";
import type { EvStay } from "./ev";

/** How EVs and their meters keep to what was agreed. All 0: everybody delivers as agreed and says so. */
export interface MeterDeviations {
  /** Standard deviation of what is moved in a frame, as a share of what was agreed. */
  noise: number;
  /** Probability that an EV leaves before its stay is over; its agent does nothing more, its order stands. */
  leave: number;
  /** Probability that an EV's meter says nothing during its whole stay. */
  silent: number;
  /** Probability that a discharging EV delivers less than it sells, in every frame. */
  cheat: number;
}

/** Nobody deviates. */
export const FAITHFUL: Readonly<MeterDeviations> = { noise: 0, leave: 0, silent: 0, cheat: 0 };

/** Share of the sold energy that a cheating seller delivers: at least, and below. */
const CHEATED_SHARE = [0.3, 0.9] as const;

/** The meter at one EV's pile during its stay, and what the EV really does there. Seeded: the same in every run. */
export class EvMeter {
  readonly silent: boolean;
  readonly cheats: boolean;
  /** First frame in which the EV is not there any more. */
  readonly goneFrame: number;
  /** Share of the agreed energy that it delivers, but for noise. */
  private readonly share: number;

  /** @param random A stream of this stay alone. */
  constructor(
    private readonly stay: EvStay,
    private readonly deviations: MeterDeviations,
    private readonly random: Random,
  ) {
    const { side, arrivalFrame, departureFrame } = stay;
    const leavesEarly = random.stream("leave").chance(deviations.leave) && departureFrame > arrivalFrame;
    this.goneFrame = leavesEarly
      ? random.stream("last frame").integer(arrivalFrame + 1, departureFrame)
      : departureFrame + 1;
    this.silent = random.stream("silent").chance(deviations.silent);
    this.cheats = side === "discharge" && random.stream("cheat").chance(deviations.cheat);
    this.share = this.cheats ? random.stream("share").uniform(...CHEATED_SHARE) : 1;
  }

  /** Whether the EV has left before a frame begins. */
  hasLeft(frame: number): boolean {
    return frame >= this.goneFrame;
  }

  /**
   * Energy that the EV moves in a frame, never more than its pile can.
   *
   * @param agreedWh Sum of its fills in the frame, Wh.
   * @param movableWh Energy that the pile can move in a frame, Wh.
   */
  moved(frame: number, agreedWh: bigint, movableWh: bigint): Reading {
    const { side } = this.stay;
    const noise = this.random.stream(`frame ${frame}`).normal(1, this.deviations.noise);
    const wantedWh = Math.round(Number(agreedWh) * this.share * noise);
    const energyWh = this.hasLeft(frame) ? 0n : BigInt(Math.max(0, Math.min(Number(movableWh), wantedWh)));
    return side === "charge" ? { consumedWh: energyWh, producedWh: 0n } : { consumedWh: 0n, producedWh: energyWh };
  }
}
