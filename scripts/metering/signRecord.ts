import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

import type { RecordMeter } from "./recordMeter";
import type { Curve } from "./recordText";

/** A meter of our own that signs records, for tests and demonstrations. */
export interface SigningMeter {
  description: RecordMeter;
  privateKey: KeyObject;
}

/** A reading that a meter of our own writes into a record. */
interface WrittenReading {
  /** Unix time, s. */
  time: number;
  /** State of the clock. */
  clock?: string;
  /** Why it was taken. */
  cause?: string;
  importWh: bigint;
  /** Written where the meter has such a register. */
  exportWh?: bigint;
  /** State of the meter. */
  status?: string;
  /** Error flags. */
  errors?: string;
}

/** Names of curves as Node has them. */
const NODE_CURVES: Readonly<Record<Curve, string>> = { secp256r1: "prime256v1", secp256k1: "secp256k1" };

/** Coordinates of a public key, as contracts take them. */
export function coordinatesOf(key: KeyObject): { x: string; y: string } {
  const { x, y } = createPublicKey(key).export({ format: "jwk" });
  const hex = (part = ""): string => `0x${Buffer.from(part, "base64url").toString("hex").padStart(64, "0")}`;
  return { x: hex(x), y: hex(y) };
}

/** A new meter with a key of its own. @param overrides of its description */
export function newMeter(curve: Curve = "secp256r1", overrides: Partial<RecordMeter> = {}): SigningMeter {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: NODE_CURVES[curve] });
  const description: RecordMeter = {
    curve,
    ...coordinatesOf(privateKey),
    serialField: "MS",
    serial: "ADB0001",
    pageKind: "F",
    synchronised: false,
    importRegister: "1-0:1.8.0",
    ...overrides,
  };
  return { privateKey, description };
}

/** Writes and signs a record. @param extra fields of the payload before its readings, such as who charges */
export function signRecord(
  meter: SigningMeter,
  page: number,
  readings: readonly WrittenReading[],
  extra: Readonly<Record<string, unknown>> = {},
): string {
  const { serialField, serial, pageKind } = meter.description;
  const payload = JSON.stringify({
    FV: "1.0",
    GI: "AdBEV station",
    GV: "1",
    ...(serialField === "MS" ? { GS: "1", MV: "AdBEV" } : {}),
    [serialField]: serial,
    PG: `${pageKind}${page}`,
    IS: false,
    ...extra,
    RD: readings.flatMap((reading) => written(meter.description, reading)),
  });
  return signPayload(meter, payload);
}

/** Signs a payload as it is. */
export function signPayload({ privateKey, description }: SigningMeter, payload: string): string {
  const signature = sign("sha256", Buffer.from(payload), privateKey).toString("hex").toUpperCase();
  return `OCMF|${payload}|${JSON.stringify({ SA: `ECDSA-${description.curve}-SHA256`, SD: signature })}`;
}

/** A time as records write it, in UTC. @param time Unix time, s */
export function recordTime(time: number, clock = "S"): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)},000+0000 ${clock}`;
}

function written({ importRegister, exportRegister }: RecordMeter, reading: WrittenReading): object[] {
  const { time, clock, cause = "C", importWh, exportWh = 0n, status = "G", errors = "" } = reading;
  const first = {
    TM: recordTime(time, clock),
    TX: cause,
    RV: Number(importWh) / 1000,
    RI: importRegister,
    RU: "kWh",
    RT: "AC",
    EF: errors,
    ST: status,
  };
  if (exportRegister === undefined) return [first];
  return [first, { RV: Number(exportWh) / 1000, RI: exportRegister, RU: "kWh", ST: status }];
}
