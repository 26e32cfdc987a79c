import { InputError } from "../../core/errors";
import type { ColumnGroup } from "./columns";
import { type DecimalMark, MarkEvidence, splitUnit } from "./numbers";
import { placeOf } from "./problems";
import type { BytesListener } from "./source";
import type { Row, Table } from "./table";
import { type DateForm, type DateOrder, orderShown, readTime } from "./times";

/** How the figures and dates of a file are written. */
export interface Dialect {
  mark: DecimalMark;
  /** Not there where no date needs it. */
  order: DateOrder | undefined;
  /** Forms of the dates seen while finding out. */
  forms: DateForm[];
}

/** The user's word on the dialect. */
export interface DialectOptions {
  decimal?: DecimalMark;
  dates?: DateOrder;
}

/**
 * Finds out how figures and dates are written, from as many rows as it takes.
 *
 * @throws InputError where a file can be read in two ways, with the flag that decides.
 */
export async function findDialect(
  table: Table,
  columns: { times: readonly ColumnGroup[]; figures: readonly ColumnGroup[] },
  { decimal, dates }: DialectOptions,
  onBytes?: BytesListener,
): Promise<Dialect> {
  const marks = new MarkEvidence();
  const forms = new Set<DateForm>();
  let order = dates;
  let undecided: (Omit<Row, "cells"> & { text: string; field: string }) | undefined;
  let rows = 0;
  await table.read((row) => {
    for (const [column] of columns.times) {
      const text = row.cells[column!] ?? "";
      if (rows < table.head.length) {
        const form = readTime(text)?.form;
        if (form !== undefined) forms.add(form);
      }
      const shown = order === undefined ? orderShown(text) : undefined;
      if (shown === "undecided") undecided ??= { ...row, text, field: table.columns.names[column!]! };
      else if (shown !== undefined) order = shown;
    }
    for (const [column] of columns.figures) {
      const text = row.cells[column!];
      if (text !== undefined && text !== "") marks.see(splitUnit(text).figure, row.line);
    }
    rows++;
    const datesDone = order !== undefined || undecided === undefined;
    const figuresDone = decimal !== undefined || Object.keys(marks.shown).length > 0 || table.format.kind === "json";
    return !(datesDone && figuresDone && rows >= table.head.length);
  }, onBytes);
  if (order === undefined && undecided !== undefined) {
    throw new InputError(
      placeOf(table.source.file, undecided),
      `"${undecided.text}" may have the day or the month first, and no date of the file decides; say --dates day-first or --dates month-first`,
    );
  }
  return { mark: decimal ?? markOf(table, marks), order, forms: [...forms] };
}

function markOf(table: Table, { shown, undecided }: MarkEvidence): DecimalMark {
  const { point, comma } = shown;
  if (point !== undefined && comma !== undefined) {
    throw new InputError(
      `${table.source.file}:${comma.line}`,
      `"${comma.text}" has a decimal comma, and "${point.text}" in line ${point.line} a decimal point; say --decimal comma or --decimal point`,
    );
  }
  if (comma !== undefined) return "comma";
  if (point !== undefined || undecided === undefined || table.format.kind === "json") return "point";
  if (!undecided.text.includes(",")) return "point";
  // Where commas part fields, decimals have points; where semicolons do, they have commas.
  if (table.format.separator === ";") return "comma";
  throw new InputError(
    `${table.source.file}:${undecided.line}`,
    `"${undecided.text}" may be a figure with decimals or above a thousand; say --decimal comma or --decimal point`,
  );
}
