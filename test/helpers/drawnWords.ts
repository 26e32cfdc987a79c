import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Random } from "../../scripts/core/random";
import { randomWord } from "./libraries";

/** A value of a field; flags are 0 and 1. */
export type Values = Readonly<Record<string, bigint>>;

export interface Field {
  shift: number;
  bits: number;
  signed?: boolean;
}

/** Where the fields of a type are, as the comment above the type draws them. */
export function drawnLayout(type: string, signed: readonly string[] = []): Record<string, Field> {
  const source = readFileSync(join(__dirname, `../../contracts/types/${type}.sol`), "utf8");
  const layout: Record<string, Field> = {};
  for (const [, first, last, name] of source.matchAll(/^\/\/\/ {2}(\d+)(?:\.\.(\d+))? +([a-zA-Z]+) /gm)) {
    const shift = Number(first);
    layout[name!] = { shift, bits: Number(last ?? first) - shift + 1, signed: signed.includes(name!) };
  }
  return layout;
}

export const maxOf = ({ bits, signed }: Field): bigint => (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
export const minOf = ({ bits, signed }: Field): bigint => (signed ? -(1n << BigInt(bits - 1)) : 0n);

/** The word with these fields where they are drawn. */
export function drawnWord(layout: Readonly<Record<string, Field>>, values: Values): bigint {
  return Object.entries(layout).reduce(
    (word, [name, { shift, bits }]) => word | (BigInt.asUintN(bits, values[name] ?? 0n) << BigInt(shift)),
    0n,
  );
}

/** Each field at either end while all others are at the other, all at the same end, and random ones. */
export function* extremes(layout: Readonly<Record<string, Field>>): Generator<Values> {
  const fields = Object.entries(layout);
  const all = (pick: (field: Field, name: string) => bigint): Values =>
    Object.fromEntries(fields.map(([name, field]) => [name, pick(field, name)]));
  yield all(minOf);
  yield all(maxOf);
  yield all(() => 0n);
  for (const [name] of fields) {
    yield all((field, other) => (other === name ? maxOf(field) : 0n));
    yield all((field, other) => (other === name ? maxOf(field) : minOf(field)));
    yield all((field, other) => (other === name ? minOf(field) : maxOf(field)));
    yield all((field, other) => (other === name ? 0n : maxOf(field)));
  }
  const random = new Random(97);
  for (let i = 0; i < 20; i++) yield all((field) => minOf(field) + randomWord(random, field.bits));
}

export const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** Numbers, bigints and flags alike. */
export function normal(fields: object): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "boolean" ? flag(value) : BigInt(value as bigint),
    ]),
  );
}

/** A returned struct by the names of its fields. */
export function named(result: unknown): Values {
  return normal((result as { toObject(): Record<string, bigint | boolean> }).toObject());
}
