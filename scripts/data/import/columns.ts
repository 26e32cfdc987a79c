import { InputError } from "../../core/errors";
import type { Table } from "./table";
import { readTime, readTimeOfDay } from "./times";

/** The columns of a file that make up one thing, in order: `Start Date` and `Start Time` make up one time. */
export type ColumnGroup = readonly number[];

/** Names of each role in published files: letters and digits alone, without case. */
export type RoleNames<Role extends string> = Readonly<Record<Role, readonly string[]>>;

/**
 * Finds the columns of a file by what they are called, or by what is said of them.
 *
 * @param told Names by role, two with a `+` between them for a date and a time; an empty name for no column.
 * @throws InputError for a role that there is not, and for a column that the file lacks.
 */
export function findColumns<Role extends string>(
  table: Table,
  known: RoleNames<Role>,
  told: Readonly<Record<string, string>>,
): Partial<Record<Role, ColumnGroup>> {
  const { names } = table.columns;
  const roles = Object.keys(known) as Role[];
  const groups: Partial<Record<Role, ColumnGroup>> = {};
  for (const [role, text] of Object.entries(told)) {
    if (!(role in known)) {
      throw new InputError("--columns", `expected names for ${roles.join(", ")}, found "${role}"`);
    }
    if (text !== "") groups[role as Role] = columnsNamed(table, role, text);
  }
  const taken = new Set(Object.values<ColumnGroup | undefined>(groups).flatMap((group) => group ?? []));
  for (const role of roles) {
    if (role in told) continue;
    // The most telling name first, not the first column.
    for (const candidate of known[role]) {
      const index = names.findIndex((name, column) => !taken.has(column) && plain(name) === candidate);
      if (index === -1) continue;
      groups[role] = withTimeBeside(table, index);
      groups[role]!.forEach((column) => taken.add(column));
      break;
    }
  }
  Object.values<ColumnGroup | undefined>(groups).forEach((group) => group?.forEach((c) => refuseTwin(table, c)));
  return groups;
}

/** @throws InputError where another column has a column's name, so that the name does not say which is meant */
function refuseTwin({ source, columns: { names } }: Table, column: number): void {
  const twins = names.flatMap((name, index) => (name === names[column] ? [index + 1] : []));
  if (twins.length === 1) return;
  const where = twins.join(", ").replace(/, (?=\d+$)/, " and ");
  throw new InputError(source.file, `has several columns named "${names[column]}" (${where}); rename all but one`);
}

/** A name without case, marks and blanks. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** `Start Date + Start Time`, for messages. */
export function groupName(table: Table, group: ColumnGroup): string {
  return group.map((column) => table.columns.names[column]).join("+");
}

function columnsNamed(table: Table, role: string, text: string): number[] {
  const { names } = table.columns;
  const whole = names.indexOf(text);
  const parts = whole !== -1 ? [text] : text.split("+").map((part) => part.trim());
  return parts.map((part) => {
    const exact = names.indexOf(part);
    const index = exact === -1 ? names.findIndex((name) => plain(name) === plain(part) && plain(part) !== "") : exact;
    if (index === -1) {
      throw new InputError(
        "--columns",
        `${role}: ${table.source.file} has no column "${part}"; it has ${names.join(", ")}`,
      );
    }
    return index;
  });
}

/**
 * A column of dates alone goes with the column of times that is called alike, and the other way round: `Start Date` with
 * `Start Time`, `Date` with `Start`.
 */
function withTimeBeside(table: Table, index: number): number[] {
  const sample = sampleOf(table, index);
  if (sample === undefined) return [index];
  const name = plain(table.columns.names[index]!);
  if (readTimeOfDay(sample) !== undefined) {
    const date = besides(table, index, [name.replace(/time|hour/, "date"), `${name}date`, "date", "day"], (cell) =>
      isDate(cell),
    );
    return date === undefined ? [index] : [date, index];
  }
  if (!isDate(sample)) return [index];
  const names = [name.replace(/date|day/, "time"), name.replace(/date|day/, ""), "time", "hour"];
  const time = besides(table, index, names, (cell) => readTimeOfDay(cell) !== undefined);
  return time === undefined ? [index] : [index, time];
}

function besides(
  table: Table,
  index: number,
  names: readonly string[],
  fits: (cell: string) => boolean,
): number | undefined {
  for (const candidate of names) {
    const beside = table.columns.names.findIndex((other, column) => column !== index && plain(other) === candidate);
    const sample = beside === -1 ? undefined : sampleOf(table, beside);
    if (sample !== undefined && fits(sample)) return beside;
  }
  return undefined;
}

function isDate(cell: string): boolean {
  return readTime(cell)?.timed === false;
}

function sampleOf(table: Table, column: number): string | undefined {
  return table.head.map(({ cells }) => cells[column] ?? "").find((cell) => cell !== "");
}
