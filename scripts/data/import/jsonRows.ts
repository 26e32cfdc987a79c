import { JSONParser, TokenizerError, TokenParserError } from "@streamparser/json";

import { InputError } from "../../core/errors";
import type { Columns, Row, RowListener } from "./rows";

/** How the objects of a JSON file lie. */
export type JsonLayout = "list" | "list in an object" | "object a line";

/** How JSON begins tells how its objects lie; undefined if the text is no JSON. */
export function findJsonLayout(head: string): JsonLayout | undefined {
  const text = head.trimStart();
  if (text.startsWith("[")) return "list";
  if (!text.startsWith("{")) return undefined;
  const [first = "", second = ""] = text.split(/\r?\n/, 2);
  return isObject(first) && second.trimStart().startsWith("{") ? "object a line" : "list in an object";
}

function isObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

/**
 * Reads the objects of a JSON file, one by one: those of a list, of the lists in an object (such as ACN-Data's
 * `_items`), or one a line. A field becomes a column; lists and objects within an object are left out.
 *
 * @param columns Names of the columns, which grow as new fields come.
 * @throws InputError where the text is no JSON, or an item no object.
 */
export async function readJsonRows(
  file: string,
  text: AsyncIterable<string>,
  layout: JsonLayout,
  columns: Columns,
  onRow: RowListener,
): Promise<void> {
  const lines = new LineCounter();
  let stopped = false;
  let thrown: { error: unknown } | undefined;
  let depth = 0;
  let beginLine = 1;
  const itemDepth = layout === "list" ? 1 : layout === "list in an object" ? 2 : 0;
  const parser = new JSONParser({
    paths: [layout === "list" ? "$.*" : layout === "list in an object" ? "$.*.*" : "$"],
    keepStack: false,
    ...(layout === "object a line" ? { separator: "\n" } : {}),
  });
  const counters = new Map<string, number>();
  parser.onToken = ({ value, offset }) => {
    if (value === "{" || value === "[") {
      if (depth === itemDepth) beginLine = lines.lineOf(offset);
      depth++;
    } else if (value === "}" || value === "]") depth--;
  };
  parser.onValue = ({ value, parent, key, stack }) => {
    if (stopped || (layout === "list in an object" && !Array.isArray(parent))) return;
    const list = layout === "list in an object" ? String(stack.at(-1)?.key ?? "") : "";
    const index = typeof key === "number" ? key : (counters.get(list) ?? 0);
    counters.set(list, index + 1);
    const path = layout === "object a line" ? undefined : `${list}[${index}]`;
    const place = { line: beginLine, ...(path === undefined ? {} : { path }) };
    try {
      stopped = onRow({ ...place, cells: cellsOf(file, value, columns, place) }) === false;
    } catch (error) {
      thrown = { error };
      stopped = true;
    }
  };
  try {
    for await (const piece of text) {
      if (piece === "") continue;
      lines.next(piece);
      parser.write(piece);
      if (stopped) break;
    }
    if (!stopped && !parser.isEnded) endOf(parser, file, lines);
  } catch (error) {
    if (!(error instanceof TokenizerError || error instanceof TokenParserError)) throw error;
    throw new InputError(`${file}:${lines.line}`, `is not JSON: ${error.message.replaceAll(/\s+/g, " ")}`);
  }
  if (thrown !== undefined) throw thrown.error;
}

/** Ends the text. @throws InputError where something in it is still open: a download that was cut, for one */
function endOf(parser: JSONParser, file: string, lines: LineCounter): void {
  try {
    parser.end();
  } catch {
    throw new InputError(`${file}:${lines.line}`, "ends within a list, an object or a value; is it here whole?");
  }
}

function cellsOf(file: string, value: unknown, columns: Columns, { line, path }: Omit<Row, "cells">): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(`${file}:${line}`, `${path ?? "line"}: expected an object with a field a column`);
  }
  const cells: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === "object" && field !== null) continue;
    cells[columns.indexOf(name)] = field === null ? "" : String(field).trim();
  }
  for (let index = 0; index < cells.length; index++) cells[index] ??= "";
  return cells;
}

/** Lines by how many bytes of UTF-8 come before. */
class LineCounter {
  line = 1;
  private bytes = 0;
  private piece = "";
  private lineAtPiece = 1;
  private readonly breaks: number[] = [];

  next(piece: string): void {
    this.lineAtPiece = this.line;
    this.bytes += Buffer.byteLength(this.piece);
    this.piece = piece;
    this.breaks.length = 0;
    const bytes = Buffer.from(piece);
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) this.breaks.push(at);
    this.line += this.breaks.length;
  }

  lineOf(offset: number): number {
    const within = offset - this.bytes;
    // Binary search: breaks before the offset.
    let low = 0;
    let high = this.breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.breaks[middle]! < within) low = middle + 1;
      else high = middle;
    }
    return this.lineAtPiece + low;
  }
}
