import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { InputError } from "../../../../../scripts/core/errors";

const folder = mkdtempSync(join(tmpdir(), "adbev-import-"));
let count = 0;

/** Writes a file of its own for a test, and returns its path. */
export function fileOf(content: string | Uint8Array | readonly string[], name = "data.csv"): string {
  const path = join(folder, `${++count}-${name}`);
  writeFileSync(path, Array.isArray(content) ? `${content.join("\n")}\n` : (content as string | Uint8Array));
  return path;
}

/** The message of the InputError that a promise ends with, without the folder. */
export async function problemOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(/\/\S*\/\d+-/g, "");
    throw error;
  }
  throw new Error("expected an InputError, and there was none");
}
