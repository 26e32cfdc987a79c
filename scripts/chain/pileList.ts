import { parse } from "csv-parse/sync";
import { getAddress, isAddress } from "ethers";

import { InputError } from "../core/errors";
import type { PileRecord } from "./marketClient";

/** A pile that is to be registered and funded. */
export interface ListedPile extends Omit<PileRecord, "index"> {
  /** Deposit for it, tokens as written; none where empty. */
  tokens: string | undefined;
  line: number;
}

const COLUMNS = ["account", "ratedW", "operator", "meterKey", "tokens"];
/** The contract keeps rated powers in 32 bits. */
const MOST_RATED_W = 2 ** 32 - 1;

/** Piles of a CSV file. @throws InputError with file, line and column */
export function readPileList(text: string, file: string): ListedPile[] {
  const rows = parse(text, {
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
  }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  const [head, ...body] = rows;
  const columns = head?.record ?? [];
  if (!columns.includes("account") || !columns.includes("ratedW") || columns.some((name) => !COLUMNS.includes(name))) {
    throw new InputError(`${file}:1`, `expected columns account and ratedW, and any of ${COLUMNS.slice(2).join(", ")}`);
  }
  if (body.length === 0) throw new InputError(file, "has no piles below the names of its columns");
  const seen = new Map<string, number>();
  return body.map(({ record, info: { lines: line } }) => {
    const fail = (column: string, expected: string, found: string): never => {
      throw new InputError(`${file}:${line}`, `${column}: expected ${expected}, found "${found}"`);
    };
    if (record.length !== columns.length) fail("columns", `${columns.length} of them`, record.join(","));
    const row = Object.fromEntries(columns.map((name, index) => [name, record[index]!]));
    const address = (column: string, fallback?: string): string => {
      const cell = row[column];
      if ((cell === undefined || cell === "") && fallback !== undefined) return fallback;
      const sound: boolean = isAddress(cell);
      return sound ? getAddress(cell!) : fail(column, "an address such as 0x…, 40 digits", cell ?? "");
    };
    const account = address("account");
    const before = seen.get(account);
    if (before !== undefined) fail("account", `each once; it stands in line ${before} as well`, account);
    seen.set(account, line);
    const rated = row["ratedW"]!;
    if (!/^\d{1,10}$/.test(rated) || Number(rated) < 1 || Number(rated) > MOST_RATED_W) {
      fail("ratedW", `a whole number of W from 1 to ${MOST_RATED_W}`, rated);
    }
    const tokens = row["tokens"] === "" ? undefined : row["tokens"];
    const [operator, meterKey] = [address("operator", account), address("meterKey", account)];
    return { account, operator, meterKey, ratedW: BigInt(rated), tokens, line };
  });
}
