import type { FrameOutcome, GridFill, MarketParameters } from "../core/types";
import { capacityUse, fluctuation } from "../metrics/fluctuation";
import { batteryChangeWh } from "../piles/battery";
import { type EnergyLimits, type EvStay, neededWh, possibleWh, wantedWh } from "../piles/ev";
import { capped } from "../schemes/capped";
import type { Schedule } from "../schemes/schedule";
import { uncontrolled } from "../schemes/uncontrolled";
import type { DayOptions } from "./dayOptions";
import type { DayResult, DayTotals, DeliveryReport, EvReport, FrameReport, LoadReport, RoundReport } from "./dayResult";
import type { EvAccount } from "./evAccount";
import type { GasUse } from "../core/ports";
import type { DayAccounts } from "./openAccounts";
import { sellerCosts } from "./sellerCosts";
import { sellersOf, soldIn } from "./soldEnergy";

/** Remains of a played day. */
export interface PlayedDay {
  options: DayOptions;
  parameters: MarketParameters;
  outcomes: ReadonlyMap<number, FrameOutcome>;
  accounts: Pick<DayAccounts, "accounts" | "evs">;
  rounds: readonly RoundReport[];
  gas: GasUse | undefined;
  delivery?: DeliveryReport | undefined;
}

/** Draws up the result of a day that has been played. */
export function reportDay(played: PlayedDay): DayResult {
  const { options, parameters, outcomes, accounts, rounds, gas, delivery } = played;
  const { first, count } = options.measured;
  const asking = options.energyLimits ?? parameters;
  const schemes = { uncontrolled: uncontrolled(options.evs, asking), capped: capped(options.evs, asking) };
  const baseW = (frame: number) => Number(options.publication(frame).baseLoadW);
  const schemeW = (schedule: Schedule, frame: number) => baseW(frame) + (schedule.evLoadW[frame] ?? 0);
  const marketW = (frame: number) => Number(outcomes.get(frame)?.loadW ?? baseW(frame));
  const sellerAt = sellersOf(accounts.accounts);

  const frames = Array.from({ length: count }, (_, index): FrameReport => {
    const frame = first + index;
    const { trades, grid } = outcomes.get(frame) ?? { trades: [], grid: [] };
    const deals = [...trades, ...grid.map(paid)].map(({ price }) => Number(price));
    return {
      frame,
      time: timeOfDay(frame, parameters.frameSeconds),
      baseLoadW: baseW(frame),
      evLoadW: marketW(frame) - baseW(frame),
      loadW: marketW(frame),
      uncontrolledW: schemeW(schemes.uncontrolled, frame),
      cappedW: schemeW(schemes.capped, frame),
      tradedWh: energyOf(trades),
      gridWh: energyOf(grid),
      ...soldIn({ trades, grid }, (pile) => sellerAt(pile, frame)),
      importPricePerKwh: Number(options.publication(frame).importPricePerKwh),
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

  const isCounted = ({ arrivalFrame }: EvStay) => arrivalFrame >= first && arrivalFrame < first + count;
  const counted = options.evs.map(isCounted);
  const evs = accounts.accounts
    .filter((account) => isCounted(accounts.evs.get(account)!))
    .map((account) => reportEv(account, asking));
  const totals = totalsOf(evs);
  const wanted = options.evs.map((ev) => (ev.side === "charge" ? wantedWh(ev, asking) : 0));
  const unservedBy = ({ servedWh }: Schedule): number => {
    const total = (values: readonly number[]) => sum(values.filter((_, index) => counted[index]));
    return shareOf(total(wanted) - total(servedWh), total(wanted));
  };
  const limits = { capacityW: Number(parameters.capacityW), lossAllowanceW: Number(parameters.lossAllowanceW) };
  const held = rounds.filter(({ frame }) => frame >= first && frame < first + count);
  return {
    frames,
    ...(held.length === 0 ? {} : { rounds: held }),
    evs,
    totals,
    loads: loadReports(frames, before, limits, {
      market: shareOf(totals.unservedWh, totals.servedWh + totals.unservedWh),
      uncontrolled: unservedBy(schemes.uncontrolled),
      capped: unservedBy(schemes.capped),
      base: 0,
    }),
    ...limits,
    gas,
    ...(delivery === undefined ? {} : { delivery }),
    before,
    ...pricesByHour(frames, parameters.frameSeconds, options.secondsOfDay),
  };
}

/** The four loads of a list of frames. */
export function loadReports(
  frames: readonly FrameReport[],
  before: DayResult["before"],
  limits: Pick<DayResult, "capacityW" | "lossAllowanceW">,
  unserved: Record<keyof DayResult["loads"], number>,
): DayResult["loads"] {
  const report = (loadW: (frame: FrameReport) => number, beforeW: number, unservedShare: number): LoadReport => {
    const loadsW = frames.map(loadW);
    const use = capacityUse(loadsW, limits.capacityW, limits.lossAllowanceW);
    return { ...fluctuation(loadsW, beforeW), ...use, unservedShare };
  };
  return {
    market: report((frame) => frame.loadW, before.marketW, unserved.market),
    uncontrolled: report((frame) => frame.uncontrolledW, before.uncontrolledW, unserved.uncontrolled),
    capped: report((frame) => frame.cappedW, before.cappedW, unserved.capped),
    base: report((frame) => frame.baseLoadW, before.baseW, unserved.base),
  };
}

function reportEv(account: EvAccount, market: EnergyLimits): EvReport {
  const { stay, askedWh, servedWh, tradedWh, gridWh, paid, earned, orders, cancellations, refused } = account;
  return {
    ...{ stay, neededWh: neededWh(stay), possibleWh: possibleWh(stay, market), askedWh },
    ...{ servedWh, tradedWh, gridWh, unservedWh: wantedWh(stay, market) - servedWh, cost: paid - earned },
    ...{ orders, cancellations, refused },
    batteryChangeWh: batteryChangeWh(stay, servedWh),
    ...sellerCosts(stay, servedWh, account.refillPricePerKwh),
  };
}

/** The totals of a list of EVs. */
export function totalsOf(evs: readonly EvReport[]): DayTotals {
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
  const activeEvs = evs.filter((ev) => ev.askedWh > 0).length;
  const refused: Record<string, number> = {};
  for (const name of evs.flatMap((ev) => ev.refused)) refused[name] = (refused[name] ?? 0) + 1;
  return {
    chargingEvs: charging.length,
    dischargingEvs: discharging.length,
    neededWh: total(charging, (ev) => ev.neededWh),
    possibleWh: total(charging, (ev) => ev.possibleWh),
    askedWh: total(charging, (ev) => ev.askedWh),
    servedWh,
    unservedWh: total(charging, (ev) => ev.unservedWh),
    tradedWh,
    gridWh: total(charging, (ev) => ev.gridWh),
    offeredWh: total(discharging, (ev) => ev.askedWh),
    soldWh: total(discharging, (ev) => ev.servedWh),
    lostWh: total(evs, (ev) => Math.abs(Math.abs(ev.batteryChangeWh) - ev.servedWh)),
    tradedShare: shareOf(tradedWh, servedWh),
    paid: charging.reduce((all, ev) => all + ev.cost, 0n),
    earned: discharging.reduce((all, ev) => all - ev.cost, 0n),
    refillCost: discharging.reduce((all, ev) => all + ev.refillCost, 0n),
    wearCost: discharging.reduce((all, ev) => all + ev.wearCost, 0n),
    orders,
    activeEvs,
    transactionsPerEv: shareOf(orders.normal + orders.iceberg + others, activeEvs),
    refused,
  };
}

/** Average prices in each hour of the day [T Fig. 4.3]. */
export function pricesByHour(
  frames: readonly FrameReport[],
  frameSeconds: number,
  secondsOfDay = (frame: number) => frame * frameSeconds,
): Pick<DayResult, "meanPriceByHour" | "meanTradePriceByHour"> {
  const byHour = (deals: (frame: FrameReport) => readonly { price: bigint }[]) =>
    Array.from({ length: 24 }, (_, hour) => {
      const ofHour = frames.filter(({ frame }) => Math.floor(secondsOfDay(frame) / 3600) % 24 === hour);
      return average(ofHour.flatMap(deals).map(({ price }) => Number(price)));
    });
  return {
    meanPriceByHour: byHour(({ trades, grid }) => [...trades, ...grid]),
    meanTradePriceByHour: byHour(({ trades }) => trades),
  };
}

/** When a frame begins, counted from midnight, `18:30`. */
export function timeOfDay(frame: number, frameSeconds: number): string {
  const minutes = Math.floor((frame * frameSeconds) / 60) % (24 * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function energyOf(fills: readonly { energyWh: bigint }[]): number {
  return Number(fills.reduce((total, { energyWh }) => total + energyWh, 0n));
}

function average(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

/** `part / whole`, 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A grid fill with its premium in its price. */
function paid({ price, premium = 0n }: GridFill): { price: bigint } {
  return { price: price + premium };
}
