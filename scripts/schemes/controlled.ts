import { askedWh, type EnergyLimits, type EvStay } from "../piles/ev";
import type { DeploymentParameters } from "../core/parameters";
import { energyToPowerW, type Schedule } from "./schedule";

/** Parameters of a market that a centrally controlled schedule depends on. */
export type FeederLimits = EnergyLimits & Pick<DeploymentParameters, "capacityW" | "lossAllowanceW">;

/** A schedule in which EVs may also feed back. `evWh` and `evLoadW` are net. */
export interface ControlledSchedule extends Schedule {
  /** Energy drawn by charging EVs per frame, Wh. */
  drawnWh: number[];
  /** Energy sold by discharging EVs per frame, Wh. */
  soldWh: number[];
  /** Energy moved by each EV, charging or discharging, Wh. */
  movedWh: number[];
}

/**
 * Most energy that the EVs may move, in the order of the population, Wh: discharging ones nothing unless they may.
 */
export function energiesToMoveWh(evs: readonly EvStay[], market: EnergyLimits, discharging: boolean): number[] {
  return evs.map((ev) => (ev.side === "charge" || discharging ? askedWh(ev, market) : 0));
}

/** Capacity less the loss allowance as energy per frame, whole Wh [T 4.3b]. */
export function feederFrameWh({ capacityW, lossAllowanceW, frameSeconds }: FeederLimits): number {
  return Math.floor((Number(capacityW - lossAllowanceW) * frameSeconds) / 3600);
}

/** Puts a schedule together, EV by EV and frame by frame. */
export class ScheduleBuilder {
  readonly drawnWh: number[];
  readonly soldWh: number[];
  readonly movedWh: number[];

  constructor(
    private readonly evs: readonly EvStay[],
    private readonly market: EnergyLimits,
  ) {
    const frames = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), 0) + 1;
    this.drawnWh = new Array<number>(frames).fill(0);
    this.soldWh = new Array<number>(frames).fill(0);
    this.movedWh = evs.map(() => 0);
  }

  /** The EV draws or sells so much in a frame. */
  move(index: number, frame: number, energyWh: number): void {
    const moved = this.evs[index]!.side === "charge" ? this.drawnWh : this.soldWh;
    moved[frame]! += energyWh;
    this.movedWh[index]! += energyWh;
  }

  build(): ControlledSchedule {
    const { evs, market, drawnWh, soldWh, movedWh } = this;
    const evWh = drawnWh.map((wh, frame) => wh - soldWh[frame]!);
    const charges = evs.map(({ side }) => side === "charge");
    return {
      evLoadW: evWh.map((wh) => energyToPowerW(market, wh)),
      evWh,
      askedWh: evs.map((ev, index) => (charges[index] ? askedWh(ev, market) : 0)),
      servedWh: movedWh.map((wh, index) => (charges[index] ? wh : 0)),
      drawnWh,
      soldWh,
      movedWh,
    };
  }
}
