import { AbiCoder, dataSlice, encodeBytes32String, id, isHexString, keccak256 } from "ethers";

import { InputError } from "../core/errors";
import { type Curve, CURVES, parseRecordText, type RecordText } from "./recordText";
import { readPayload } from "./payload";

/** A meter that signs records, as its registrar describes it. `IOcmfVerifier.RecordMeter`. */
export interface RecordMeter {
  curve: Curve;
  /** Public key, 32 bytes each in hexadecimal. */
  x: string;
  y: string;
  /** Where the serial number stands: the gateway's or the meter's field. */
  serialField: "GS" | "MS";
  serial: string;
  /** Letter of its pages: T of transactions, F of readings between them. */
  pageKind: string;
  /** Whether only synchronised time counts. */
  synchronised: boolean;
  /** OBIS code of the register of consumption. */
  importRegister: string;
  /** That of production; undefined where it measures none. */
  exportRegister?: string | undefined;
}

/** {@link RecordMeter} as contracts take it. */
export interface PackedRecordMeter {
  curve: number;
  x: string;
  y: string;
  serialField: string;
  pageKind: string;
  synchronised: boolean;
  serial: string;
  importRegister: string;
  exportRegister: string;
}

/** `IOcmfVerifier.SignedRecord`. */
export interface PackedRecord {
  payload: string;
  r: string;
  s: string;
  hints: bigint;
}

/** `IMeterRecords.FrameProof`. */
export interface FrameProof {
  pile: number;
  frame: number;
  meter: PackedRecordMeter;
  records: PackedRecord[];
}

const METER_TYPE = "tuple(uint8,bytes32,bytes32,bytes2,bytes1,bool,bytes32,bytes32,bytes32)";
const SOURCE = "meter";
const MAX_TEXT_BYTES = 31;

/** @throws InputError naming the field and what is accepted */
export function packRecordMeter(meter: RecordMeter): PackedRecordMeter {
  const { curve, x, y, serialField, pageKind, synchronised, exportRegister } = meter;
  const check = (path: string, valid: boolean, expected: string): void => {
    if (!valid) throw new InputError(SOURCE, `expected ${expected}`, { path });
  };
  const text = (path: string, value: string): string => {
    const bytes = Buffer.byteLength(value);
    check(path, bytes > 0 && bytes <= MAX_TEXT_BYTES, `1 to ${MAX_TEXT_BYTES} bytes, found ${bytes}`);
    return encodeBytes32String(value);
  };
  check("curve", curve in CURVES, `${Object.keys(CURVES).join(" or ")}, found "${curve}"`);
  check("x", isHexString(x, 32), "32 bytes in hexadecimal after 0x");
  check("y", isHexString(y, 32), "32 bytes in hexadecimal after 0x");
  check("serialField", serialField === "GS" || serialField === "MS", `GS or MS, found "${String(serialField)}"`);
  check("pageKind", /^[A-Z]$/.test(pageKind), `a capital letter, found "${pageKind}"`);
  return {
    curve: CURVES[curve],
    x,
    y,
    serialField: dataSlice(encodeBytes32String(serialField), 0, 2),
    pageKind: dataSlice(encodeBytes32String(pageKind), 0, 1),
    synchronised,
    serial: text("serial", meter.serial),
    importRegister: text("importRegister", meter.importRegister),
    exportRegister: exportRegister === undefined ? `0x${"0".repeat(64)}` : text("exportRegister", exportRegister),
  };
}

/**
 * The meter key that a pile is registered with for its readings to follow from a meter's records.
 *
 * @param market address of the market
 * @param pile its number there
 */
export function recordMeterKey(market: string, pile: number, meter: RecordMeter): string {
  const packed = packRecordMeter(meter);
  const description = [
    packed.curve,
    packed.x,
    packed.y,
    packed.serialField,
    packed.pageKind,
    packed.synchronised,
    packed.serial,
    packed.importRegister,
    packed.exportRegister,
  ];
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "address", "uint256", METER_TYPE],
    [id("AdBEV record meter"), market, pile, description],
  );
  return dataSlice(keccak256(encoded), 12);
}

/**
 * Makes a record ready for a contract: finds where its fields stand.
 *
 * @param record text as the station gave it, or its parts
 * @throws InputError where it is no record, or a field is not there
 */
export function packRecord(meter: Pick<RecordMeter, "serialField">, record: string | RecordText): PackedRecord {
  const { payload, r, s } = typeof record === "string" ? parseRecordText(record) : record;
  const { positionOf } = readPayload(payload, []);
  const hints = [positionOf(meter.serialField), positionOf("PG"), positionOf("RD")];
  return {
    payload: `0x${payload.toString("hex")}`,
    r,
    s,
    hints: hints.reduce((word, position, i) => word | (BigInt(position) << BigInt(16 * i)), 0n),
  };
}

/** Proves a pile's reading of a frame by consecutive pages of its meter. */
export function packFrameProof(
  pile: number,
  frame: number,
  meter: RecordMeter,
  records: readonly (string | RecordText)[],
): FrameProof {
  return { pile, frame, meter: packRecordMeter(meter), records: records.map((record) => packRecord(meter, record)) };
}
