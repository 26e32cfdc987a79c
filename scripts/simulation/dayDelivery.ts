import { movableWh } from "../model/load";
import { partiesOf } from "../model/delivery";
import { type FrameSettlement, type Imbalance, IMBALANCE_CAUSES, noImbalance, type Reading } from "../core/settlement";
import type { FrameOutcome, Side } from "../core/types";
import { EvMeter, type MeterDeviations } from "../piles/meters";
import type { Random } from "../core/random";
import type { MeasuredFrames } from "../data/calendar";
import type { CreditReport, DeliveryReport, FrameDelivery } from "./dayResult";
import type { EvAccount } from "./evAccount";
import type { MeteredPort } from "../core/ports";

/** A cleared frame whose settlement waits. */
interface Pending {
  frame: number;
  readings: Map<string, Reading>;
  silent: string[];
  /** The frame during which it can be settled: the next one, or when silence counts. */
  dueFrame: number;
}

/**
 * The delivery of a simulated day with meters: reads them, settles each frame as soon as it may be, and keeps account of
 * imbalance and credit. SPEC 5, 6.
 */
export class DayDelivery {
  private readonly meters: Map<EvAccount, EvMeter>;
  private pending: Pending[] = [];
  private readonly frames = new Map<number, FrameDelivery>();
  /** 1/100 point, of every pile. */
  private readonly credits: Map<string, number>;

  /**
   * @param ratedW Power that each pile is registered with, W.
   * @param random The meters' own source.
   */
  constructor(
    private readonly port: MeteredPort,
    private readonly ratedW: ReadonlyMap<string, number>,
    accounts: readonly EvAccount[],
    deviations: MeterDeviations,
    random: Random,
  ) {
    this.meters = new Map(
      accounts.map((account) => {
        const { pile, arrivalFrame } = account.stay;
        return [account, new EvMeter(account.stay, deviations, random.stream(`${pile} ${arrivalFrame}`))];
      }),
    );
    const { initialCredit } = port.parameters;
    this.credits = new Map([...ratedW.keys()].map((pile) => [pile, Number(initialCredit)]));
  }

  /** Whether an EV has left although its stay is not over. */
  hasLeft(account: EvAccount, frame: number): boolean {
    return this.meters.get(account)!.hasLeft(frame);
  }

  /** Whether an EV leaves, or has left, before its stay is over. */
  leftEarly(account: EvAccount): boolean {
    return this.meters.get(account)!.goneFrame <= account.stay.departureFrame;
  }

  /** Reads the meters of a frame that was cleared. @param plugged The EV at each pile. */
  onCleared(outcome: FrameOutcome, plugged: ReadonlyMap<string, EvAccount>): void {
    const { frame, trades, grid } = outcome;
    if (trades.length + grid.length === 0) return;
    const { frameSeconds, readingSeconds } = this.port.parameters;
    const agreedWh = new Map<string, bigint>();
    const add = (pile: string, energyWh: bigint) => agreedWh.set(pile, (agreedWh.get(pile) ?? 0n) + energyWh);
    for (const { buy, sell, energyWh } of trades) {
      add(buy, energyWh);
      add(sell, energyWh);
    }
    for (const { pile, energyWh } of grid) add(pile, energyWh);

    const readings = new Map<string, Reading>();
    const silent: string[] = [];
    for (const [pile, side] of partiesOf(outcome)) {
      const account = plugged.get(pile);
      const meter = account && this.meters.get(account);
      if (meter?.silent === true || this.port.hears?.(pile, frame) === false) silent.push(pile);
      else readings.set(pile, this.reading(pile, side, agreedWh.get(pile)!, meter, frame));
    }
    const waits = silent.length === 0 ? 0 : Math.ceil(readingSeconds / frameSeconds);
    this.pending.push({ frame, readings, silent, dueFrame: frame + 1 + waits });
  }

  /** A pile's reading; the agreed energies for a pile that others run on the market. */
  private reading(pile: string, side: Side, agreedWh: bigint, meter: EvMeter | undefined, frame: number): Reading {
    if (meter === undefined) {
      return side === "charge" ? { consumedWh: agreedWh, producedWh: 0n } : { consumedWh: 0n, producedWh: agreedWh };
    }
    return meter.moved(frame, agreedWh, movableWh(this.port.parameters, BigInt(this.ratedW.get(pile)!)));
  }

  /** Settles, during frame `now`, whatever can be. */
  async settleDue(now: number): Promise<void> {
    const due = this.pending.filter(({ dueFrame }) => dueFrame <= now);
    this.pending = this.pending.filter(({ dueFrame }) => dueFrame > now);
    for (const { frame, readings, silent } of due) {
      this.settled(await this.port.settleMetered(frame, readings, now), readings, silent);
    }
  }

  /** Settles what is left, after frame `now`, waiting for those who say nothing. */
  async settleAll(now: number): Promise<void> {
    const last = this.pending.reduce((latest, { dueFrame }) => Math.max(latest, dueFrame), now);
    for (let frame = now; frame <= last; frame++) await this.settleDue(frame);
  }

  /** Outcome of delivery in the measured frames, and every pile's credit at the end. */
  async report({ first, count }: MeasuredFrames): Promise<DeliveryReport> {
    const frames = [...this.frames.values()]
      .filter(({ frame }) => frame >= first && frame < first + count)
      .sort((a, b) => a.frame - b.frame);
    const { held, deposited } = await this.port.balanceSheet();
    return {
      frames,
      imbalance: sumOf(frames.map(({ imbalance }) => imbalance)),
      credits: Object.fromEntries(this.credits),
      unaccounted: deposited - held,
    };
  }

  private settled(settlement: FrameSettlement, readings: ReadonlyMap<string, Reading>, silent: string[]): void {
    const credits = Object.fromEntries(settlement.piles.map(({ pile, creditAfter }) => [pile, Number(creditAfter)]));
    for (const [pile, credit] of Object.entries(credits)) this.credits.set(pile, credit);
    this.frames.set(settlement.frame, {
      frame: settlement.frame,
      readings: [...readings].map(([pile, reading]) => ({ pile, ...reading })),
      silent,
      imbalance: settlement.imbalance,
      claimed: settlement.piles.reduce((sum, { claimed }) => sum + claimed, 0n),
      credits,
      credit: creditReport([...this.credits.values()]),
    });
  }
}

/** Imbalances added up, cause by cause. */
export function sumOf(imbalances: readonly Imbalance[]): Imbalance {
  const sum = noImbalance();
  for (const cause of IMBALANCE_CAUSES) sum[cause] = imbalances.reduce((total, one) => total + one[cause], 0n);
  return sum;
}

/** How several feeders were delivered together: costs added up, credit over the piles of those that moved anything. */
export function deliveredTogether(reports: readonly DeliveryReport[], named: (feeder: number, pile: string) => string) {
  const renamed = reports.map(({ frames, credits, ...rest }, feeder) => {
    const keyed = (of: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(of).map(([pile, credit]) => [named(feeder, pile), credit]));
    return {
      ...rest,
      credits: keyed(credits),
      frames: frames.map((frame) => ({
        ...frame,
        readings: frame.readings.map((reading) => ({ ...reading, pile: named(feeder, reading.pile) })),
        silent: frame.silent.map((pile) => named(feeder, pile)),
        credits: keyed(frame.credits),
      })),
    };
  });
  const byFrame = new Map<number, FrameDelivery[]>();
  for (const frame of renamed.flatMap(({ frames }) => frames)) {
    byFrame.set(frame.frame, [...(byFrame.get(frame.frame) ?? []), frame]);
  }
  const frames = [...byFrame]
    .sort(([a], [b]) => a - b)
    .map(([frame, parts]): FrameDelivery => {
      const piles = parts.reduce((sum, { credit }) => sum + credit.piles, 0);
      return {
        frame,
        readings: parts.flatMap(({ readings }) => readings),
        silent: parts.flatMap(({ silent }) => silent),
        imbalance: sumOf(parts.map(({ imbalance }) => imbalance)),
        claimed: parts.reduce((sum, { claimed }) => sum + claimed, 0n),
        credits: Object.assign({}, ...parts.map(({ credits }) => credits)) as Record<string, number>,
        credit: {
          mean: parts.reduce((sum, { credit }) => sum + credit.mean * credit.piles, 0) / piles,
          min: Math.min(...parts.map(({ credit }) => credit.min)),
          piles,
        },
      };
    });
  return {
    frames,
    imbalance: sumOf(renamed.map(({ imbalance }) => imbalance)),
    credits: Object.assign({}, ...renamed.map(({ credits }) => credits)) as Record<string, number>,
    unaccounted: renamed.reduce((sum, { unaccounted }) => sum + unaccounted, 0n),
  } satisfies DeliveryReport;
}

/** Mean and least of some credits, 1/100 point. */
export function creditReport(credits: readonly number[]): CreditReport {
  return {
    mean: credits.reduce((sum, credit) => sum + credit, 0) / credits.length,
    min: Math.min(...credits),
    piles: credits.length,
  };
}
