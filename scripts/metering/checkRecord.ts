import { createPublicKey, type KeyObject, verify } from "node:crypto";

import { InputError } from "../core/errors";
import { type Payload, readPayload } from "./payload";
import type { RecordMeter } from "./recordMeter";
import { type Curve, parseRecordText } from "./recordText";

/** Names of curves in a JSON web key (RFC 7518, RFC 8812). */
const JWK_CURVES: Readonly<Record<Curve, string>> = { secp256r1: "P-256", secp256k1: "secp256k1" };
const SOURCE = "OCMF record";

/** Checks records against one meter without a chain. */
export class RecordChecker {
  private readonly key: KeyObject;

  /** @throws InputError where the description's key is no point of its curve */
  constructor(private readonly meter: RecordMeter) {
    const part = (hex: string) => Buffer.from(hex.slice(2), "hex").toString("base64url");
    const jwk = { kty: "EC", crv: JWK_CURVES[meter.curve], x: part(meter.x), y: part(meter.y) };
    try {
      this.key = createPublicKey({ key: jwk, format: "jwk" });
    } catch {
      throw new InputError("meter", `expected a point of ${meter.curve}`, { path: "x" });
    }
  }

  /** Reads a record of this meter. @throws InputError where it is none, another's, or not as it was signed */
  read(text: string): Payload {
    const { curve, serialField, serial, pageKind, importRegister, exportRegister } = this.meter;
    const { payload, r, s, curve: named } = parseRecordText(text);
    if (named !== undefined && named !== curve) throw new InputError(SOURCE, `is signed on ${named}, not on ${curve}`);
    const signature = Buffer.from(r.slice(2) + s.slice(2), "hex");
    if (!verify("sha256", payload, { key: this.key, dsaEncoding: "ieee-p1363" }, signature)) {
      throw new InputError(SOURCE, "its signature is not the meter's");
    }
    const registers = [importRegister, ...(exportRegister === undefined ? [] : [exportRegister])];
    const read = readPayload(payload, registers);
    const found = read.serials[serialField];
    if (found !== serial) throw new InputError(SOURCE, `is of meter ${String(found).slice(0, 40)}, not of ${serial}`);
    if (read.pageKind !== pageKind) throw new InputError(SOURCE, `its page is ${read.pageKind}, not ${pageKind}`);
    if (read.readings.length === 0) throw new InputError(SOURCE, `has no reading of ${registers.join(" or ")}`);
    return read;
  }
}
