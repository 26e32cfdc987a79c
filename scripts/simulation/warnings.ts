import type { DeploymentParameters } from "../core/parameters";
import { grouped, kW, kWh, pence } from "../core/text";
import type { SchemeComparison } from "./compare";
import type { DayOptions } from "./day";
import type { DayResult } from "./dayResult";
import { type DaySettings, PENNY } from "./defaults";

/** Above this share of the energy asked for, what is calm may be so because cars stand empty. */
const UNSERVED_SHARE = 0.01;

/** Usual range of a figure; beyond it somebody may have meant another unit. */
interface Usual {
  name: string;
  least: number;
  most: number;
  show: (value: number) => string;
  /** The unit it is given in. */
  unit: string;
}

const watts = (value: number) => `${grouped(value)} W`;
const wattHours = (value: number) => `${grouped(value)} Wh`;
const CAPACITY: Usual = { name: "capacity", least: 10_000, most: 10_000_000, show: watts, unit: "W" };
const PEAK: Usual = { name: "peak of an iceberg", least: 50, most: 2 ** 20, show: wattHours, unit: "Wh" };
const THRESHOLD: Usual = { ...PEAK, name: "threshold of icebergs" };
const IMPORT: Usual = { name: "import tariff", least: PENNY, most: 100 * PENNY, show: pence, unit: "pence per kWh" };
const EXPORT: Usual = { ...IMPORT, name: "export tariff", least: 0 };

/**
 * Warnings about a day whose figures are not as they look: energy unserved, refusals, homes alone above the capacity,
 * figures off by a power of ten. A line each; none on a day as usual.
 */
export function dayWarnings(day: DayResult, settings: SettingFigures, market: Partial<DeploymentParameters>): string[] {
  // A file of prices has one for each frame.
  const { importPricePerKwh, exportPricePerKwh } = settings;
  const inFrames = (price: DaySettings["importPricePerKwh"]) =>
    typeof price === "function" ? day.frames.map(({ frame }) => price(frame)) : price;
  const figures = { importPricePerKwh: inFrames(importPricePerKwh), exportPricePerKwh: inFrames(exportPricePerKwh) };
  return [...unusual(figures, market), ...capacityWarnings(day), ...unservedWarnings(day), ...refusalWarnings(day)];
}

/** Settings of a day that can be off by a power of ten. */
export type SettingFigures = Pick<DaySettings, "importPricePerKwh" | "exportPricePerKwh">;

/** Figures that are far from what is usual, a line each. */
export function unusual(
  {
    importPricePerKwh,
    exportPricePerKwh,
  }: Readonly<Record<"importPricePerKwh" | "exportPricePerKwh", number | readonly number[] | undefined>>,
  { capacityW, icebergPeakWh, icebergThresholdWh }: Partial<DeploymentParameters>,
): string[] {
  return [
    ...[CAPACITY, PEAK, THRESHOLD].flatMap((usual, index) => {
      const value = [capacityW, icebergPeakWh, icebergThresholdWh][index];
      return value === undefined ? [] : beyond(usual, Number(value));
    }),
    ...beyond(IMPORT, importPricePerKwh),
    ...beyond(EXPORT, exportPricePerKwh),
  ];
}

function beyond({ name, least, most, show, unit }: Usual, value: number | readonly number[] | undefined): string[] {
  const values = typeof value === "number" ? [value] : (value ?? []);
  const far = values.find((one) => one < least || one > most);
  if (far === undefined) return [];
  return [`${name} of ${show(far)}: usual are ${show(least)} to ${show(most)}; it is given in ${unit}`];
}

/** {@link dayWarnings} of a comparison: of its settings, of its homes and of what its schemes leave unserved. */
export function comparisonWarnings(
  schemes: readonly SchemeComparison[],
  { publication, measured: { first, count } }: Pick<DayOptions, "publication" | "measured">,
  market: DeploymentParameters,
): string[] {
  const published = Array.from({ length: count }, (_, index) => publication(first + index));
  const prices = (name: "importPricePerKwh" | "exportPricePerKwh") => published.map((of) => Number(of[name]));
  const baseLoadsW = published.map(({ baseLoadW }) => Number(baseLoadW));
  const usable = Number(market.capacityW - market.lossAllowanceW);
  return [
    ...unusual(
      { importPricePerKwh: prices("importPricePerKwh"), exportPricePerKwh: prices("exportPricePerKwh") },
      market,
    ),
    ...homesAbove(baseLoadsW, usable),
    ...schemes.flatMap(({ title, spread: { unservedShare } }) => {
      if (unservedShare.mean <= UNSERVED_SHARE) return [];
      return [`unserved: ${title} leaves ${(100 * unservedShare.mean).toFixed(1)} % of the charging energy`];
    }),
  ];
}

function homesAbove(baseLoadsW: readonly number[], usable: number): string[] {
  const over = baseLoadsW.filter((loadW) => Math.abs(loadW) > usable).length;
  if (over === 0) return [];
  const most = Math.max(...baseLoadsW.map(Math.abs)) - usable;
  return [
    `homes alone are above the capacity of ${kW(usable, usable < 1_000 ? 2 : 1)} in ${counted(over, "frame")}, by up to ${kW(most)}: ` +
      "the market cannot help that",
  ];
}

function capacityWarnings({ frames, capacityW, lossAllowanceW, loads }: DayResult): string[] {
  const usable = capacityW - lossAllowanceW;
  const homes = homesAbove(
    frames.map(({ baseLoadW }) => baseLoadW),
    usable,
  );
  if (homes.length > 0) return homes;
  const { overloadedFrames } = loads.market;
  return overloadedFrames === 0 ? [] : [`the load is above the capacity in ${counted(overloadedFrames, "frame")}`];
}

function unservedWarnings({ totals: { askedWh, servedWh, unservedWh }, loads }: DayResult): string[] {
  const { unservedShare } = loads.market;
  if (unservedShare <= UNSERVED_SHARE) return [];
  const wantedWh = servedWh + unservedWh;
  // Recorded EVs may need more than the market's rules let them ask for.
  const wanted = wantedWh === askedWh ? "asked for" : "needed";
  return [
    `unserved: ${(100 * unservedShare).toFixed(1)} % of the energy ${wanted}, ${kWh(unservedWh)} of ${kWh(wantedWh)}; ` +
      "a load that is calm because cars stay empty is no gain",
  ];
}

function refusalWarnings({ totals, rounds = [] }: DayResult): string[] {
  const orders = tally(totals.refused);
  const byProposer = new Map<string, Record<string, number>>();
  for (const { proposer, error } of rounds.flatMap(({ refused }) => refused)) {
    const errors = byProposer.get(proposer) ?? {};
    errors[error] = (errors[error] ?? 0) + 1;
    byProposer.set(proposer, errors);
  }
  return [
    ...(orders === undefined ? [] : [`refused: ${counted(orders.count, "order")} (${orders.errors})`]),
    ...[...byProposer].map(([proposer, errors]) => {
      const plans = tally(errors)!;
      return `refused: ${grouped(plans.count)} of the ${counted(rounds.length, "plan")} of ${proposer} (${plans.errors})`;
    }),
  ];
}

function tally(errors: Readonly<Record<string, number>>): { count: number; errors: string } | undefined {
  const sorted = Object.entries(errors).sort(([, a], [, b]) => b - a);
  if (sorted.length === 0) return undefined;
  return {
    count: sorted.reduce((sum, [, count]) => sum + count, 0),
    errors: sorted.map(([error, count]) => `${error} ${grouped(count)}`).join(", "),
  };
}

/** `1 order`, `12 orders`. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** The warnings of several days: what all of them have once, the rest with the seed it belongs to. */
export function warningsBySeed(days: readonly { seed: number; warnings: readonly string[] }[]): string[] {
  const common = (days[0]?.warnings ?? []).filter((text) => days.every(({ warnings }) => warnings.includes(text)));
  const own = days.flatMap(({ seed, warnings }) =>
    warnings.filter((text) => !common.includes(text)).map((text) => `seed ${seed}: ${text}`),
  );
  return [...common, ...own];
}
