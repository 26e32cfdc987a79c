import { constants } from "node:fs";
import { access, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";

import { InputError } from "../../scripts/core/errors";
import { flagNamed } from "./flags";

/** Reads a text file. @throws InputError naming the flag and the file where it cannot be read */
export async function readText(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InputError(flagNamed(flag), `cannot read ${file}: ${reasonOf(error)}`);
  }
}

/**
 * Writes a text file, with its folder, and says so on standard error, where it is in nobody's way.
 *
 * @throws InputError naming the flag and the file where it cannot be written
 */
export async function writeText(flag: string, file: string, text: string): Promise<void> {
  try {
    const made = await makeFolder(dirname(resolve(file)));
    await writeFile(file, text);
    console.error(`Wrote ${file}${made === undefined ? "" : `, in the new folder ${near(made)}`}`);
  } catch (error) {
    throw new InputError(flagNamed(flag), `cannot write ${file}: ${reasonOf(error)}`);
  }
}

/**
 * Tries, before a command runs for minutes, whether its result can be written; nothing is made.
 *
 * @throws InputError naming the flag where a folder has the file's name, or a file or a right stands in the way
 */
export async function checkWritable(flag: string, file: string): Promise<void> {
  const refuse = (problem: string) => new InputError(flagNamed(flag), `cannot write ${file}: ${problem}`);
  if (/[\\/]$/.test(file)) throw refuse("it is the name of a folder; expected that of a file");
  for (let path = resolve(file); ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined && dirname(path) !== path) continue;
    const isFile = path === resolve(file);
    if (isFile && found?.isDirectory() === true) throw refuse("a folder has that name");
    if (!isFile && found?.isDirectory() === false) throw refuse(`${near(path)} is a file, not a folder`);
    await access(path, constants.W_OK).catch((error: unknown) => {
      throw refuse(reasonOf(error));
    });
    return;
  }
}

/** Markdown, formatted as the repository's own files are. */
export async function prettified(markdown: string): Promise<string> {
  const { format } = await import("prettier");
  return format(markdown, { parser: "markdown", printWidth: 120 });
}

/**
 * Makes a folder and those above it, one by one: all at once, Node tries for ever where a file system has no room for
 * folders, as under /proc.
 *
 * @returns the topmost that was made; undefined where all were there
 */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return undefined;
    if (code !== "ENOENT" || dirname(folder) === folder) throw error;
    const above = await makeFolder(dirname(folder));
    if (above === undefined) throw error;
    await mkdir(folder);
    return above;
  }
}

function near(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

function reasonOf(error: unknown): string {
  // "ENOENT: no such file or directory, open 'x'": the middle is what a person wants to read.
  return error instanceof Error ? error.message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*$/, "") : String(error);
}
