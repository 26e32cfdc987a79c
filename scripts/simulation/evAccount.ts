import type { GridFill, Trade } from "../core/types";
import type { AgentMarket } from "../piles/agent";
import { type EvStay, frameWh, isIceberg } from "../piles/ev";
import type { Random } from "../core/random";
import type { Action, ActionResult } from "../core/ports";

/**
 * Account of one EV in a simulated day: its orders, deeds and receipts. Energy in Wh, amounts in money units.
 */
export class EvAccount {
  remainingWh: number;
  /** Bought from or sold to other piles. */
  tradedWh = 0;
  /** Bought from the grid. */
  gridWh = 0;
  /** Paid, wheeling included. */
  paid = 0n;
  /** Earned. */
  earned = 0n;
  /** Orders the market took. */
  orders = { normal: 0, iceberg: 0 };
  /** Orders taken back and not replaced. */
  cancellations = 0;
  /** Names of refusals. */
  refused: string[] = [];

  readonly stay: Readonly<EvStay>;

  constructor(
    stay: EvStay,
    readonly askedWh: number,
    readonly limitPrice: number,
    private readonly stream: Random,
  ) {
    // Its agent is shown it, and must not write to it.
    this.stay = Object.freeze({ ...stay });
    this.remainingWh = askedWh;
  }

  /** This EV's own random stream, at its beginning. */
  random(): Random {
    return this.stream.stream("own");
  }

  bought({ price, energyWh, premium = 0n }: Trade, wheelingPricePerKwh: bigint): void {
    this.moved(energyWh);
    this.tradedWh += Number(energyWh);
    for (const part of [price, premium, wheelingPricePerKwh]) this.paid += (part * energyWh) / 1000n;
  }

  sold({ price, energyWh, subsidy = 0n }: Trade): void {
    this.moved(energyWh);
    this.tradedWh += Number(energyWh);
    this.earned += (price * energyWh) / 1000n + (subsidy * energyWh) / 1000n;
  }

  filledFromGrid({ side, price, energyWh, premium = 0n }: GridFill): void {
    this.moved(energyWh);
    this.gridWh += Number(energyWh);
    const amount = (price * energyWh) / 1000n + (premium * energyWh) / 1000n;
    if (side === "charge") this.paid += amount;
    else this.earned += amount;
  }

  /** @param now The frame in which it was submitted; an order is first delivered in the next. */
  submitted(action: Action, result: ActionResult, market: AgentMarket, now: number): void {
    if (!result.accepted) this.refused.push(result.error);
    else if (action.kind === "cancel") this.cancellations++;
    else {
      const { energyWh, peakWh, expiryFrame } = action.order;
      const pileFrameWh = frameWh(market, this.stay.ratedW);
      const inTranches = isIceberg(market.icebergThresholdWh, pileFrameWh, Number(energyWh), Number(peakWh));
      const iceberg = inTranches && expiryFrame > now + 1;
      this.orders[iceberg ? "iceberg" : "normal"]++;
    }
  }

  private moved(energyWh: bigint): void {
    this.remainingWh -= Number(energyWh);
  }
}
