/** A figure as a whole number with its thousands apart, as people read it. */
export function grouped(value: number | bigint): string {
  const whole = typeof value === "bigint" ? value : Math.round(value);
  return whole.toLocaleString("en-GB").replaceAll(",", " ");
}

/** A price in money units per kWh as pence with two decimals; 10 000 units are a penny. */
export function pence(price: bigint | number): string {
  return `${(Number(price) / 10_000).toFixed(2)} p`;
}

/** The same with what it is the price of. */
export function pencePerKWh(price: bigint | number): string {
  return `${pence(price)}/kWh`;
}

/** An amount in money units as pounds; 1 000 000 units are a pound. */
export function money(amount: bigint): string {
  return `£${(Number(amount) / 1_000_000).toFixed(2)}`;
}

/** A part in per cent. */
export function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Energy in Wh as kWh. */
export function kWh(energyWh: bigint | number, decimals = 1): string {
  return `${(Number(energyWh) / 1000).toFixed(decimals)} kWh`;
}

/** Power in W as kW. */
export function kW(powerW: bigint | number, decimals = 1): string {
  return `${(Number(powerW) / 1000).toFixed(decimals)} kW`;
}

/** A large figure to three digits: 1.23 M. */
export function short(value: number): string {
  const units: [number, string][] = [
    [1e12, " T"],
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  const [size, unit] = units.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** A table in Markdown; columns whose every cell is a figure go to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (rows.every((row) => isFigure(row[column] ?? "")) ? "---:" : "---"));
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Whether a table's cell is a figure, or stands for a missing one. */
export function isFigure(cell: string): boolean {
  return /^[-+−£<]?\d|^$|^–$/.test(cell);
}

/** A text as it stands within HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
