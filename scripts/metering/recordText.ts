import { InputError } from "../core/errors";

/** Curves whose signatures a chain checks; the numbers are the contract's. */
export const CURVES = { secp256r1: 1, secp256k1: 2 } as const;
export type Curve = keyof typeof CURVES;

/** A record as it came from a station: `OCMF|payload|signature`. */
export interface RecordText {
  /** The signed bytes. */
  payload: Buffer;
  /** Name of the curve as the record gives it; undefined where it does not. */
  curve: string | undefined;
  /** First half of the signature, 32 bytes in hexadecimal. */
  r: string;
  /** Second half. */
  s: string;
}

const SOURCE = "OCMF record";

/**
 * Takes a record apart. The payload stays as it is: any change of a byte would break its signature.
 *
 * @throws InputError where the text is no record, or its signature is none of 256 bits in DER
 */
export function parseRecordText(text: string): RecordText {
  const first = text.indexOf("|");
  const last = text.lastIndexOf("|");
  if (text.slice(0, first) !== "OCMF" || last <= first) {
    throw new InputError(SOURCE, 'expected "OCMF|", the payload, "|" and the signature');
  }
  let section: unknown;
  try {
    section = JSON.parse(text.slice(last + 1));
  } catch {
    throw new InputError(SOURCE, "its signature section is not JSON");
  }
  const { SA, SE, SD } = section as Partial<Record<"SA" | "SE" | "SD", unknown>>;
  if (typeof SD !== "string") throw new InputError(SOURCE, "its signature section has no SD");
  const der = Buffer.from(SD, SE === "base64" ? "base64" : "hex");
  const [r, s] = signatureHalves(der);
  const algorithm = typeof SA === "string" ? /^ECDSA-(\w+)-SHA256$/.exec(SA) : undefined;
  if (algorithm === null) {
    throw new InputError(SOURCE, `it is signed by ${String(SA)}; accepted are ECDSA-secp256r1-SHA256 and -secp256k1-`);
  }
  return { payload: Buffer.from(text.slice(first + 1, last), "utf8"), curve: algorithm?.[1], r, s };
}

/** The two numbers of a DER signature, 32 bytes each in hexadecimal. @throws InputError */
function signatureHalves(der: Uint8Array): [r: string, s: string] {
  const halves: string[] = [];
  let at = 2;
  const whole = der[0] === 0x30 && der[1] === der.length - 2;
  while (whole && halves.length < 2 && der[at] === 0x02) {
    const length = der[at + 1] ?? 0;
    const digits = Buffer.from(der.subarray(at + 2, at + 2 + length))
      .toString("hex")
      .replace(/^(00)+/, "");
    if (digits.length > 64) break;
    halves.push(`0x${digits.padStart(64, "0")}`);
    at += 2 + length;
  }
  if (!whole || halves.length !== 2 || at !== der.length) {
    throw new InputError(SOURCE, "its signature is not DER of two numbers of at most 256 bits");
  }
  return [halves[0]!, halves[1]!];
}
