import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether this machine has curl. */
export const HAS_CURL = spawnSync("curl", ["--version"]).status === 0;

/** Blocks of code of a document, by their language. */
export function codeOf(document: string, language: string): string[] {
  const text = readFileSync(join(__dirname, "../../docs", document), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((match) => match[1]!);
}

/** The curl commands of a document, one a line; where a command goes on in another line, they are one. */
export function curlCommands(document: string): string[] {
  return codeOf(document, "bash")
    .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .filter((line) => line.startsWith("curl "));
}

/** Runs a line in a shell. @returns what it printed */
export async function inShell(line: string): Promise<string> {
  return (await run("sh", ["-c", line])).stdout;
}
