import { parse } from "csv-parse/sync";

/** Mark between the fields of a text table. */
export type Separator = "," | ";" | "\t" | "|";

export const SEPARATORS: readonly Separator[] = [",", ";", "\t", "|"];

/** Names of separators for people. */
export const SEPARATOR_NAMES: Readonly<Record<Separator, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
};

/** The line with which Excel names a separator, at the very top. */
const EXCEL_LINE = /^"?sep=(.)"?\r?\n/i;
/** Records that the choice looks at. */
const SAMPLE_RECORDS = 20;

/**
 * Finds the separator of a table's fields: the one that an Excel line `sep=;` names, or else the mark that
 * parts all of the first records into equally many fields, the most of all.
 *
 * @param head The beginning of the text.
 * @returns The separator, and the line on which the table begins.
 */
export function findSeparator(head: string): { separator: Separator; firstLine: number } {
  const told = EXCEL_LINE.exec(head)?.[1];
  const named = SEPARATORS.find((separator) => separator === told);
  if (named !== undefined) return { separator: named, firstLine: 2 };
  const lines = head.split(/\r?\n|\r/, SAMPLE_RECORDS).filter((line) => line.trim() !== "");
  // A single column of figures with decimal commas and no name.
  if (lines.every((line) => /^\s*[+-]?\d+,\d+\s*$/.test(line))) return { separator: ";", firstLine: 1 };
  const fields = SEPARATORS.map((separator) => ({ separator, ...fieldsOf(head, separator) }));
  const byRows = largest(fields, ({ alike }) => alike);
  if (byRows.alike > 1) return { separator: byRows.separator, firstLine: 1 };
  // Rows too broken to agree: the names of the columns tell, and the reading says what is wrong with the rows.
  const byNames = largest(fields, ({ names }) => names);
  // A single column: a semicolon leaves a decimal comma alone.
  return { separator: byNames.names > 2 ? byNames.separator : ";", firstLine: 1 };
}

function largest<T>(all: readonly T[], size: (one: T) => number): T {
  return all.reduce((a, b) => (size(b) > size(a) ? b : a));
}

/** Fields of the first record where others have several, too, and in each of the first records, 0 where they differ. */
function fieldsOf(head: string, delimiter: Separator): { names: number; alike: number } {
  let records: string[][];
  try {
    records = parse(head, {
      ...{ delimiter, to: SAMPLE_RECORDS, comment: "#", comment_no_infix: true, relax_quotes: true },
      ...{ relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true, trim: true },
    });
  } catch {
    return { names: 0, alike: 0 };
  }
  const [header] = records;
  if (header === undefined) return { names: 0, alike: 0 };
  const sizes = records.map((record) => record.findLastIndex((field) => field !== "") + 1);
  // Broken records are for the reading to report, not for the choice to stumble over.
  const alike = sizes.filter((size) => size <= header.length && size > header.length / 2).length;
  return {
    names: sizes.slice(1).some((size) => size > 1) ? header.length : 0,
    alike: alike > sizes.length / 2 ? header.length : 0,
  };
}
