import Table from "cli-table3";
import pc from "picocolors";

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

/** Prints a table, numbers to the right. A cell that begins with a digit, a sign or a pound counts as a number. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
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
  console.log(table.toString());
}

/** Prints a heading above what follows. */
export function printHeading(text: string): void {
  console.log(`\n${pc.bold(pc.cyan(text))}`);
}

/** JSON with integers as numbers where they are exact and as strings where they are not. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      typeof inner === "bigint" ? (Number.isSafeInteger(Number(inner)) ? Number(inner) : inner.toString()) : inner,
    2,
  );
}

/** A whole number with thin groups, as people read it. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString("en-GB").replaceAll(",", " ");
}

/** A price in money units per kWh as pence with up to two decimals; 10 000 units are a penny. */
export function pence(price: bigint | number): string {
  return `${(Number(price) / 10_000).toFixed(2)} p`;
}

/** An amount in money units as pounds; 1 000 000 units are a pound. */
export function money(amount: bigint): string {
  return `£${(Number(amount) / 1_000_000).toFixed(2)}`;
}

/** Energy in Wh as kWh. */
export function kWh(energyWh: bigint | number, decimals = 1): string {
  return `${(Number(energyWh) / 1000).toFixed(decimals)} kWh`;
}

/** Power in W as kW. */
export function kW(powerW: bigint | number, decimals = 1): string {
  return `${(Number(powerW) / 1000).toFixed(decimals)} kW`;
}
