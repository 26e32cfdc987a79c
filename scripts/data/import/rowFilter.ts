import { InputError } from "../../core/errors";
import type { Row, Table } from "./table";

/** Whether a row is wanted. */
export type RowFilter = (row: Row) => boolean;

/** Wants the rows that have the values in the columns named. @throws InputError for a column that the file lacks */
export function rowFilter(table: Table, values: Readonly<Record<string, string>>): RowFilter {
  const wanted = Object.entries(values).map(([name, value]): [number, string] => {
    const column = table.columns.names.indexOf(name);
    if (column === -1) {
      const { names } = table.columns;
      throw new InputError("--only", `${table.source.file} has no column "${name}"; it has ${names.join(", ")}`);
    }
    return [column, value];
  });
  return ({ cells }) => wanted.every(([column, value]) => (cells[column] ?? "") === value);
}
