import { InputError } from "../../core/errors";
import { readCsvRows } from "./csvRows";
import { findJsonLayout, type JsonLayout, readJsonRows } from "./jsonRows";
import { readNumber } from "./numbers";
import { Columns, type Row, type RowListener } from "./rows";
import { findSeparator, SEPARATOR_NAMES, SEPARATORS, type Separator } from "./separator";
import { type BytesListener, openSource, type Source, textOf } from "./source";
import { readTime } from "./times";

export { Columns, type Row, type RowListener } from "./rows";

/** How the text of a file is to be read, where that is not to be found out. */
export interface TextOptions {
  encoding?: string;
  separator?: string;
}

/** A file of rows, of which it is known how to read it. */
export interface Table {
  source: Source;
  format:
    { kind: "csv"; separator: Separator; firstLine: number; header: boolean } | { kind: "json"; layout: JsonLayout };
  columns: Columns;
  /** The first rows. */
  head: Row[];
  /** Reads all rows, from the first one on. */
  read(onRow: RowListener, onBytes?: BytesListener): Promise<void>;
}

const HEAD_CHARACTERS = 65_536;
const HEAD_ROWS = 200;

/**
 * Opens a table: CSV or JSON, whatever its encoding, its compression and its separator.
 *
 * @throws InputError where it cannot be read or holds no rows.
 */
export async function openTable(file: string, options: TextOptions = {}, onBytes?: BytesListener): Promise<Table> {
  const source = await openSource(file, options.encoding, onBytes);
  const head = await beginningOf(source);
  if (head.trim() === "") throw new InputError(file, "is empty");
  const layout = findJsonLayout(head);
  const table = layout === undefined ? await csvTable(source, head, options) : jsonTable(source, layout);
  await table.read((row) => table.head.push(row) < HEAD_ROWS);
  if (table.head.length === 0) {
    throw new InputError(
      file,
      layout === undefined ? "has no rows below the names of its columns" : "has no list of objects",
    );
  }
  return table;
}

function jsonTable(source: Source, layout: JsonLayout): Table {
  const columns = new Columns();
  return {
    ...{ source, format: { kind: "json", layout }, columns, head: [] },
    read: (onRow, onBytes) => readJsonRows(source.file, textOf(source, onBytes), layout, columns, onRow),
  };
}

async function csvTable(source: Source, head: string, options: TextOptions): Promise<Table> {
  const found = findSeparator(head);
  const layout = {
    ...found,
    ...(options.separator === undefined ? {} : { separator: separatorNamed(options.separator) }),
  };
  const rows = (onRow: RowListener, onBytes?: BytesListener) =>
    readCsvRows(source.file, textOf(source, onBytes), layout, onRow);
  let names: readonly string[] = [];
  await rows(({ cells }) => {
    names = cells;
    return false;
  });
  const header = !names.some(isFigureOrTime);
  const columns = new Columns(names.map((name, index) => (header ? name : `column ${index + 1}`)));
  return {
    ...{ source, format: { kind: "csv", ...layout, header }, columns, head: [] },
    read: (onRow, onBytes) => {
      let isHeader = header;
      return rows((row) => {
        if (!isHeader) return onRow(row);
        isHeader = false;
        return true;
      }, onBytes);
    },
  };
}

/** Names of columns are neither figures nor times: a row with any is data. */
function isFigureOrTime(cell: string): boolean {
  return (
    !Number.isNaN(readNumber(cell, "point")) || !Number.isNaN(readNumber(cell, "comma")) || readTime(cell) !== undefined
  );
}

function separatorNamed(text: string): Separator {
  const found = SEPARATORS.find((separator) => separator === text || SEPARATOR_NAMES[separator] === text);
  if (found === undefined) {
    throw new InputError(
      "--separator",
      `expected one of ${Object.values(SEPARATOR_NAMES).join(", ")}, found "${text}"`,
    );
  }
  return found;
}

async function beginningOf(source: Source): Promise<string> {
  let head = "";
  for await (const piece of textOf(source)) {
    head += piece;
    if (head.length >= HEAD_CHARACTERS) break;
  }
  return head.slice(0, HEAD_CHARACTERS);
}
