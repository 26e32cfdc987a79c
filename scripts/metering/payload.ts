import { InputError } from "../core/errors";
import { JsonSyntaxError, type LocatedJson, parseJson } from "../scenario/json";

/** A reading of a record, as the station wrote it. SPEC 5, signed records. */
export interface RecordReading {
  /** Unix time, s, rounded down; that of the reading before where it has none. */
  time: number;
  /** Whether the time is its own. */
  timed: boolean;
  /** State of the clock: S, I, R or U. */
  clock: string;
  /** Why it was taken; empty where it does not say. */
  cause: string;
  /** OBIS code of its register. */
  register: string;
  /** The register, Wh, rounded down. */
  registerWh: bigint;
  /** State of the meter; empty where it does not say. */
  status: string;
  /** Whether it carries an error flag. */
  faulty: boolean;
}

/** The payload of a record, read. */
export interface Payload {
  serials: Readonly<Record<"GS" | "MS", string | undefined>>;
  /** Letter of its page. */
  pageKind: string;
  page: number;
  /** Those of the registers that were asked for. */
  readings: RecordReading[];
  /** Byte in the payload at which the opening quote of a key of the record stands. */
  positionOf: (key: "GS" | "MS" | "PG" | "RD") => number;
}

const SOURCE = "OCMF payload";
const WH_PER_UNIT: Readonly<Record<string, bigint>> = { Wh: 1n, kWh: 1_000n };
/** Decimals of a register that count. */
const DECIMALS = 6;
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d),(\d{3})([+-])(\d\d)(\d\d) (.)$/;

/**
 * Reads a payload; its signature is another matter.
 *
 * @param registers OBIS codes of the registers that count; readings of others are skipped
 * @throws InputError saying what is not as the format has it
 */
export function readPayload(payload: Uint8Array, registers: readonly string[]): Payload {
  const text = Buffer.from(payload).toString("utf8");
  const json = parsed(text);
  const record = object(json.value, "");
  const [, pageKind, page] = /^(.)(\d{1,12})$/.exec(String(record["PG"])) ?? fail("PG", "a letter and up to 12 digits");
  const listed = record["RD"];
  if (!Array.isArray(listed) || listed.length === 0) fail("RD", "a list of readings");
  const readings: RecordReading[] = [];
  let last: { time: number; clock: string } | undefined;
  for (const [i, value] of (listed as unknown[]).entries()) {
    const reading = object(value, `RD[${i}]`);
    const own = reading["TM"] === undefined ? undefined : timeOf(reading["TM"], i);
    last = own ?? last;
    if (!registers.includes(String(reading["RI"]))) continue;
    if (last === undefined) fail(`RD[${i}].TM`, "a time, here or in a reading before");
    const raw = text.slice(offsetOf(text, json, ["RD", i, "RV"]));
    readings.push({
      ...last,
      timed: own !== undefined,
      cause: letter(reading["TX"]),
      register: String(reading["RI"]),
      registerWh: registerWh(raw, reading, i),
      status: letter(reading["ST"]),
      faulty: (reading["EF"] ?? "") !== "",
    });
  }
  return {
    serials: { GS: textOf(record["GS"]), MS: textOf(record["MS"]) },
    pageKind: pageKind!,
    page: Number(page),
    readings,
    positionOf(key) {
      if (record[key] === undefined) fail(key, "it");
      const offset = text.lastIndexOf(`"${key}"`, offsetOf(text, json, [key]));
      return Buffer.byteLength(text.slice(0, offset));
    },
  };
}

function fail(path: string, expected: string): never {
  throw new InputError(SOURCE, `expected ${expected}`, { path });
}

function parsed(text: string): LocatedJson {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new InputError(SOURCE, error.message, { position: error.position });
    throw error;
  }
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path, "an object");
  return value as Record<string, unknown>;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const letter = (value: unknown): string => (typeof value === "string" ? value : "");

/** Where a value begins in the text. */
function offsetOf(text: string, json: LocatedJson, path: readonly (string | number)[]): number {
  const { line, column } = json.positionOf(path);
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

/** Unix time and state of the clock. */
function timeOf(value: unknown, i: number): { time: number; clock: string } {
  const found = TIME.exec(String(value));
  if (found === null) fail(`RD[${i}].TM`, '"2026-01-31T10:30:00,000+0100 S"');
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  const zone = (Number(found[9]) * 60 + Number(found[10])) * (found[8] === "-" ? -60 : 60);
  const time = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - zone;
  if (!exists || year < 1970 || Number(found[10]) > 59 || time < 0) fail(`RD[${i}].TM`, "a time that exists");
  return { time, clock: found[11]! };
}

/** A register in Wh, from its digits: a floating-point number would lose some. */
function registerWh(raw: string, reading: Record<string, unknown>, i: number): bigint {
  const digits = typeof reading["RV"] === "string" ? reading["RV"].trimStart() : (/^[^,}\s]*/.exec(raw)?.[0] ?? "");
  const [, whole, decimals = ""] = /^(\d{1,15})(?:\.(\d+))?$/.exec(digits) ?? fail(`RD[${i}].RV`, "a decimal number");
  const factor = WH_PER_UNIT[String(reading["RU"])] ?? fail(`RD[${i}].RU`, "Wh or kWh");
  const millionths = BigInt(whole! + decimals.slice(0, DECIMALS).padEnd(DECIMALS, "0"));
  return (millionths * factor) / 10n ** BigInt(DECIMALS);
}
