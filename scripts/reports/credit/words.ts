import type { TableColumn } from "./compare";

/** Names of the columns of the credit paper's Table 2. */
export const COLUMN_TITLES: Readonly<Record<TableColumn, string>> = {
  buyer: "buyer pays",
  seller: "seller gets",
  grid: "grid gets",
  creditBuyer: "buyer's credit",
  creditSeller: "seller's credit",
};

/** Money units in a yuan, as text is made of them. */
const UNITS_PER_YUAN = 1_000_000;

/** A figure of a column: credits in points, amounts in yuan. */
export function figureText(column: TableColumn, value: bigint): string {
  return column.startsWith("credit") ? String(Number(value) / 100) : yuan(value, 1);
}

/** An amount or a price per kWh in yuan. */
export function yuan(amount: bigint, decimals: number): string {
  return (Number(amount) / UNITS_PER_YUAN).toFixed(decimals);
}
