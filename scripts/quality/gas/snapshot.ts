import { z } from "zod";

import { InputError } from "../../core/errors";
import type { BenchResult } from "./measurement";

/** Most code that a network takes as a contract, bytes (EIP-170). */
export const CODE_SIZE_LIMIT = 24_576;
/** How far gas may move before somebody must look, either way. */
export const TOLERANCE = 0.01;

const SCHEMA = z.strictObject({
  seed: z.int(),
  gas: z.record(z.string(), z.number().positive()),
  codeBytes: z.record(z.string(), z.int().positive()),
});

/** Gas by operation and code size by contract, as committed. */
export type GasSnapshot = z.infer<typeof SCHEMA>;

/** Figures of a run for the next one to compare with. */
export function takeSnapshot(result: BenchResult, codeBytes: Readonly<Record<string, number>>): GasSnapshot {
  const gas = Object.fromEntries(result.measurements.map(({ operation, gas }) => [operation, Math.round(gas)]));
  return { seed: result.seed, gas, codeBytes: { ...codeBytes } };
}

/** Reads a committed snapshot. @throws InputError naming the file and what is wrong with it */
export function parseSnapshot(text: string, file: string): GasSnapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(file, error instanceof Error ? error.message : String(error));
  }
  const parsed = SCHEMA.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${file} ${issue?.path.join(".") ?? ""}`.trim(), issue?.message ?? "is no gas snapshot");
}

/** One way in which a run differs from the snapshot. */
export interface Drift {
  what: string;
  message: string;
}

/**
 * Compares a run with the committed snapshot: gas beyond the tolerance either way, operations that came or went, and
 * contracts above what a network accepts. Code below the limit may grow.
 */
export function compareSnapshots(committed: GasSnapshot, now: GasSnapshot, tolerance = TOLERANCE): Drift[] {
  const drifts: Drift[] = [];
  for (const [what, gas] of Object.entries(now.gas)) {
    const before = committed.gas[what];
    if (before === undefined) {
      drifts.push({ what, message: `${what}: ${gas} gas, not in the snapshot` });
    } else if (Math.abs(gas - before) > tolerance * before) {
      const percent = (100 * (gas / before - 1)).toFixed(1);
      const sign = gas > before ? "+" : "";
      drifts.push({ what, message: `${what}: ${gas} gas, ${sign}${percent} % against ${before} in the snapshot` });
    }
  }
  for (const what of Object.keys(committed.gas).filter((name) => !(name in now.gas))) {
    drifts.push({ what, message: `${what}: in the snapshot, but not measured any more` });
  }
  for (const [what, bytes] of Object.entries(now.codeBytes)) {
    if (bytes <= CODE_SIZE_LIMIT) continue;
    drifts.push({ what, message: `${what}: ${bytes} bytes of code, more than the ${CODE_SIZE_LIMIT} a network takes` });
  }
  return drifts;
}
