import type { Position } from "../core/errors";

/** Steps from the top of a JSON document to a value. */
export type JsonPath = readonly (string | number)[];

/** A parsed document that still knows where everything stood. */
export interface LocatedJson {
  value: unknown;
  /** Where the value at `path` begins; of the nearest enclosing value if there is none at `path`. */
  positionOf(path: JsonPath): Position;
  /** The number at `path` as the document writes it, with every digit; undefined where there is none. */
  figureAt(path: JsonPath): string | undefined;
}

/** The text is not JSON. */
export class JsonSyntaxError extends Error {
  constructor(
    readonly position: Position,
    message: string,
  ) {
    super(message);
  }
}

/** As much of a number as a message has room for. */
const MOST_DIGITS = 40;
/** Deeper than any scenario, and shallow enough for a recursive reader. */
const MAX_DEPTH = 64;

/** `events[3].place.price`; empty for the document itself. */
export function showPath(path: JsonPath): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)).join("");
}

/**
 * Reads strict JSON (RFC 8259). `JSON.parse` would do but for two things: it does not say on which line a value stood,
 * and it silently keeps the last of two fields of one name.
 *
 * @throws JsonSyntaxError with line and column.
 */
export function parseJson(text: string): LocatedJson {
  const reader = new Reader(text);
  const value = reader.document();
  return {
    value,
    positionOf(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = reader.offsets.get(JSON.stringify(path.slice(0, length)));
        if (offset !== undefined) return reader.position(offset);
      }
      return reader.position(0);
    },
    figureAt(path) {
      const offset = reader.offsets.get(JSON.stringify(path));
      return offset === undefined ? undefined : /^-?\d[\d.eE+-]*/.exec(text.slice(offset, offset + MOST_DIGITS))?.[0];
    },
  };
}

class Reader {
  /** Where each value begins, by its path as JSON. */
  readonly offsets = new Map<string, number>();
  private at = 0;

  constructor(private readonly text: string) {
    if (text.startsWith("\uFEFF")) this.at = 1;
  }

  position(offset: number): Position {
    const before = this.text.slice(0, offset);
    return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
  }

  document(): unknown {
    const value = this.value([]);
    this.skipSpace();
    if (this.at < this.text.length) this.fail("the end of the file");
    return value;
  }

  private fail(expected: string, offset = this.at): never {
    const found = offset < this.text.length ? `"${String.fromCodePoint(this.text.codePointAt(offset)!)}"` : "its end";
    throw new JsonSyntaxError(this.position(offset), `not valid JSON: expected ${expected}, found ${found}`);
  }

  private skipSpace(): void {
    while (this.at < this.text.length && " \t\r\n".includes(this.text[this.at]!)) this.at++;
  }

  /** Skips space, then takes `symbol` if it is next. */
  private take(symbol: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(symbol, this.at)) return false;
    this.at += symbol.length;
    return true;
  }

  private value(path: JsonPath): unknown {
    this.skipSpace();
    if (path.length > MAX_DEPTH) {
      throw new JsonSyntaxError(this.position(this.at), `nested more than ${MAX_DEPTH} deep`);
    }
    this.offsets.set(JSON.stringify(path), this.at);
    if (this.text[this.at] === "{") return this.object(path);
    if (this.text[this.at] === "[") return this.array(path);
    if (this.text[this.at] === '"') return this.string();
    if (this.take("true")) return true;
    if (this.take("false")) return false;
    if (this.take("null")) return null;
    return this.number();
  }

  private object(path: JsonPath): Record<string, unknown> {
    // Without a prototype, so that a field may have any name.
    const fields = Object.create(null) as Record<string, unknown>;
    this.take("{");
    if (this.take("}")) return fields;
    do {
      this.skipSpace();
      const nameAt = this.at;
      if (this.text[this.at] !== '"') this.fail("a field name in double quotes");
      const name = this.string();
      if (name in fields) throw new JsonSyntaxError(this.position(nameAt), `field "${name}" is given twice`);
      if (!this.take(":")) this.fail('":" after a field name');
      fields[name] = this.value([...path, name]);
    } while (this.take(","));
    if (!this.take("}")) this.fail('"," or "}"');
    return fields;
  }

  private array(path: JsonPath): unknown[] {
    const items: unknown[] = [];
    this.take("[");
    if (this.take("]")) return items;
    do items.push(this.value([...path, items.length]));
    while (this.take(","));
    if (!this.take("]")) this.fail('"," or "]"');
    return items;
  }

  private string(): string {
    const end = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    end.lastIndex = this.at;
    const match = end.exec(this.text);
    if (match === null)
      throw new JsonSyntaxError(this.position(this.at), "not valid JSON: a string that never ends well");
    this.at = end.lastIndex;
    return JSON.parse(match[0]) as string;
  }

  private number(): number {
    const digits = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    digits.lastIndex = this.at;
    const match = digits.exec(this.text);
    if (match === null) this.fail("a value");
    this.at = digits.lastIndex;
    return Number(match[0]);
  }
}
