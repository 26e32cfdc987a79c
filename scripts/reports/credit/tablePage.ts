import { escapeHtml } from "../../core/text";
import { type Column, csvOf } from "../columns";
import { htmlCommand, htmlPage } from "../page";
import { type Cell, type ComparedRow, TABLE_COLUMNS, type TableColumn } from "./compare";
import { COLUMN_TITLES, figureText, yuan } from "./words";

/** A figure of a row, for CSV. */
interface FigureLine extends Cell {
  row: number;
  column: TableColumn;
}

const CSV_COLUMNS: readonly Column<FigureLine>[] = [
  { key: "row", csv: "row", value: ({ row }) => row },
  { key: "column", csv: "column", value: ({ column }) => column },
  { key: "unit", csv: "unit", value: ({ column }) => (column.startsWith("credit") ? "points" : "yuan") },
  { key: "paper", csv: "paper", value: ({ column, paper }) => figureText(column, paper) },
  { key: "ours", csv: "ours", value: ({ column, ours }) => figureText(column, ours) },
  { key: "agrees", csv: "agrees", value: ({ agrees }) => String(agrees) },
  { key: "why", csv: "why", value: ({ why }) => why },
];

/** Table 2 as CSV, a line for each figure. */
export function tableCsv(rows: readonly ComparedRow[]): string {
  return csvOf(CSV_COLUMNS, linesOf(rows));
}

/** Table 2 as a page: the paper's figures and ours, and why some differ. */
export function tableHtml(rows: readonly ComparedRow[], command: string, about: readonly string[]): string {
  const lines = linesOf(rows);
  const differing = lines.filter(({ agrees }) => !agrees);
  const head = ["row", "price, yuan/kWh", "agreed, kWh", "wheeling, yuan/kWh", "consumed, kWh", "produced, kWh"];
  const titles = TABLE_COLUMNS.map(
    (column) => `${COLUMN_TITLES[column]}, ${column.startsWith("credit") ? "points" : "yuan"}`,
  );
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text) => `<${tag} class="n">${escapeHtml(text)}</${tag}>`).join("");
  const body = rows.map(({ row, cells: figures }) => {
    const given = [
      ...[String(row.number), yuan(row.price, 2), kWh(row.agreedWh), yuan(row.wheelingPricePerKwh, 2)],
      ...[kWh(row.consumedWh), kWh(row.producedWh)],
    ];
    const ours = TABLE_COLUMNS.map((column) => {
      const { paper, ours: own, agrees } = figures[column];
      if (agrees) return `<td class="n">${figureText(column, own)}</td>`;
      return `<td class="n"><s>${figureText(column, paper)}</s> <strong class="partly">${figureText(column, own)}</strong></td>`;
    });
    return `<tr>${cells("td", given)}${ours.join("")}</tr>`;
  });
  const reasons = differing.map(
    ({ row, column, paper, ours, why = "" }) =>
      `<li><p class="claim">Row ${row}, ${COLUMN_TITLES[column]}: ${figureText(column, paper)} in the paper, ` +
      `${figureText(column, ours)} here</p><p>${escapeHtml(sentence(why))}</p></li>`,
  );
  return htmlPage({
    title: "Table 2 of the credit paper, settled",
    about,
    introduction:
      `<p class="hero"><strong>${lines.length - differing.length} of ${lines.length}</strong> <span>figures agree, to the ` +
      `decimal that the paper prints. Where one does not, the paper's is struck through and ours is beside it.</span></p>`,
    body: [
      `<div class="scroll" tabindex="0"><table><thead><tr>${cells("th", [...head, ...titles])}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`,
      "<p>Import price r 0.615 yuan, export price x 0.41 yuan per kWh.</p>",
      ...(reasons.length === 0 ? [] : [`<h2>Figures that differ</h2>\n<ol>${reasons.join("\n")}</ol>`]),
      htmlCommand(command, "Every run gives the same figures."),
    ].join("\n"),
  });
}

function linesOf(rows: readonly ComparedRow[]): FigureLine[] {
  return rows.flatMap(({ row, cells }) =>
    TABLE_COLUMNS.map((column) => ({ row: row.number, column, ...cells[column] })),
  );
}

/** A reason as a sentence of its own. */
function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function kWh(energyWh: bigint): string {
  return String(Number(energyWh) / 1000);
}
