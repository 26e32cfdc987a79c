import type { GridFill, Trade } from "../core/types";
import type { AgentMarket } from "../piles/agent";
import { type EvStay, frameWh, isIceberg } from "../piles/ev";
import type { Random } from "../core/random";
import type { Action, ActionResult } from "../core/ports";

/** Beginnings of an account. */
export interface AccountOptions {
  stay: EvStay;
  askedWh: number;
  limitPrice: number;
  refillPricePerKwh: number;
  /** A stream of this stay alone. */
  random: Random;
}

/** Earnings of whoever sells: a trade's price with what the market adds to it, or the grid's export tariff. Money units. */
export function earnedFrom({ price, energyWh, subsidy = 0n }: Pick<Trade, "price" | "energyWh" | "subsidy">): bigint {
  return (price * energyWh) / 1000n + (subsidy * energyWh) / 1000n;
}

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

  /** Its stay; of an EV that sells and then buys back, the half that this account is of. */
  stay: Readonly<EvStay>;
  askedWh: number;
  readonly limitPrice: number;
  /** Price at which energy that it sells is replaced, money units per kWh. */
  readonly refillPricePerKwh: number;
  private readonly stream: Random;

  constructor({ stay, askedWh, limitPrice, refillPricePerKwh, random }: AccountOptions) {
    // Its agent is shown it, and must not write to it.
    this.stay = Object.freeze({ ...stay });
    this.askedWh = this.remainingWh = askedWh;
    this.limitPrice = limitPrice;
    this.refillPricePerKwh = refillPricePerKwh;
    this.stream = random;
  }

  /** Energy that it bought or sold, Wh. */
  get servedWh(): number {
    return this.askedWh - this.remainingWh;
  }

  /** The stay turns out otherwise before anything was ordered: it buys back what the EV has sold. */
  begin(stay: EvStay, askedWh: number): void {
    this.stay = Object.freeze({ ...stay });
    this.askedWh = this.remainingWh = askedWh;
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

  sold(trade: Trade): void {
    this.moved(trade.energyWh);
    this.tradedWh += Number(trade.energyWh);
    this.earned += earnedFrom(trade);
  }

  filledFromGrid(fill: GridFill): void {
    const { side, price, energyWh, premium = 0n } = fill;
    this.moved(energyWh);
    this.gridWh += Number(energyWh);
    if (side === "charge") this.paid += (price * energyWh) / 1000n + (premium * energyWh) / 1000n;
    else this.earned += earnedFrom(fill);
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
