import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The version of the project, as its package.json has it. @param root Folder of the project. */
export async function versionOf(root: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string }).version;
}
