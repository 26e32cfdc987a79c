import { CsvError, parse } from "csv-parse";

import { InputError } from "../../core/errors";
import type { RowListener } from "./rows";
import type { Separator } from "./separator";

/** How a text table is laid out. */
export interface CsvLayout {
  separator: Separator;
  /** Line on which the table begins, from 1. */
  firstLine: number;
}

/**
 * Reads a table of separated fields, row by row, the one with the names included. Rows of nothing are left out; lines
 * are counted as an editor counts them, blank ones and comments included.
 *
 * @param text Pieces of the text.
 * @param onRow Told each row; nothing more is read once it returns `false`.
 * @throws InputError where quotes are not closed or stand within a field.
 */
export async function readCsvRows(
  file: string,
  text: AsyncIterable<string>,
  { separator, firstLine }: CsvLayout,
  onRow: RowListener,
): Promise<void> {
  let stopped = false;
  let thrown: { error: unknown } | undefined;
  const parser = parse({
    ...{ delimiter: separator, from_line: firstLine, comment: "#", comment_no_infix: true, trim: true },
    ...{ relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true },
    on_record: (cells: string[], { lines }): null => {
      if (stopped) return null;
      try {
        stopped = onRow({ line: lines, cells }) === false;
      } catch (error) {
        // Thrown again outside, since the parser would make an error of its own of it.
        thrown = { error };
        stopped = true;
      }
      return null;
    },
  });
  // Without a reader, no end comes.
  parser.resume();
  const failed = new Promise<never>((_, reject) => parser.once("error", reject));
  failed.catch(() => undefined);
  try {
    for await (const piece of withPlainBreaks(text)) {
      if (piece !== "") {
        await Promise.race([failed, new Promise<void>((done) => parser.write(piece, () => done()))]);
      }
      if (stopped) break;
    }
    if (!stopped) {
      await Promise.race([failed, new Promise<void>((done) => parser.once("end", done).end())]);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(`${file}:${Number((error as { lines?: number }).lines ?? 1)}`, quoteProblem(error));
  } finally {
    parser.destroy();
  }
  if (thrown !== undefined) throw thrown.error;
}

/** Lines that end as Windows or old Macs end them, ended by a line feed alone: the parser counts the others twice. */
async function* withPlainBreaks(text: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = "";
  for await (const piece of text) {
    const all = carried + piece;
    carried = all.endsWith("\r") ? "\r" : "";
    yield all.slice(0, all.length - carried.length).replaceAll(/\r\n?/g, "\n");
  }
  if (carried !== "") yield "\n";
}

function quoteProblem({ code, message }: CsvError): string {
  if (code === "CSV_QUOTE_NOT_CLOSED")
    return 'a quote is not closed; expected " around a field, and "" for a quote within it';
  if (code === "INVALID_OPENING_QUOTE" || code === "CSV_INVALID_CLOSING_QUOTE") {
    return 'a quote stands within a field; expected " around the whole field, and "" for a quote within it';
  }
  return message;
}
