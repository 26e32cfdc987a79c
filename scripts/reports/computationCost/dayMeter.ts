import type { FrameOutcome, Publication } from "../../core/types";
import type { MeasuredFrames } from "../../simulation/day";
import type { Action, ActionResult, BookOrder, GasSum, GasUse, MarketPort, PileRegistration } from "../../core/ports";

/**
 * A port that counts the gas of the measured frames alone: everything after the clearing of the frame before them, up
 * to the clearing of the last of them. In a steady day that is one clearing, one settlement and one publication for
 * each frame, and the orders of one day.
 */
export class DayMeter implements MarketPort {
  private before: GasUse | undefined;
  private after: GasUse | undefined;

  constructor(
    private readonly port: MarketPort,
    private readonly measured: MeasuredFrames,
  ) {}

  get parameters(): MarketPort["parameters"] {
    return this.port.parameters;
  }

  register(piles: readonly PileRegistration[]): Promise<void> {
    return this.port.register(piles);
  }

  publish(now: number, firstFrame: number, publications: readonly Publication[]): Promise<void> {
    return this.port.publish(now, firstFrame, publications);
  }

  submit(now: number, actions: readonly Action[]): Promise<ActionResult[]> {
    return this.port.submit(now, actions);
  }

  book(now: number): Promise<BookOrder[]> {
    return this.port.book(now);
  }

  settle(frame: number): Promise<void> {
    return this.port.settle(frame);
  }

  async clear(frame: number): Promise<FrameOutcome> {
    const outcome = await this.port.clear(frame);
    const { first, count } = this.measured;
    if (frame === first - 1) this.before = structuredClone(this.port.gasUse?.());
    if (frame === first + count - 1) this.after = structuredClone(this.port.gasUse?.());
    return outcome;
  }

  /** Gas of the measured frames, by kind of operation; nothing before they are over. */
  gasUse(): GasUse {
    const { before = {}, after = {} } = this;
    const kinds = Object.entries(after).map(([kind, sum]): [string, GasSum] => {
      const earlier = before[kind] ?? { transactions: 0, operations: 0, gas: 0n };
      return [
        kind,
        {
          transactions: sum.transactions - earlier.transactions,
          operations: sum.operations - earlier.operations,
          gas: sum.gas - earlier.gas,
        },
      ];
    });
    return Object.fromEntries(kinds);
  }
}
