import { decodeFill, GRID } from "../../chain/packedWords";
import { fluctuationW, powerAwayFromZeroW, type RecordedLoad } from "../../model/load";
import type { MarketParameters } from "../../core/types";
import type { FrameLedger } from "./frameLedger";

/** Parameters of a market that its load depends on. */
export type LoadParameters = Pick<MarketParameters, "frameSeconds" | "chargeEfficiencyBps" | "dischargeEfficiencyBps">;

/**
 * Load and power fluctuation level, worked out again from publications and fills instead of taken from the events that
 * tell them. [T 4.3a, 4.4], SPEC 3, 4.
 */
export class LoadHistory {
  last: RecordedLoad | undefined;
  pflW = 0n;
  /** Load of the frame before the last cleared one, W; undefined where the step from it does not count. */
  private previousW: bigint | undefined;
  /** Drawn from the grid by the match of the last frame, Wh. */
  private matchedWh = 0n;

  constructor(
    private readonly market: LoadParameters,
    private readonly ledger: FrameLedger,
  ) {}

  /** A frame was matched: the steps since the last cleared one count. */
  match(frame: number, packed: readonly bigint[]): void {
    const { drawnWh } = gridEnergy(packed);
    const published = this.ledger.recall(frame);
    const loadW = (published?.baseLoadW ?? 0n) + powerAwayFromZeroW(this.market, drawnWh);
    const cleared = { frame, loadW, known: published !== undefined };
    this.previousW =
      this.last?.frame === frame - 1
        ? this.last.known
          ? this.last.loadW
          : undefined
        : this.ledger.recall(frame - 1)?.baseLoadW;
    this.pflW += fluctuationW(this.ledger, cleared, this.last);
    this.last = cleared;
    this.matchedWh = drawnWh;
  }

  /** The round of the last frame was executed: its load and its step are another. */
  execute(packed: readonly bigint[]): void {
    const { last, previousW } = this;
    if (last === undefined) return;
    const { drawnWh, dischargedWh } = gridEnergy(packed);
    const { frame } = last;
    const baseLoadW = this.ledger.recall(frame)?.baseLoadW ?? 0n;
    const loadW = baseLoadW + powerAwayFromZeroW(this.market, this.matchedWh + drawnWh, dischargedWh);
    if (previousW !== undefined) this.pflW += step(loadW, previousW) - step(last.loadW, previousW);
    this.last = { frame, loadW, known: true };
  }
}

/** Energy of fills from and to the grid, Wh. */
function gridEnergy(packed: readonly bigint[]): { drawnWh: bigint; dischargedWh: bigint } {
  const sums = { drawnWh: 0n, dischargedWh: 0n };
  for (const { sell, buy, energyWh } of packed.map(decodeFill)) {
    if (sell === GRID) sums.drawnWh += energyWh;
    else if (buy === GRID) sums.dischargedWh += energyWh;
  }
  return sums;
}

function step(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
