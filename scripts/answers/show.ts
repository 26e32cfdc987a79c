/** A value that somebody answered, as they would recognise it in their own file: with its type where that is the point. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  switch (typeof value) {
    case "bigint":
      return `${value}n, a bigint`;
    case "string":
      return `${cut(JSON.stringify(value))}, a text`;
    case "function":
      return "a function";
    case "object":
      return shownObject(value);
    case "number":
    case "boolean":
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

/** Whether an answer comes later: a promise, or anything that is awaited like one. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function shownObject(value: object): string {
  if (isPromise(value)) return "a promise";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const names = Object.keys(value);
  return names.length === 0 ? "{}" : `{ ${cut(names.join(", "))} }`;
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
