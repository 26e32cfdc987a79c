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
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new InputError(file, error instanceof Error ? error.message : String(error));
  }
  const column = rows[0]?.indexOf(COLUMN) ?? -1;
  if (column === -1)
    throw new InputError(`${file}:1`, `expected a column ${COLUMN}, found ${rows[0]?.join(", ") ?? "nothing"}`);
  const figures = rows.slice(1).map((row, index) => {
    const value = Number(row[column]);
    if (row[column] === "" || !Number.isFinite(value) || Math.abs(value) >= 2 ** 31) {
      throw new InputError(`${file}:${index + 2}`, `${COLUMN}: expected a power in W, found "${row[column] ?? ""}"`);
    }
    return Math.round(value);
  });
  if (!LENGTHS.includes(figures.length)) {
    throw new InputError(file, `expected ${LENGTHS.join(", ")} figures for a day, found ${figures.length}`);
  }
  return figures;
}
