import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { task } from "hardhat/config";
import pc from "picocolors";

import { InputError } from "../scripts/core/errors";
import { readText, writeText } from "./support/files";
import { guarded } from "./support/guarded";

interface Arguments {
  file: string;
  write: boolean;
}

task("docs:tutorial", "Runs the commands of the tutorial and compares what they print with what it shows")
  .addOptionalParam("file", "the document, Markdown", "docs/tutorial.md")
  .addFlag("write", "put what the commands print now into the document (default: compare only)")
  .setAction(
    guarded(async ({ file, write }: Arguments, hre) => {
      const { shown, shownCommands, withOutputs, wordsOf } = await import("../scripts/quality/docs/tutorial");
      const { root } = hre.config.paths;
      const text = await readText("file", file);
      const commands = shownCommands(text);
      if (commands.length === 0) throw new InputError(file, "there is no command with its output in it");
      const outputs = new Map<string, string>();
      for (const { command } of commands) outputs.set(command, await outputOf(wordsOf(command), root));
      if (write) {
        await writeText(
          "file",
          file,
          withOutputs(text, (command) => outputs.get(command)!),
        );
        return;
      }
      const stale = commands.filter(({ command, extent, output }) => shown(outputs.get(command)!, extent) !== output);
      for (const { line, command } of stale) console.error(`${file}:${line}: ${pc.red("other output")}: ${command}`);
      if (stale.length > 0) {
        throw new InputError(file, "some outputs are not what the commands print; `npx hardhat docs:tutorial --write`");
      }
      console.log(`${file}: ${commands.length} commands print what it shows`);
    }),
  );

/** Standard output of a command as a reader types it, without colours. */
async function outputOf(words: readonly string[], root: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
  const hardhat = join(root, "node_modules/.bin/hardhat");
  return (await promisify(execFile)(hardhat, words, { cwd: root, env, maxBuffer: 2 ** 26 })).stdout;
}
