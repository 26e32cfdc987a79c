import { grouped, markdownTable } from "../../core/text";
import { EARLY_GENERATIONS } from "./measureGenetic";
import { COST_COLUMNS, costRow, GROWTH_COLUMNS, growthRows, moneyColumns, moneyRows, orderedRuns } from "./rows";
import type { CostReport } from "./types";
import { breakEvenGenerations, verdictsOf } from "./verdicts";

/** The page on the computation cost. */
export function costMarkdown(report: CostReport): string {
  const largest = report.peers[report.peers.length - 1]!;
  const shown = report.peers.includes(100) ? 100 : largest;
  const kinds = Object.entries(report.marketGas[shown] ?? {});
  const day = kinds.reduce((sum, [, { gas }]) => sum + gas, 0);
  const populations = [...new Set(report.generationGas.map(({ population }) => population))];
  return `# Computation cost

Written by \`${report.command}\`; do not edit.

Thesis 4.4.3 and Fig. 4.6: gas against the number of peers, scheduling by a genetic algorithm against AdBEV. Both are
contracts here, and both are measured by receipts on the in-process chain, on the same days (seed ${report.seed}).

## What the thesis claims, and what we find

${verdictsOf(report)
  .map(({ claim, verdict, reason }, index) => `${index + 1}. **${claim}** ${sentence(verdict)} ${reason}`)
  .join("\n")}

## What is compared

- **Peers**: EVs that come in a day, a pile each. The feeder is the thesis's: ${grouped(100)} homes behind 250 kVA; beyond a
  hundred EVs, as many homes as EVs with their share of the transformer.
- **AdBEV, complete**: everything that the market does in the day's 48 frames: the grid operator publishes base load and
  tariffs, piles sign orders that a gateway submits in batches, each frame is cleared, each is settled. What happens
  before and after the day (deployment, registration, deposits, warm-up) is not counted.
- **AdBEV, clearing alone**: the 48 clearings of it, which is what an algorithm is to be compared with.
- **GA**: the scheduler of \`contracts/baseline/\` on the charging orders of the same day's EVs, known in advance, from
  handing in the orders to the checked schedule. It decides when each EV charges and nothing else: nobody signs, pays or
  is paid, and EVs that sell energy have no place in it.
- **PFL**: of the market, over the day. Of the GA, over the same day with the same EVs coming every day. The GA knows
  every arrival beforehand; the market's piles know only their own.
- **scaled**: the first ${EARLY_GENERATIONS} generations are measured at every number of peers, complete runs at three of
  them. Later generations are cheaper, since individuals grow alike and a child differs less from its parents; by how
  much is taken from the complete runs, between them in proportion to the logarithm of the peers. The PFL of a scaled run
  is that of the algorithm's twin off chain, which makes the same draws. \`--full\` runs everything to its end.
- **kWh charged**: bought in the market, from other piles or from the grid; for the GA, scheduled. Both are of the same EVs:
  they come alike every day, and a steady day is measured.
- Rounds of competing plans are not in it: \`npx hardhat report:operations\` has what each of their steps costs.

## Growth with the number of peers

Gas as a power of the number of peers, least squares of the logarithms.

${markdownTable(GROWTH_COLUMNS, growthRows(report))}

## Where the market's gas goes, ${shown} peers

${markdownTable(
  ["kind", "transactions", "operations", "gas", "share"],
  kinds.map(([kind, { transactions, operations, gas }]) => [
    kind,
    grouped(transactions),
    grouped(operations),
    grouped(gas),
    `${((100 * gas) / day).toFixed(1)} %`,
  ]),
)}

## What a generation costs

${markdownTable(
  [
    "peers",
    ...populations.flatMap((p) => [`${p} individuals, gas`, "a peer and individual", "as much as AdBEV's day"]),
  ],
  report.peers.map((peers) => [
    String(peers),
    ...populations.flatMap((population) => {
      const cost = report.generationGas.find((c) => c.peers === peers && c.population === population);
      const even = breakEvenGenerations(report, population, peers);
      if (cost === undefined || even === undefined) return ["–", "–", "–"];
      return [grouped(cost.gas), grouped(cost.gas / peers / population), `${Math.floor(even)} generations`];
    }),
  ]),
)}

## In money, ${shown} peers

Examples, not quotations; money for a token: ${report.pricings[0]?.tokenPrice ?? 0}. \`--gas-price\` and \`--token-price\`
take others. What a rollup charges for data comes on top.

${markdownTable(moneyColumns(report), moneyRows(report, shown))}

## All figures

${markdownTable(
  COST_COLUMNS,
  orderedRuns(report).map((run) => costRow(report, run)),
)}
`;
}

function sentence(verdict: string): string {
  return `*${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}.*`;
}
