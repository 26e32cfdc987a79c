/** One line of a table of errors in docs/errors.md. */
export interface CataloguedError {
  /** `PriceOffTick(uint256 price, uint256 tickSize)` */
  signature: string;
  name: string;
  args: string;
  why: string;
  whatToDo: string;
}

/** The errors that docs/errors.md lists, by contract. */
export function readErrorCatalogue(text: string): Map<string, CataloguedError[]> {
  const sections = new Map<string, CataloguedError[]>();
  let section: CataloguedError[] = [];
  for (const line of text.split("\n")) {
    const heading = /^## (.+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      section = [];
      sections.set(heading, section);
    }
    const cells = line.split("|").map((cell) => cell.trim());
    const [, error, args, why, whatToDo] = cells;
    const match = /^`((\w+)\(.*\))`$/.exec(error ?? "");
    if (match?.[1] === undefined || match[2] === undefined || whatToDo === undefined || cells.length !== 6) continue;
    section.push({ signature: match[1], name: match[2], args: args ?? "", why: why ?? "", whatToDo });
  }
  return sections;
}

/** An error's line by its name, of whichever contract lists it first; undefined for one that nobody lists. */
export function explainError(text: string, name: string): CataloguedError | undefined {
  return [...readErrorCatalogue(text).values()].flat().find((error) => error.name === name);
}
