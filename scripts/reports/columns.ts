/** A figure of a report, defined once for the terminal, for JSON and for CSV. */
export interface Column<Row> {
  /** Name in JSON. */
  key: string;
  /** Heading in a CSV file, unit included. */
  csv: string;
  value: (row: Row) => number | bigint | string | undefined;
}

/** Rows as CSV with a heading; what is not there or not finite is left empty. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map(({ value }) => cell(value(row))).join(","));
  return [columns.map(({ csv }) => csv).join(","), ...lines, ""].join("\n");
}

function cell(value: number | bigint | string | undefined): string {
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return "";
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
