import type { Measurement } from "../../quality/gas/bench";
import { GENERAL_ORDER_BOOK_GAS } from "../../quality/gas/generalOrderBooks";
import { itemGas } from "../../quality/gas/floor";
import { grouped } from "../../core/text";

/** Titles of {@link operationRow}. */
export const OPERATION_COLUMNS = [
  "operation",
  "gas",
  "before refunds",
  "floor",
  "times the floor",
  "general order book",
  "receipts",
] as const;

/** An operation as a line of a table; the floor is the one measured in the same run. */
export function operationRow({ operation, gas, grossGas, measuredFloorGas, samples }: Measurement): string[] {
  const generalGas = GENERAL_ORDER_BOOK_GAS[operation];
  return [
    operation,
    grouped(gas),
    grouped(grossGas),
    grouped(measuredFloorGas),
    (gas / measuredFloorGas).toFixed(2),
    generalGas === undefined ? "–" : grouped(generalGas),
    String(samples),
  ];
}

/** Items of an operation's floor. */
export function floorText({ floor: { items, units } }: Measurement): string {
  return items
    .map(
      (item) =>
        `${item.what}${item.times > 1 && item.times !== units ? ` × ${item.times}` : ""} ${grouped(itemGas(item, units))}`,
    )
    .join(", ");
}
