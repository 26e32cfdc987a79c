/** A way of scheduling a day's charging, as the report compares them. */
export interface Scheme {
  /** Short name, for CSV and JSON. */
  key: string;
  /** Name for people. */
  title: string;
  /** Name where there is little room. */
  label: string;
  family: "market" | "genetic";
  /** Of a genetic scheme. */
  size?: GeneticSize;
}

/** Size of a genetic algorithm. */
export interface GeneticSize {
  population: number;
  generations: number;
}

/** Gas of one scheme at one number of peers. */
export interface SchemeRun {
  peers: number;
  scheme: string;
  /** `receipts`: the whole run was measured; `scaled`: its first generations were, and stand for the rest. */
  basis: "receipts" | "scaled";
  /** Gas of the day. */
  gas: number;
  transactions: number;
  /** Energy charged in the day, Wh. */
  chargedWh: number;
  /** Of it, traded between piles, Wh. */
  tradedWh: number;
  /** Resulting PFL [T 4.4], W; undefined where the run was not completed or decides nothing by itself. */
  pflW?: number | undefined;
  /** Share of the energy asked for that was not delivered, 0 to 1. */
  unservedShare?: number | undefined;
}

/** How a scheme's gas grows with the number of peers: gas proportional to a power of it. */
export interface Growth {
  scheme: string;
  exponent: number;
  /** Share of the variance of the logarithms that the power law explains, 0 to 1. */
  r2: number;
  from: number;
  to: number;
}

/** Prices of gas and of the chain's token. */
export interface Pricing {
  name: string;
  gasPriceGwei: number;
  /** Money for one token of 1e18 wei. */
  tokenPrice: number;
}

/** Everything the report shows. */
export interface CostReport {
  /** The command that makes it again. */
  command: string;
  seed: number;
  peers: readonly number[];
  schemes: readonly Scheme[];
  runs: readonly SchemeRun[];
  growth: readonly Growth[];
  pricings: readonly Pricing[];
  /** PFL of the same days uncontrolled, by peers, W. */
  uncontrolledPflW: Readonly<Record<number, number>>;
  /** Gas of the market's day by kind of operation, by peers. */
  marketGas: Readonly<
    Record<number, Readonly<Record<string, { transactions: number; operations: number; gas: number }>>>
  >;
  /** Gas of one generation by population and peers. */
  generationGas: readonly { peers: number; population: number; gas: number; setUpGas: number }[];
}

/** The market's whole day. */
export const COMPLETE = "adbev";
/** Its clearings alone. */
export const CLEARING = "adbev-clearing";

/** Name of a genetic scheme. */
export function geneticKey({ population, generations }: GeneticSize): string {
  return `ga-${population}x${generations}`;
}

/** The schemes of a report. */
export function schemesOf(sizes: readonly GeneticSize[]): Scheme[] {
  return [
    { key: COMPLETE, title: "AdBEV, complete", label: "AdBEV, complete", family: "market" },
    { key: CLEARING, title: "AdBEV, clearing alone", label: "AdBEV, clearing", family: "market" },
    ...sizes.map((size): Scheme => {
      const generations = size.generations.toLocaleString("en-GB").replaceAll(",", " ");
      const title = `GA, ${size.population} individuals, ${generations} generations`;
      return {
        key: geneticKey(size),
        title,
        label: `GA, ${size.population} × ${generations}`,
        family: "genetic",
        size,
      };
    }),
  ];
}

/** The run of a scheme at a number of peers. */
export function runOf(report: Pick<CostReport, "runs">, scheme: string, peers: number): SchemeRun | undefined {
  return report.runs.find((run) => run.scheme === scheme && run.peers === peers);
}
