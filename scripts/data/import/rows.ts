/** A row: its fields as text, trimmed; fields that are missing at its end are not there. */
export interface Row {
  /** Line on which it ends in CSV and begins in JSON, from 1. */
  line: number;
  /** Its name in JSON: `_items[3]`. */
  path?: string;
  cells: readonly string[];
}

/** Told each row of a table; returns `false` to read no further. */
export type RowListener = (row: Row) => boolean | void;

/** Names of columns, in order. */
export class Columns {
  private readonly indices = new Map<string, number>();

  constructor(readonly names: string[] = []) {
    names.forEach((name, index) => {
      if (!this.indices.has(name)) this.indices.set(name, index);
    });
  }

  /** The column of that name, which is added if there is none. */
  indexOf(name: string): number {
    const known = this.indices.get(name);
    if (known !== undefined) return known;
    this.indices.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
