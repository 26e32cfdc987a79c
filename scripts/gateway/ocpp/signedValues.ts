import type { MeterValue } from "./meterValues";

/** Records longer than this are no meter's. */
const MOST_BYTES = 16_384;
const BEGINS = "OCMF|";

/**
 * Signed records among meter values: of 1.6 the values of format `SignedData`, of 2.0.1 those of `signedMeterValue`.
 * Stations send them as they are, in base64 or in hexadecimal.
 */
export function recordsOf(values: readonly MeterValue[]): string[] {
  return values.flatMap(({ sampledValue }) =>
    sampledValue.flatMap(({ value, format, signedMeterValue }) => {
      const texts = [format === "SignedData" ? String(value) : "", signedMeterValue?.signedMeterData ?? ""];
      return texts.map(plain).filter((text) => text !== undefined);
    }),
  );
}

function plain(text: string): string | undefined {
  if (text.length > 2 * MOST_BYTES) return undefined;
  const readings = [text, Buffer.from(text, "base64").toString("utf8"), Buffer.from(text, "hex").toString("utf8")];
  const found = readings.find((one) => one.startsWith(BEGINS));
  return found !== undefined && Buffer.byteLength(found) <= MOST_BYTES ? found : undefined;
}
