import type { FrameOutcome, GridFill, MarketParameters, Trade } from "../market/types";
import { type CapacityUse, capacityUse, type Fluctuation, fluctuation } from "../metrics/fluctuation";
import type { EvStay } from "../piles/ev";
import { capped } from "../schemes/capped";
import type { Schedule } from "../schemes/schedule";
import { uncontrolled } from "../schemes/uncontrolled";
import type { DayOptions } from "./day";
import type { EvAccount } from "./evAccount";

/** One measured frame. Power in W, energy in Wh, prices in money units per kWh. */
export interface FrameReport {
  frame: number;
  /** P_home(t). */
  baseLoadW: number;
  /** What EVs drew from the grid. */
  evLoadW: number;
  /** Recorded P_total(t). */
  loadW: number;
  /** P_total(t) of the same EVs uncontrolled and under the plain cap. */
  uncontrolledW: number;
  cappedW: number;
  tradedWh: number;
  gridWh: number;
  /** r(t). */
  importPrice: number;
  /** Average price of the deals of the frame, trades and grid fills alike [T Fig. 4.3]; undefined without any. */
  meanPrice: number | undefined;
  trades: readonly Trade[];
  grid: readonly GridFill[];
}

/** One EV that came within the measured frames. */
export interface EvReport {
  stay: EvStay;
  /** What it wanted to buy or sell, Wh. SPEC 7. */
  askedWh: number;
  /** What it bought or sold, Wh; traded with other piles and with the grid. */
  servedWh: number;
  tradedWh: number;
  gridWh: number;
  /** What is missing, Wh. */
  unservedWh: number;
  /** Paid less earned, money units. */
  cost: bigint;
  orders: { normal: number; iceberg: number };
  cancellations: number;
  /** Names of the refusals it met. */
  refused: readonly string[];
}

/** A load over the measured frames. */
export interface LoadReport extends CapacityUse, Fluctuation {
  /** Share of the charging energy asked for in the measured frames that was not delivered, 0 to 1. */
  unservedShare: number;
}

/** The totals of the EVs that came within the measured frames. Energy in Wh, amounts in money units. */
export interface DayTotals {
  chargingEvs: number;
  dischargingEvs: number;
  /** Asked for by charging EVs. */
  askedWh: number;
  servedWh: number;
  unservedWh: number;
  /** Of what was served: bought from other piles. */
  tradedWh: number;
  /** Of what was served: bought from the grid. */
  gridWh: number;
  /** Offered by discharging EVs, and what of it was sold. */
  offeredWh: number;
  soldWh: number;
  /** Share of the served energy that came from other piles, 0 to 1. */
  tradedShare: number;
  /** Paid by charging EVs, earned by discharging ones. */
  paid: bigint;
  earned: bigint;
  orders: { normal: number; iceberg: number };
  /** Orders, cancellations and refusals per EV that asked for or offered anything. */
  transactionsPerEv: number;
  /** Refusals by name. */
  refused: Readonly<Record<string, number>>;
}

/** Everything a report on a simulated day needs. */
export interface DayResult {
  frames: FrameReport[];
  evs: EvReport[];
  totals: DayTotals;
  /** The market, and the same EVs and homes without one; `base` is the homes alone. */
  loads: { market: LoadReport; uncontrolled: LoadReport; capped: LoadReport; base: LoadReport };
  /** Loads of the frame before the measured ones, W: where the first steps begin. */
  before: { marketW: number; uncontrolledW: number; cappedW: number; baseW: number };
  /** Average deal price by hour of the day, money units per kWh; undefined without any [T Fig. 4.3]. */
  meanPriceByHour: (number | undefined)[];
}

/** What a played day left behind. */
export interface PlayedDay {
  options: DayOptions;
  parameters: MarketParameters;
  outcomes: ReadonlyMap<number, FrameOutcome>;
  accounts: readonly EvAccount[];
}

/** Draws up the result of a day that has been played. */
export function reportDay({ options, parameters, outcomes, accounts }: PlayedDay): DayResult {
  const { first, count } = options.measured;
  const schemes = { uncontrolled: uncontrolled(options.evs, parameters), capped: capped(options.evs, parameters) };
  const baseW = (frame: number) => Number(options.publication(frame).baseLoadW);
  const schemeW = (schedule: Schedule, frame: number) => baseW(frame) + (schedule.evLoadW[frame] ?? 0);
  const marketW = (frame: number) => Number(outcomes.get(frame)?.loadW ?? baseW(frame));

  const frames = Array.from({ length: count }, (_, index): FrameReport => {
    const frame = first + index;
    const { trades, grid } = outcomes.get(frame) ?? { trades: [], grid: [] };
    const deals = [...trades, ...grid].map(({ price }) => Number(price));
    return {
      frame,
      baseLoadW: baseW(frame),
      evLoadW: marketW(frame) - baseW(frame),
      loadW: marketW(frame),
      uncontrolledW: schemeW(schemes.uncontrolled, frame),
      cappedW: schemeW(schemes.capped, frame),
      tradedWh: energyOf(trades),
      gridWh: energyOf(grid),
      importPrice: Number(options.publication(frame).importPrice),
      meanPrice: average(deals),
      trades,
      grid,
    };
  });
  const before = {
    marketW: marketW(first - 1),
    uncontrolledW: schemeW(schemes.uncontrolled, first - 1),
    cappedW: schemeW(schemes.capped, first - 1),
    baseW: baseW(first - 1),
  };

  const counted = options.evs.map(({ arrivalFrame }) => arrivalFrame >= first && arrivalFrame < first + count);
  const evs = accounts.filter((_, index) => counted[index]).map(reportEv);
  const totals = totalsOf(evs);
  const unservedBy = ({ askedWh, servedWh }: Schedule): number => {
    const total = (values: readonly number[]) => sum(values.filter((_, index) => counted[index]));
    return shareOf(total(askedWh) - total(servedWh), total(askedWh));
  };
  const load = (loadsW: readonly number[], beforeW: number, unservedShare: number): LoadReport => ({
    ...fluctuation(loadsW, beforeW),
    ...capacityUse(loadsW, Number(parameters.capacityW), Number(parameters.lossAllowanceW)),
    unservedShare,
  });
  return {
    frames,
    evs,
    totals,
    loads: {
      market: load(frames.map(({ loadW }) => loadW), before.marketW, shareOf(totals.unservedWh, totals.askedWh)),
      uncontrolled: load(
        frames.map(({ uncontrolledW }) => uncontrolledW),
        before.uncontrolledW,
        unservedBy(schemes.uncontrolled),
      ),
      capped: load(frames.map(({ cappedW }) => cappedW), before.cappedW, unservedBy(schemes.capped)),
      base: load(frames.map(({ baseLoadW }) => baseLoadW), before.baseW, 0),
    },
    before,
    meanPriceByHour: pricesByHour(frames, parameters.frameSeconds),
  };
}

function reportEv(account: EvAccount): EvReport {
  const { stay, askedWh, remainingWh, tradedWh, gridWh, paid, earned, orders, cancellations, refused } = account;
  const servedWh = askedWh - remainingWh;
  return {
    ...{ stay, askedWh, servedWh, tradedWh, gridWh, unservedWh: remainingWh, cost: paid - earned },
    ...{ orders, cancellations, refused },
  };
}

function totalsOf(evs: readonly EvReport[]): DayTotals {
  const charging = evs.filter(({ stay }) => stay.side === "charge");
  const discharging = evs.filter(({ stay }) => stay.side === "discharge");
  const total = (of: readonly EvReport[], value: (ev: EvReport) => number) => sum(of.map(value));
  const servedWh = total(charging, (ev) => ev.servedWh);
  const tradedWh = total(charging, (ev) => ev.tradedWh);
  const orders = {
    normal: total(evs, (ev) => ev.orders.normal),
    iceberg: total(evs, (ev) => ev.orders.iceberg),
  };
  const others = total(evs, (ev) => ev.cancellations + ev.refused.length);
  const refused: Record<string, number> = {};
  for (const name of evs.flatMap((ev) => ev.refused)) refused[name] = (refused[name] ?? 0) + 1;
  return {
    chargingEvs: charging.length,
    dischargingEvs: discharging.length,
    askedWh: total(charging, (ev) => ev.askedWh),
    servedWh,
    unservedWh: total(charging, (ev) => ev.unservedWh),
    tradedWh,
    gridWh: total(charging, (ev) => ev.gridWh),
    offeredWh: total(discharging, (ev) => ev.askedWh),
    soldWh: total(discharging, (ev) => ev.servedWh),
    tradedShare: shareOf(tradedWh, servedWh),
    paid: charging.reduce((all, ev) => all + ev.cost, 0n),
    earned: discharging.reduce((all, ev) => all - ev.cost, 0n),
    orders,
    transactionsPerEv: shareOf(
      orders.normal + orders.iceberg + others,
      evs.filter((ev) => ev.askedWh > 0).length,
    ),
    refused,
  };
}

function pricesByHour(frames: readonly FrameReport[], frameSeconds: number): (number | undefined)[] {
  return Array.from({ length: 24 }, (_, hour) =>
    average(
      frames
        .filter(({ frame }) => Math.floor((frame * frameSeconds) / 3600) % 24 === hour)
        .flatMap(({ trades, grid }) => [...trades, ...grid].map(({ price }) => Number(price))),
    ),
  );
}

function energyOf(fills: readonly { energyWh: bigint }[]): number {
  return Number(fills.reduce((total, { energyWh }) => total + energyWh, 0n));
}

function average(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
