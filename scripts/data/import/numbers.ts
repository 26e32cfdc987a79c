/** Which of the two marks a file writes before decimals. */
export type DecimalMark = "point" | "comma";

/** A figure as published files write it: grouped by blanks, apostrophes or the other mark. */
const FIGURE = /^[+-]?(?:\d[\d\s'’.,]*|[.,]\d+)(?:[eE][+-]?\d+)?$/;
const GROUPED_BY_COMMAS = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
const GROUPED_BY_POINTS = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/;

/**
 * Reads a figure; NaN if the text is none.
 *
 * @param mark Mark before decimals; the other mark, blanks and apostrophes group thousands.
 */
export function readNumber(text: string, mark: DecimalMark): number {
  const trimmed = text.trim();
  const plain = Number(trimmed);
  if (mark === "point" && trimmed !== "" && !Number.isNaN(plain) && FIGURE.test(trimmed)) return plain;
  if (!FIGURE.test(trimmed)) return Number.NaN;
  const figure = trimmed.replaceAll(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, "");
  const grouped = mark === "point" ? GROUPED_BY_COMMAS : GROUPED_BY_POINTS;
  const groups = mark === "point" ? "," : ".";
  const ungrouped = grouped.test(figure) ? figure.replaceAll(groups, "") : figure;
  return Number(mark === "comma" ? ungrouped.replace(",", ".") : ungrouped);
}

/** Gathers what the figures of a file say about its decimal mark. */
export class MarkEvidence {
  /** The first figure that shows each mark, with its line. */
  readonly shown: Partial<Record<DecimalMark, { text: string; line: number }>> = {};
  /** The first figure that may be read both ways: `1,234` or `1.234`. */
  undecided: { text: string; line: number } | undefined;

  see(text: string, line: number): void {
    const marks = text.match(/[.,]/g);
    if (marks === null || !FIGURE.test(text.trim())) return;
    const mark = this.markOf(text.trim(), marks);
    if (mark === undefined) this.undecided ??= { text, line };
    else this.shown[mark] ??= { text, line };
  }

  private markOf(text: string, marks: readonly string[]): DecimalMark | undefined {
    const last = marks.at(-1)!;
    const marked = last === "," ? "comma" : "point";
    const other = last === "," ? "point" : "comma";
    if (new Set(marks).size === 2) return marked;
    // Several of one kind group thousands.
    if (marks.length > 1) return other;
    const threeBehind = new RegExp(`^[+-]?[1-9]\\d{0,2}\\${last}\\d{3}$`).test(text);
    if (!threeBehind) return marked;
    // 1.234 is a figure of computers far more often than a thousand with a point; 1,234 is either.
    return undefined;
  }
}

/** The unit at the end of a figure, `7.4 kW`, and the figure. */
export function splitUnit(text: string): { figure: string; unit: string | undefined } {
  const match = /^(.*\d)\s*(kWh|Wh|MWh|kW|W|MW)$/i.exec(text.trim());
  return match === null ? { figure: text, unit: undefined } : { figure: match[1]!, unit: match[2] };
}
