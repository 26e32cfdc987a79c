/**
 * Extents of what is compiled, each within the next: what a day runs on where no plans compete, with the default rule
 * and the test token; what most markets run on; and everything, comparisons and harnesses of tests among it.
 */
export const EXTENTS = ["day", "market", "all"] as const;
export type Extent = (typeof EXTENTS)[number];

/** Contracts that most markets do without, by their source names. */
const BEYOND_MOST_MARKETS = new RegExp(
  "^contracts/(baseline/|interfaces/I(GeneticScheduler|PermitDeposits)|periphery/PermitDeposits|" +
    "mechanisms/(?!Adbev|Credit|lib/Mechanism\\.)|test/(?!TestToken\\.sol))",
);
/** Contracts of most markets that such a day does without. */
const BEYOND_A_DAY = /^contracts\/(rounds\/|periphery\/MarketLens|mechanisms\/Credit)/;

/** Whether a source is compiled for an extent; what it imports is so in any case. @param name its source name */
export function belongsTo(extent: Extent, name: string): boolean {
  if (extent === "all") return true;
  return !BEYOND_MOST_MARKETS.test(name) && (extent === "market" || !BEYOND_A_DAY.test(name));
}

/** The smallest extent that holds another and sources. */
export function covering(extent: Extent, names: readonly string[]): Extent {
  const wide = EXTENTS.slice(EXTENTS.indexOf(extent));
  return wide.find((candidate) => names.every((name) => belongsTo(candidate, name)))!;
}
