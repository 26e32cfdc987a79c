import { packRecord, type PackedRecord } from "../../../../scripts/metering/recordMeter";
import { recordTime, type SigningMeter, signPayload } from "../../../../scripts/metering/signRecord";

/** 2026-11-27 10:30 UTC. */
export const TIME = Date.UTC(2026, 10, 27, 10, 30) / 1000;

/** `{"MS":…,"PG":…,"RD":[…]}` with whatever is to be tried. */
export function payloadOf(meter: SigningMeter, readings: string, { page = '"F5"', serial = '"ADB0001"' } = {}): string {
  return `{"${meter.description.serialField}":${serial},"PG":${page},"RD":${readings}}`;
}

/** A reading as it should be. */
export const GOOD = `{"TM":"${recordTime(TIME)}","TX":"B","RV":1.5,"RI":"1-0:1.8.0","RU":"kWh","ST":"G"}`;

/** Hints by hand, for payloads that are no JSON. */
export function packRaw(meter: SigningMeter, payload: string): PackedRecord {
  const signed = packRecord(meter.description, signPayload(meter, payloadOf(meter, `[${GOOD}]`)));
  const { r, s } = split(signPayload(meter, payload));
  const at = (key: string): bigint => BigInt(Buffer.byteLength(payload.slice(0, payload.indexOf(`"${key}"`))));
  const hints = at(meter.description.serialField) | (at("PG") << 16n) | (at("RD") << 32n);
  return { ...signed, payload: `0x${Buffer.from(payload).toString("hex")}`, r, s, hints };
}

function split(text: string): { r: string; s: string } {
  const section = JSON.parse(text.slice(text.lastIndexOf("|") + 1)) as { SD: string };
  const der = Buffer.from(section.SD, "hex");
  const length = der[3]!;
  const half = (part: Buffer): string => `0x${part.toString("hex").replace(/^00/, "").padStart(64, "0")}`;
  return { r: half(der.subarray(4, 4 + length)), s: half(der.subarray(6 + length)) };
}
