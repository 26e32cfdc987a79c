/** Where in a text file something is, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/**
 * A file given by the user cannot be used. The message is complete by itself: file, place, what is wrong and what is
 * accepted; to be shown without a stack.
 */
export class InputError extends Error {
  /**
   * @param fileName The user's name of the file.
   * @param problem The fault, and the accepted values.
   * @param where.position Line and column, if known.
   * @param where.path JSON path such as `events[3].place.price`, if known.
   */
  constructor(fileName: string, problem: string, where: { position?: Position | undefined; path?: string } = {}) {
    const { position, path } = where;
    const place = position === undefined ? fileName : `${fileName}:${position.line}:${position.column}`;
    super([place, ...(path === undefined || path === "" ? [] : [path]), problem].join(": "));
    this.name = "InputError";
    // There is nothing in a stack that would help whoever wrote the file.
    this.stack = `${this.name}: ${this.message}`;
  }
}
