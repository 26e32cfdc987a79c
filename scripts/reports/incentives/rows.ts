import type { Compared } from "./report";
import type { Strategy } from "./strategy";
import { FIGURE_NAMES, type Shown, SHOWN, type Summary } from "./summary";

/** Titles of {@link overviewRows}. */
export const OVERVIEW_COLUMNS = ["strategy", "rules", "cheat, p", "others, p", "grid, p", "verdict"] as const;

/** A strategy as two lines of a table, before and now: surpluses, honest → cheating, and the verdict. */
export function overviewRows({ strategy, before, now }: Compared): string[][] {
  const row = (rules: string, summary: Summary): string[] => [
    rules === "before" || before === undefined ? strategy.name : "",
    rules,
    arrow(cheatSurplus(strategy, summary)),
    arrow(summary.victims.surplusP),
    strategy.cheat === "operator" ? "the cheat" : arrow(summary.grid.surplusP),
    summary.verdict.text,
  ];
  return [...(before === undefined ? [] : [row("before", before)]), row("now", now)];
}

/** Titles of {@link detailRows}. */
export const DETAIL_COLUMNS = ["party", "figure", "before", "now"] as const;

/** Every figure of a strategy as a line of a table. */
export function detailRows({ before, now }: Compared): string[][] {
  return figuresOf(now).map(({ party, figure, shown }) => [
    party,
    FIGURE_NAMES[figure],
    before === undefined ? "–" : arrow(figureOf(before, party, figure)),
    arrow(shown),
  ]);
}

/** Titles of {@link csvRows}. */
export const CSV_COLUMNS = [
  ...["strategy", "rules", "party", "figure", "honest", "cheating", "difference", "half_width_95", "verdict"],
] as const;

/** Every figure of a strategy under either rules, for a spreadsheet. */
export function csvRows({ strategy, before, now }: Compared): string[][] {
  const of = (rules: string, summary: Summary) =>
    figuresOf(summary).map(({ party, figure, shown: [honest, cheating, halfWidth] }) => [
      ...[strategy.name, rules, party, figure, String(honest), String(cheating)],
      ...[(cheating - honest).toFixed(2), String(halfWidth), summary.verdict.kind],
    ]);
  return [...(before === undefined ? [] : of("before", before)), ...of("now", now)];
}

/** Lines of comma-separated values with their titles. */
export function csvText(compared: readonly Compared[]): string {
  return [CSV_COLUMNS, ...compared.flatMap(csvRows)].map((cells) => `${cells.join(",")}\n`).join("");
}

/** Surplus of the cheat, of the operator where it is the cheat. */
export function cheatSurplus({ cheat }: Strategy, summary: Summary): Shown {
  return cheat === "operator" ? summary.grid.surplusP : summary.cheat.surplusP;
}

/** honest → cheating, and how sure the difference is. */
export function arrow([honest, cheating, halfWidth]: Shown): string {
  const change = `${figure(honest)} → ${figure(cheating)}`;
  return halfWidth === 0 ? change : `${change} ± ${figure(halfWidth)}`;
}

type FigureName = keyof typeof FIGURE_NAMES;
type Party = keyof typeof SHOWN;

function figureOf(summary: Summary, party: Party, figure: string): Shown {
  return (summary[party] as Readonly<Record<string, Shown>>)[figure]!;
}

function figuresOf(summary: Summary): { party: Party; figure: FigureName; shown: Shown }[] {
  return (Object.keys(SHOWN) as Party[]).flatMap((party) =>
    SHOWN[party].map((figure) => ({ party, figure, shown: figureOf(summary, party, figure) })),
  );
}

function figure(value: number): string {
  const text = Math.abs(value).toFixed(Math.abs(value) < 10 ? 2 : 1);
  return value < 0 ? `−${text}` : text;
}
