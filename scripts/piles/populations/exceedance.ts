import type { Random } from "../../core/random";

/** A value from an exceedance table in steps of a percent, linear between them. */
export function drawExceedance(table: readonly number[], random: Random): number {
  const percent = random.uniform(0, table.length - 1);
  const below = Math.floor(percent);
  const part = percent - below;
  return table[below]! * (1 - part) + (table[below + 1] ?? table[below]!) * part;
}
