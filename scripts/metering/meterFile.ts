import { createPrivateKey } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";

import { InputError } from "../core/errors";
import { type Curve, CURVES } from "./recordText";
import { coordinatesOf, newMeter, type SigningMeter, signRecord } from "./signRecord";

/** A meter of our own with its key, its next page and its register, as its file keeps them. */
interface Kept {
  curve: Curve;
  /** PKCS #8, PEM. */
  privateKey: string;
  serial: string;
  page: number;
  registerWh: number;
}

/** A meter for demonstrations that signs records and outlives its process: no page is written twice, no register falls. */
export class MeterFile {
  private constructor(
    private readonly file: string,
    private readonly kept: Kept,
    private readonly meter: SigningMeter,
  ) {}

  /** Opens a meter's file, made with a new key where there is none. @throws InputError where it is another's file */
  static open(file: string, curve: Curve, serial: string): MeterFile {
    const kept = read(file);
    if (kept === undefined) {
      const meter = newMeter(curve, { serial });
      const privateKey = meter.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
      const made = new MeterFile(file, { curve, privateKey, serial, page: 1, registerWh: 0 }, meter);
      made.save();
      return made;
    }
    const privateKey = createPrivateKey(kept.privateKey);
    const { description } = newMeter(kept.curve, { serial: kept.serial });
    return new MeterFile(file, kept, { privateKey, description: { ...description, ...coordinatesOf(privateKey) } });
  }

  /** As a registrar, and a gateway's settings, describe it. */
  get description(): SigningMeter["description"] {
    return this.meter.description;
  }

  /** Register as of the last record, Wh. */
  get registerWh(): number {
    return this.kept.registerWh;
  }

  /** Writes the next record; its page is used up before anybody sees it. @param time s since 1970 */
  sign(time: number, importWh: bigint): string {
    const { page } = this.kept;
    this.kept.page++;
    this.kept.registerWh = Number(importWh);
    this.save();
    return signRecord(this.meter, page, [{ time, importWh }]);
  }

  private save(): void {
    const draft = `${this.file}.new`;
    writeFileSync(draft, `${JSON.stringify(this.kept, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.file);
  }
}

function read(file: string): Kept | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new InputError(file, `cannot be read: ${code ?? "failed"}`);
  }
  try {
    const kept = JSON.parse(text) as Kept;
    createPrivateKey(kept.privateKey);
    if (kept.curve in CURVES && Number.isSafeInteger(kept.page) && kept.registerWh >= 0) return kept;
  } catch {
    // Said below.
  }
  throw new InputError(file, "is there and is no meter's; name another file");
}
