import { InputError } from "../../core/errors";

/** A place in a table: its line, and its name where rows have no lines of their own (`_items[3]`). */
export interface RowPlace {
  line: number;
  path?: string;
}

/** Something about one field of one row. */
export interface Finding extends RowPlace {
  field?: string;
  /** The value that came, and the accepted ones. */
  problem: string;
}

/** Findings of one kind, counted; of a million alike only the first few are kept. */
export interface Findings {
  kind: string;
  count: number;
  first: Finding[];
}

const KEPT = 10;

/** Collects what is wrong or odd about the rows of a file. */
export class Problems {
  /** Rows that cannot be used, in order. */
  readonly errors: Finding[] = [];
  errorCount = 0;
  private readonly odd = new Map<string, Findings>();

  constructor(private readonly file: string) {}

  error(finding: Finding): void {
    this.errorCount++;
    if (this.errors.length < KEPT) this.errors.push(finding);
  }

  /** @param kind The common trait of findings of this kind, for counting. */
  warn(kind: string, finding: Finding): void {
    const findings = this.odd.get(kind) ?? { kind, count: 0, first: [] };
    this.odd.set(kind, findings);
    findings.count++;
    if (findings.first.length < KEPT) findings.first.push(finding);
  }

  get warnings(): Findings[] {
    return [...this.odd.values()];
  }

  /** @throws InputError with the first error, how many there are, and how to go on without those rows. */
  throwIfAny(): void {
    const [first] = this.errors;
    if (first === undefined) return;
    const more =
      this.errorCount === 1
        ? ""
        : ` (and ${this.errorCount - 1} more: data:check lists them; --rows skip leaves such rows out)`;
    throw new InputError(placeOf(this.file, first), `${first.problem}${more}`);
  }
}

/** `sessions.csv:12: energy_kwh`, the way errors and warnings name a field. */
export function placeOf(file: string, { line, path, field }: Omit<Finding, "problem">): string {
  const name = path === undefined ? field : field === undefined ? path : `${path}.${field}`;
  return name === undefined ? `${file}:${line}` : `${file}:${line}: ${name}`;
}
