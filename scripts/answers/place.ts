import { relative } from "node:path";

/** A file's path from the working directory, or whole where it does not lie within. */
export function nearPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith("..") ? file : near;
}
