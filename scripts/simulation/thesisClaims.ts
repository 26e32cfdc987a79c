import type { SchemeComparison, SchemeFigures } from "./compare";
import { type Interval, meanInterval } from "./interval";

/** An order of two schemes that [T] reports, and how it stands in a comparison. */
export interface ClaimCheck {
  claim: string;
  /** Whether the means have it. */
  holds: boolean;
  /** `holds`, `does not hold` where the interval has one sign, or that the seeds do not decide it. */
  verdict: string;
  /** The two means, by how much they differ, and the interval of that over the seeds. */
  found: string;
  /** The calmer scheme's figure less the other's, seed by seed, in the figure's own unit. */
  difference: Interval;
}

interface Claim {
  claim: string;
  calmer: string;
  wilder: string;
  figure: keyof SchemeFigures;
}

/** [T]'s orders of schemes, each by the measure that its figure was computed with. */
const CLAIMS: readonly Claim[] = [
  {
    claim: "time-shifting is calmer than no control, by ln range/mean (0.20 against 0.56, thesis 3.4.2)",
    ...{ calmer: "timeShifted", wilder: "uncontrolled", figure: "logRange" },
  },
  {
    claim: "the genetic algorithm is calmer than no control, by ln range/mean (0.85 against 1.15, thesis 4.4.2)",
    ...{ calmer: "genetic", wilder: "uncontrolled", figure: "logRange" },
  },
  {
    claim: "AdBEV is calmer than no control, by ln range/mean (0.63 against 1.15, thesis 4.4.2)",
    ...{ calmer: "adbev", wilder: "uncontrolled", figure: "logRange" },
  },
  {
    claim: "AdBEV is calmer than the genetic algorithm, by ln range/mean (0.63 against 0.85, thesis 4.4.2)",
    ...{ calmer: "adbev", wilder: "genetic", figure: "logRange" },
  },
  {
    claim: "AdBEV is calmer than the genetic algorithm, by the absolute steps that chapter 4 defines (thesis 4.4)",
    ...{ calmer: "adbev", wilder: "genetic", figure: "absoluteStepsW" },
  },
  {
    claim: "PoB is calmer than no control, by the slope's variance (32.4 against 48.5, thesis 5.4.2)",
    ...{ calmer: "pob", wilder: "uncontrolled", figure: "slopeDeviationWPerHour" },
  },
  {
    claim: "scaling the first step by c = 2.39 makes ePoB calmer, by squared steps (thesis 6.4.2, 6.5.3)",
    ...{ calmer: "epobC", wilder: "epob", figure: "squaredStepsRootW" },
  },
  {
    claim: "ePoB with c = 2.39 is calmer than AdBEV, by squared steps (3.5 %, thesis 6.5.3)",
    ...{ calmer: "epobC", wilder: "adbev", figure: "squaredStepsRootW" },
  },
  {
    claim: "the same without c, plans by laxity, by squared steps",
    ...{ calmer: "epobLaxity", wilder: "adbev", figure: "squaredStepsRootW" },
  },
  {
    claim: "the offline optimum is the calmest, by squared steps over all days (thesis 6.5.3)",
    ...{ calmer: "offlineOptimumV2g", wilder: "epobLaxity", figure: "spanRootW" },
  },
];

/** Each of [T]'s orders whose two schemes were compared, and how far the seeds have it. */
export function checkClaims(schemes: readonly SchemeComparison[]): ClaimCheck[] {
  return CLAIMS.flatMap((claim) => check(schemes, claim));
}

/** Schemes of whose cars none needs a market, a message, or anything but its own interest. */
const OPPONENTS = ["spread", "cap1kW", "capped"];

/**
 * The headline of a comparison: the market against the best opponent that needs none, by absolute steps [T 4.4], with all
 * agents in one plan and with each for itself; and whether trade between piles calms the load.
 */
export function checkMarket(schemes: readonly SchemeComparison[]): ClaimCheck[] {
  const opponents = schemes
    .filter(({ key }) => OPPONENTS.includes(key))
    .sort((a, b) => a.spread.absoluteStepsW.mean - b.spread.absoluteStepsW.mean);
  const best = opponents[0];
  const of = (key: string) => schemes.find((scheme) => scheme.key === key);
  const against = ["adbev", "adbevSelfish50", "adbevSelfish100", "congestion", "epobLaxity"].flatMap(
    (calmer): Claim[] => {
      const market = of(calmer);
      if (best === undefined || market === undefined) return [];
      const claim = `${market.title}, is calmer than "${best.title}", by absolute steps`;
      return [{ claim, calmer, wilder: best.key, figure: "absoluteStepsW" }];
    },
  );
  const trade: Claim = {
    claim: "trade between piles makes the AdBEV market calmer than the same without sellers, by absolute steps",
    ...{ calmer: "adbev", wilder: "adbevAlone", figure: "absoluteStepsW" },
  };
  return [...against, trade].flatMap((claim) => check(schemes, claim));
}

function check(schemes: readonly SchemeComparison[], { claim, calmer, wilder, figure }: Claim): ClaimCheck[] {
  const of = (key: string) => schemes.find((scheme) => scheme.key === key);
  const [less, more] = [of(calmer), of(wilder)];
  if (less === undefined || more === undefined) return [];
  const difference = meanInterval(less.days.map((day, index) => day[figure] - more.days[index]![figure]));
  const holds = difference.mean < 0;
  return [
    { claim, holds, verdict: verdictOf(difference), found: foundText(less, more, figure, difference), difference },
  ];
}

function verdictOf({ mean, low, high }: Interval): string {
  if (low === undefined || high === undefined) return "not decided by one seed";
  if (low <= 0 && high >= 0) return "not decided by these seeds";
  return mean < 0 ? "holds" : "does not hold";
}

function foundText(
  less: SchemeComparison,
  more: SchemeComparison,
  figure: keyof SchemeFigures,
  { mean, low, high, count }: Interval,
): string {
  const [found, other] = [less.spread[figure].mean, more.spread[figure].mean];
  // Shares of a logarithm say nothing.
  const share =
    figure === "logRange" || other === 0 ? "" : `, ${signed(100 * (found / other - 1), (v) => v.toFixed(1))} %`;
  const show = (value: number) => signed(value, (v) => shown(v, figure));
  const interval =
    low === undefined || high === undefined
      ? "one seed, so no interval"
      : `95 % interval ${show(low)} to ${show(high)} over ${count} seeds`;
  return `${shown(found, figure)} against ${shown(other, figure)}: ${show(mean)}${share}; ${interval}`;
}

function signed(value: number, show: (value: number) => string): string {
  return `${value < 0 ? "-" : "+"}${show(Math.abs(value))}`;
}

function shown(value: number, figure: keyof SchemeFigures): string {
  if (figure === "logRange") return value.toFixed(2);
  return `${(value / 1000).toFixed(1)} ${figure === "slopeDeviationWPerHour" ? "kW/h" : "kW"}`;
}
