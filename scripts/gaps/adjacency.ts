/** A place of a contract that counts on nothing being allocated between two statements. */
export interface Adjacency {
  /** Path in the project. */
  file: string;
  /** What stands there, once. */
  text: string;
  /** What does the same wherever in memory its parts lie. */
  instead: string;
}

/**
 * Coverage marks a statement by encoding a number into memory that nobody reads. These places hold that memory
 * themselves at that moment, or count what is allocated; where contracts are measured they are written so that it does
 * not matter.
 */
export const ADJACENCIES: readonly Adjacency[] = [
  {
    // Head and fills of the event are two lists, one behind the other.
    file: "contracts/FrameClearing.sol",
    text: "log2(log, add(0x80, shl(5, mload(fills))), topic, frame)",
    instead: `let size := shl(5, mload(fills))
            let copy := mload(0x40)
            mcopy(copy, log, 0x60)
            mcopy(add(copy, 0x60), fills, add(0x20, size))
            log2(copy, add(0x80, size), topic, frame)`,
  },
  {
    // The arena is filled before the memory that it takes is counted as taken.
    file: "contracts/baseline/Population.sol",
    text: "position := mload(0x40)",
    instead: "position := add(mload(0x40), 0x10000)",
  },
  {
    // The harness takes a library that allocates more than its caller made dirty for one that wrote where it must not.
    file: "contracts/mocks/LibraryHarness.sol",
    text: "bool touched = at > end;",
    instead: "bool touched;",
  },
];

/** Sources of contracts, by path, with {@link ADJACENCIES} out of the way. @throws Error where one is not there */
export function withoutAdjacencies(
  sources: Readonly<Record<string, { content: string }>>,
): Record<string, { content: string }> {
  const changed: Record<string, { content: string }> = { ...sources };
  for (const { file, text, instead } of ADJACENCIES) {
    const content = changed[file]?.content;
    if (content === undefined) continue;
    const parts = content.split(text);
    if (parts.length !== 2) throw new Error(`${file} has "${text}" ${parts.length - 1} times, not once`);
    changed[file] = { content: parts.join(instead) };
  }
  return changed;
}
