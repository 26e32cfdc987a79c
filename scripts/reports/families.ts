import type { SchemeComparison } from "../simulation/compare";
import type { SchemeFamily } from "../simulation/comparedScheme";
import type { Look } from "./charts/chart";

/** Who decides in each family of schemes, and how it is drawn: by colour, by dash and by mark. */
export const FAMILIES: Readonly<
  Record<SchemeFamily, Required<Pick<Look, "style" | "mark">> & Look & { name: string }>
> = {
  alone: { name: "without a market or a plan", style: "s3", dash: "8 4", mark: "square" },
  market: { name: "AdBEV market", style: "s0", mark: "circle" },
  plans: { name: "markets in which plans compete", style: "s4", dash: "10 3 2 3", mark: "diamond" },
  control: { name: "an operator whom cars obey", style: "s1", dash: "2 3", mark: "triangle" },
  bound: { name: "optimum that knows all arrivals", style: "s5", dash: "16 4", mark: "hollow" },
};

/** The families of some schemes, in the order of {@link FAMILIES}. */
export function familiesOf(schemes: readonly SchemeComparison[]): SchemeFamily[] {
  const there = new Set(schemes.map(({ family }) => family));
  return (Object.keys(FAMILIES) as SchemeFamily[]).filter((family) => there.has(family));
}
