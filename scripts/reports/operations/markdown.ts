import type { BenchResult } from "../../gas/bench";
import { GENERAL_ORDER_BOOK_NOTE } from "../../gas/elsewhere";
import { CODE_SIZE_LIMIT } from "../../gas/snapshot";
import { grouped, markdownTable } from "../text";
import { floorText, OPERATION_COLUMNS, operationRow } from "./rows";

/** The page on the gas of every operation. */
export function operationsMarkdown(result: BenchResult, codeBytes: Readonly<Record<string, number>>): string {
  const { seed, measurements, clearing } = result;
  const furthest = measurements.reduce((most, m) =>
    m.gas / m.measuredFloorGas > most.gas / most.measuredFloorGas ? m : most,
  );
  return `# Gas of every operation

Written by \`npx hardhat report:operations --write\` (seed ${seed}); do not edit. Medians of receipts on the in-process
chain under the rules of Osaka: distinct prices, distinct accounts, half of the orders icebergs, shuffled placement, on
state that has been used before. Marginal figures are the difference between a book and one of twice its size.

${markdownTable(OPERATION_COLUMNS, measurements.map(operationRow))}

**Floor**: the least that the EVM charges for the operation: the transaction, its calldata, each slot that must change,
each event that tells of it, each signature. No loop, no check and no look-up is in it (no role is read, no account is
turned into a pile's number), so no contract reaches it. It is measured, not only added up: \`contracts/mocks/FloorHarness.sol\`
becomes a bare program of exactly those instructions, which is called with the operation's own calldata in the same run;
the gas of what merely moves arguments on the stack is taken off. \`test/integration/gas.test.ts\` holds the measured
floors against the EVM's schedule in \`scripts/gas/floor.ts\`.

**General order book**: the cheapest of several. ${GENERAL_ORDER_BOOK_NOTE} An order of magnitude, not a race on equal terms.

The largest book needs a market of a thousand piles, whose live bits fill five words where up to 208 piles fill one: a
clearing's fixed part reads four words more than its floor does, and a pile in a further word writes that word too when
it goes live. \`--quick\`, and with it \`test/gas/snapshot.json\`, measures a market of 120 piles.

Furthest above its floor: ${furthest.operation}, ${(furthest.gas / furthest.measuredFloorGas).toFixed(2)} times.

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
