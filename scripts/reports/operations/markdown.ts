import type { BenchResult } from "../../quality/gas/bench";
import { GENERAL_ORDER_BOOK_NOTE } from "../../quality/gas/generalOrderBooks";
import { FLEXIBLE, HORIZON } from "../../quality/gas/roundFloors";
import { CODE_SIZE_LIMIT } from "../../quality/gas/snapshot";
import { grouped, markdownTable } from "../../core/text";
import { floorText, OPERATION_COLUMNS, operationRow } from "./rows";

/** The page on the gas of every operation. */
export function operationsMarkdown(result: BenchResult, codeBytes: Readonly<Record<string, number>>): string {
  const { seed, measurements, clearing } = result;
  const furthest = measurements
    .filter(({ computes }) => !computes)
    .reduce((most, m) => (m.gas / m.measuredFloorGas > most.gas / most.measuredFloorGas ? m : most));
  return `# Gas of every operation

Written by \`npx hardhat report:operations --write\` (seed ${seed}); do not edit. Medians of receipts on the in-process
chain under the rules of Osaka: distinct prices, distinct accounts, half of the orders icebergs, shuffled placement, on
state that has been used before. Marginal figures are the difference between a book and one of twice its size.

${markdownTable(OPERATION_COLUMNS, measurements.map(operationRow))}

**Floor**: the least that the EVM charges for the operation: the transaction, its calldata, each slot that must change,
each event that tells of it, each signature. No loop, no check and no look-up is in it (no role is read, no account is
turned into a pile's number), so no contract reaches it. It is measured, not only added up: \`contracts/test/FloorHarness.sol\`
becomes a bare program of exactly those instructions, which is called with the operation's own calldata in the same run;
the gas of what merely moves arguments on the stack is taken off. \`test/integration/gas.test.ts\` holds the measured
floors against the EVM's schedule in \`scripts/quality/gas/floor.ts\`.

**General order book**: the cheapest of several. ${GENERAL_ORDER_BOOK_NOTE} An order of magnitude, not a race on equal terms.

The largest book needs a market of a thousand piles, whose live bits fill five words where up to 208 piles fill one: a
clearing's fixed part reads four words more than its floor does, and a pile in a further word writes that word too when
it goes live. \`--quick\`, and with it \`test/gas/snapshot.json\`, measures a market of 120 piles.

Furthest above its floor: ${furthest.operation}, ${(furthest.gas / furthest.measuredFloorGas).toFixed(2)} times, opening
a round, revealing and finalising apart, most of which is arithmetic that a floor has none of.

Rounds and settlements by meters were measured on a market of ${FLEXIBLE} piles, all of which have an iceberg in the round
and a fill in the settlement, with a horizon of ${HORIZON} frames. Four functions have no line: only contracts call them, and
their gas is in that of the caller. \`open\` is part of a clear that opens a round, \`fillFlexibleOrders\` of finalise,
\`bookSettlement\` of settle, \`registerMeter\` of registerPile.

## How a plan is encoded

A plan is six bytes a frame: 24 bits of energy to draw from the grid, then 24 bits to discharge to it, Wh. Totals alone,
not what each pile gets: the contract allots them to the orders itself, by one rule, so a plan's calldata does not grow
with the book, and no proposer can favour a pile. Over ${HORIZON} frames that are ${6 * HORIZON} bytes, ${grouped(16 * 6 * HORIZON)} gas
of calldata at most, where 24 bits for each of ${FLEXIBLE} orders and each frame would be ${grouped(3 * FLEXIBLE * HORIZON)} bytes and
${grouped(16 * 3 * FLEXIBLE * HORIZON)} gas. 24 bits hold 16.7 MWh, more than a thousand
piles of 22 kW move in half an hour. The frozen book, one word for each order and each frame, is
handed back in calldata too: it is zero bytes to a good part, and a hash in storage vouches for it, while each word kept
in storage would be 22 100 gas to write and 2 100 for each reveal to read.

## What the floors are made of

${markdownTable(
  ["operation", "items"],
  measurements.map((m) => [m.operation, floorText(m)]),
)}

## Clearing by the size of the book

${markdownTable(
  ["orders", "book", "gas", "each further order up to twice as many"],
  clearing.flatMap(({ book, points, marginals }) =>
    points.map(({ orders, gas }) => {
      const marginal = marginals.find((m) => m.orders === orders);
      return [String(orders), book, grouped(gas), marginal === undefined ? "" : grouped(marginal.gas)];
    }),
  ),
)}

## Contract sizes

A network takes at most ${grouped(CODE_SIZE_LIMIT)} bytes.

${markdownTable(
  ["contract", "bytes", "of the limit"],
  Object.entries(codeBytes).map(([name, bytes]) => [
    name,
    grouped(bytes),
    `${((100 * bytes) / CODE_SIZE_LIMIT).toFixed(1)} %`,
  ]),
)}
`;
}
