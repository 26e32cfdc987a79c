import Table from "cli-table3";
import pc from "picocolors";

import { grouped } from "../../scripts/core/text";

export { grouped, kW, kWh, money, pence, share } from "../../scripts/core/text";

const PLAIN = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** Prints a table. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(tableText(head, rows));
}

/** A table, numbers to the right. A cell that begins with a digit, a sign or a pound counts as a number. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-+−£\d]|^$|^–$/.test(row[column] ?? "")),
  );
  const table = new Table({
    head: head.map((title) => pc.bold(title)),
    colAligns: numeric.map((right) => (right ? "right" : "left")),
    chars: PLAIN,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  // Without the padding of the last column, which a narrow terminal would wrap.
  return table.toString().replaceAll(/ +$/gm, "");
}

/** Prints a heading above what follows. */
export function printHeading(text: string): void {
  console.log(`\n${pc.bold(pc.cyan(text))}`);
}

/** Encloses the digits of a bigint until they can stand as a number; no text that anybody types has it. */
const MARK = "\u{F8FF}";

/**
 * JSON with every figure as a number, so that a field is of one type however large it gets. A bigint is written with all
 * its digits: Python and jq read them exactly, JavaScript's `JSON.parse` rounds those beyond 2^53.
 */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === "bigint" ? `${MARK}${inner}${MARK}` : inner),
    2,
  );
  return text.replaceAll(new RegExp(`"${MARK}(-?\\d+)${MARK}"`, "gu"), "$1");
}

/** Help of the flag `--json` of a task that sends a transaction. */
export const SENT_AS_JSON = "print what was sent, its transaction and its gas as JSON and nothing else";

/** Prints what a transaction did, in words or as JSON. */
export function printSent(
  json: boolean,
  { hash, gasUsed }: { hash: string; gasUsed: bigint },
  what: Readonly<Record<string, unknown>>,
  said: string,
): void {
  if (json) console.log(toJsonText({ ...what, transaction: hash, gas: gasUsed }));
  else console.log(`${said} (gas ${grouped(gasUsed)}, transaction ${hash})`);
}

/** How far a figure is from a reference, in per cent. */
export function below(value: number, reference: number): string {
  return reference === 0 ? "–" : `${(100 * (value / reference - 1)).toFixed(1)} %`;
}

/** A figure that a flat or empty load does not have. */
export function figure(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : "–";
}

/** Prints warnings, a line each. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.log(`${pc.yellow("Warning:")} ${warning}`);
}
