import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";

import { InputError } from "../../scripts/core/errors";

/** Reads a text file. @throws InputError naming the flag and the file where it cannot be read */
export async function readText(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InputError(`--${flag}`, `cannot read ${file}: ${reasonOf(error)}`);
  }
}

/**
 * Writes a text file, with its folder, and says so on standard error, where it is in nobody's way.
 *
 * @throws InputError naming the flag and the file where it cannot be written
 */
export async function writeText(flag: string, file: string, text: string): Promise<void> {
  try {
    const made = await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.error(`Wrote ${file}${made === undefined ? "" : `, in the new folder ${near(made)}`}`);
  } catch (error) {
    throw new InputError(`--${flag}`, `cannot write ${file}: ${reasonOf(error)}`);
  }
}

/** Markdown, formatted as the repository's own files are. */
export async function prettified(markdown: string): Promise<string> {
  const { format } = await import("prettier");
  return format(markdown, { parser: "markdown", printWidth: 120 });
}

function near(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

function reasonOf(error: unknown): string {
  // "ENOENT: no such file or directory, open 'x'": the middle is what a person wants to read.
  return error instanceof Error ? error.message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*$/, "") : String(error);
}
