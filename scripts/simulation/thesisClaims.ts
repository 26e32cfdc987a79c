import type { SchemeComparison, SchemeFigures } from "./compare";

/** An order of two schemes that [T] reports, and how it stands in a comparison. */
export interface ClaimCheck {
  claim: string;
  holds: boolean;
  /** The two means. */
  found: string;
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
    ...{ calmer: "pob", wilder: "uncontrolled", figure: "slopeVarianceCubeRoot" },
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
    claim: "the same without c, plans allotted by slack",
    ...{ calmer: "epobSlack", wilder: "adbev", figure: "squaredStepsRootW" },
  },
  {
    claim: "the offline optimum is the calmest, by squared steps (thesis 6.5.3)",
    ...{ calmer: "offlineOptimum", wilder: "epobSlack", figure: "squaredStepsRootW" },
  },
];

/** Each of [T]'s orders whose two schemes were compared, and whether the means have it. */
export function checkClaims(schemes: readonly SchemeComparison[]): ClaimCheck[] {
  const mean = (key: string, figure: keyof SchemeFigures) =>
    schemes.find((scheme) => scheme.key === key)?.spread[figure].mean;
  return CLAIMS.flatMap(({ claim, calmer, wilder, figure }): ClaimCheck[] => {
    const [less, more] = [mean(calmer, figure), mean(wilder, figure)];
    if (less === undefined || more === undefined) return [];
    return [{ claim, holds: less < more, found: `${shown(less, figure)} against ${shown(more, figure)}` }];
  });
}

function shown(value: number, figure: keyof SchemeFigures): string {
  if (figure === "logRange") return value.toFixed(2);
  return figure === "slopeVarianceCubeRoot" ? value.toFixed(0) : `${(value / 1000).toFixed(1)} kW`;
}
