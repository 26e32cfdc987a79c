/** The part of the compiler's storage layout that says what stands where. */
export interface StorageLayout {
  storage: StoredVariable[];
  /** By the ids that variables and members refer to; null where nothing is stored. */
  types: Record<string, { label: string; numberOfBytes: string; members?: StoredVariable[] }> | null;
}

interface StoredVariable {
  label: string;
  slot: string;
  /** Bytes from the slot's low end. */
  offset: number;
  type: string;
}

/** One variable, or a member of one, where a proof of its slot finds it. */
export interface LayoutRow {
  slot: number;
  offsetBytes: number;
  sizeBytes: number;
  type: string;
  variable: string;
}

/** A contract's variables in the order of their slots; members of a struct follow it. */
export function layoutRows({ storage, types }: StorageLayout): LayoutRow[] {
  const rowsOf = (variable: StoredVariable, name: string, firstSlot: number): LayoutRow[] => {
    const type = types?.[variable.type];
    if (type === undefined) throw new Error(`the storage layout lacks the type of ${name}`);
    const slot = firstSlot + Number(variable.slot);
    const row = {
      slot,
      offsetBytes: variable.offset,
      sizeBytes: Number(type.numberOfBytes),
      type: type.label,
      variable: name,
    };
    return [row, ...(type.members ?? []).flatMap((member) => rowsOf(member, `${name}.${member.label}`, slot))];
  };
  return storage.flatMap((variable) => rowsOf(variable, variable.label, 0));
}

/** The document that commits the layouts. @param layouts by contract */
export function layoutMarkdown(layouts: ReadonlyMap<string, readonly LayoutRow[]>): string {
  const sections = [...layouts].map(([contract, rows]) => {
    const lines = rows.map(
      ({ slot, offsetBytes, sizeBytes, type, variable }) =>
        `| ${slot} | ${offsetBytes} | ${sizeBytes} | \`${type}\` | \`${variable}\` |`,
    );
    const table = ["| slot | byte | bytes | type | variable |", "| --- | --- | --- | --- | --- |"];
    return [`## ${contract}`, "", ...(rows.length === 0 ? ["Stores nothing."] : [...table, ...lines])].join("\n");
  });
  return [
    "# Storage layout",
    "",
    "What stands in which slot, as the compiler laid it out: `npx hardhat audit:layout --write` writes this page, and a " +
      "test compares it with the contracts. Value types such as `PileState` are packed words; their bits are drawn in " +
      "`contracts/types`. Parameters are not stored but part of a contract's code.",
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}
