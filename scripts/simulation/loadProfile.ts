import { parse } from "csv-parse/sync";

import { InputError } from "../scenario/inputError";

const COLUMN = "base_load_w";
const LENGTHS = [24, 48, 96];

/**
 * A day's base load from a CSV file: a first line that names the columns, one of them `base_load_w`, and then a line
 * per hour, half-hour or quarter of an hour from midnight on, W.
 *
 * @param text the file's content
 * @param file its name, for messages
 * @throws InputError naming file and line of what cannot be read
 */
export function parseLoadProfile(text: string, file: string): number[] {
  let rows: { info: { lines: number }; record: string[] }[];
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
    rows = parse(text, options) as unknown as typeof rows;
  } catch (error) {
    throw new InputError(file, error instanceof Error ? error.message : String(error));
  }
  const head = rows[0];
  const column = head?.record.indexOf(COLUMN) ?? -1;
  if (column === -1) {
    const found = head?.record.join(", ") ?? "nothing";
    throw new InputError(`${file}:${head?.info.lines ?? 1}`, `expected a column ${COLUMN}, found ${found}`);
  }
  const figures = rows.slice(1).map(({ record: row, info: { lines: line } }) => {
    const value = Number(row[column]);
    if (row[column] === "" || !Number.isFinite(value) || Math.abs(value) >= 2 ** 31) {
      throw new InputError(`${file}:${line}`, `${COLUMN}: expected a power in W, found "${row[column] ?? ""}"`);
    }
    return Math.round(value);
  });
  if (!LENGTHS.includes(figures.length)) {
    throw new InputError(file, `expected ${LENGTHS.join(", ")} figures for a day, found ${figures.length}`);
  }
  return figures;
}
