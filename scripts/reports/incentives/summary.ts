import type { Estimate } from "./estimate";
import type { Trial } from "./experiment";
import type { Figures } from "./figures";
import type { Verdict } from "./verdict";

/** A figure's mean under both behaviours, and half the width of the difference's 95 % interval. */
export type Shown = readonly [honest: number, cheating: number, halfWidth: number];

/** A mean and half the width of its 95 % interval. */
export type ShownEstimate = readonly [mean: number, halfWidth: number];

/** Figures shown of each party. */
export const SHOWN = {
  cheat: ["moneyP", "energyKwh", "surplusP", "waitH"],
  victims: ["moneyP", "energyKwh", "surplusP", "unservedKwh", "waitH", "heldH"],
  grid: ["moneyP", "energyKwh", "surplusP", "stepsKw", "overloadKwh"],
} as const satisfies { [Party in keyof Figures]: readonly (keyof Figures[Party])[] };

/** Outcome of a strategy, to 1/100 of each unit. */
export type Summary = {
  readonly [Party in keyof typeof SHOWN]: Readonly<Record<(typeof SHOWN)[Party][number], Shown>>;
} & {
  readonly verdict: Pick<Verdict, "kind" | "text"> & Readonly<Record<"gainP" | "harmP" | "freeHarmP", ShownEstimate>>;
};

/** Titles and units of what is shown. */
export const FIGURE_NAMES: Readonly<Record<keyof Figures["victims"] | keyof Figures["grid"], string>> = {
  moneyP: "money, p",
  energyKwh: "energy, kWh",
  surplusP: "surplus, p",
  unservedKwh: "unserved, kWh",
  waitH: "waits, h",
  heldH: "money held, h",
  stepsKw: "root of squared steps, kW",
  overloadKwh: "overload, kWh",
};

/** Figures to show of a trial. */
export function summaryOf({ honest, cheating, difference, verdict }: Trial): Summary {
  const parties = (Object.keys(SHOWN) as (keyof typeof SHOWN)[]).map((party) => {
    const of = (figures: Trial["honest"], figure: string) => (figures[party] as Record<string, Estimate>)[figure]!;
    const shown = SHOWN[party].map((figure): [string, Shown] => [
      figure,
      [rounded(of(honest, figure).mean), rounded(of(cheating, figure).mean), rounded(of(difference, figure).halfWidth)],
    ]);
    return [party, Object.fromEntries(shown)];
  });
  const { kind, text } = verdict;
  const shown = ({ mean, halfWidth }: Estimate): ShownEstimate => [rounded(mean), rounded(halfWidth)];
  const sums = { gainP: shown(verdict.gainP), harmP: shown(verdict.harmP), freeHarmP: shown(verdict.freeHarmP) };
  return { ...(Object.fromEntries(parties) as Omit<Summary, "verdict">), verdict: { kind, text, ...sums } };
}

function rounded(value: number): number {
  // Without the sign of a zero.
  return Math.round(100 * value) / 100 + 0;
}
