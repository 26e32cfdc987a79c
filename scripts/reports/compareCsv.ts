import type { SchemeComparison } from "../simulation/compare";
import { csvOf } from "./columns";
import { COMPARE_CSV_COLUMNS, type Provenance } from "./compareColumns";

/** A comparison as CSV, a line per scheme and seed: power in W, shares from 0 to 1, amounts in money units. */
export function compareCsv(
  schemes: readonly SchemeComparison[],
  seeds: readonly number[],
  provenance: Provenance,
): string {
  return csvOf(
    COMPARE_CSV_COLUMNS,
    schemes.flatMap(({ key: scheme, days }) =>
      days.map((figures, day) => ({ ...provenance, scheme, seed: seeds[day]!, figures })),
    ),
  );
}
