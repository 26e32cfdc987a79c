import { type Headline, HEADLINE } from "../../scripts/simulation/headline";
import type { Spread } from "../../scripts/simulation/statistics";
import { below, printHeading, printTable, printWarnings } from "./output";

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
  console.log(
    `\nPFL of the mean market against uncontrolled ${below(market, spread.uncontrolledPflW.mean)}, ` +
      `against the plain cap ${below(market, spread.cappedPflW.mean)} (the thesis reports -45.2 % against none)`,
  );
}
