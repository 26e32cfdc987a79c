import { type Bound, boundWords, isWithin } from "../../scripts/core/bounds";
import { InputError } from "../../scripts/core/errors";

/** A flag as people type it: `--price-weight`. @param name Hardhat's name of it, `priceWeight` */
export function flagNamed(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A whole number given as a flag, within `least` and `most`. @throws InputError naming the flag and what it takes */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new InputError(flagNamed(flag), `expected a whole number from ${least} to ${most}, found "${text}"`);
  }
  return value;
}

/** A whole number of money units or Wh, of any size. @throws InputError naming the flag */
export function amount(flag: string, text: string, unit: string): bigint {
  if (!/^\d+$/.test(text)) throw new InputError(flagNamed(flag), `expected a whole number of ${unit}, found "${text}"`);
  return BigInt(text);
}

/** A whole number of Wh, W or money units within the bound of its field. @throws InputError naming flag and bound */
export function boundedAmount(flag: string, text: string, bound: Bound): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || !isWithin(value, bound)) {
    throw new InputError(flagNamed(flag), `expected ${boundWords(bound)}, found "${text}"`);
  }
  return value;
}

/** @throws InputError where two flags are given that exclude each other */
export function refuseTogether<A extends object>(
  args: A,
  one: keyof A & string,
  other: keyof A & string,
  why: string,
): void {
  if (args[one] === undefined || args[other] === undefined) return;
  throw new InputError(flagNamed(one), `does not go with ${flagNamed(other)}: ${why}`);
}

/** One of a few words. @throws InputError naming the flag and the words */
export function oneOf<T extends string>(flag: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw new InputError(flagNamed(flag), `expected one of ${words.join(", ")}, found "${text}"`);
  return found;
}

const UNITS_PER_PENNY = 10_000n;

/** A price in pence per kWh with up to four decimals, as money units per kWh. @throws InputError naming the flag */
export function pencePerKWh(flag: string, text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,4}))?$/.exec(text);
  if (match === null) {
    throw new InputError(flagNamed(flag), `expected pence per kWh such as 14 or 14.25, found "${text}"`);
  }
  return BigInt(match[1]!) * UNITS_PER_PENNY + BigInt((match[2] ?? "").padEnd(4, "0"));
}

/** A feeder's name: letters, digits and underscores, as deployments are filed by it. @throws InputError naming the flag */
export function feederName(text: string): string {
  if (!/^[A-Za-z0-9]\w{0,30}$/.test(text)) {
    throw new InputError("--feeder", `expected 1 to 31 letters, digits or underscores, found "${text}"`);
  }
  return text;
}
