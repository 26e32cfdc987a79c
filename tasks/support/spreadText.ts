import { type Headline, HEADLINE } from "../../scripts/simulation/headline";
import type { Spread } from "../../scripts/simulation/statistics";
import { below, figure, printHeading, printTable, printWarnings } from "./output";

/** Prints how the headline figures are spread over seeds. @param title `chapter4, 5 seeds from 1, policy waterline` */
export function printSpread(spread: Record<keyof Headline, Spread>, title: string, warnings: readonly string[]): void {
  printHeading(title);
  printWarnings(warnings);
  printTable(
    ["", "mean", "± sd", "least", "most"],
    Object.entries(HEADLINE).map(([key, { title: name, show }]) => {
      const { mean, standardDeviation, min, max } = spread[key as keyof Headline];
      return [name, show(mean), show(standardDeviation), show(min), show(max)];
    }),
  );
  const market = spread.pflW.mean;
  const { logRange, uncontrolledLogRange } = spread;
  const change = logRange.mean - uncontrolledLogRange.mean;
  console.log(
    `\nPFL of the mean market against uncontrolled ${below(market, spread.uncontrolledPflW.mean)}, ` +
      `against the plain cap ${below(market, spread.cappedPflW.mean)}: absolute steps (thesis 4.4).\n` +
      `The thesis's -45.2 % is of another measure, ln range/mean: from 1.15 to 0.63, by -0.52 on its own data. Here that goes ` +
      `from ${figure(uncontrolledLogRange.mean, 2)} to ${figure(logRange.mean, 2)}, by ${figure(change, 2)}; ` +
      `as a share of a logarithm it would depend on where zero lies.`,
  );
}
