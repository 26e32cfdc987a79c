import { stripVTControlCharacters } from "node:util";

import hre from "hardhat";
import { ArgumentsParser } from "hardhat/internal/cli/ArgumentsParser";
import { HardhatContext } from "hardhat/internal/context";
import { getEnvHardhatArguments } from "hardhat/internal/core/params/env-variables";
import { HARDHAT_PARAM_DEFINITIONS } from "hardhat/internal/core/params/hardhat-params";
import { Environment } from "hardhat/internal/core/runtime-environment";

import type { Ended } from "./hardhatCommand";

/** Arguments before the command, as they are without any variable of the environment. */
const NONE = getEnvHardhatArguments(HARDHAT_PARAM_DEFINITIONS, {});

/**
 * Runs a command of the project as its command line is parsed, on a chain of its own, a few seconds sooner than in a
 * process of its own. What a process alone shows (its end, its pipes, flags that Hardhat refuses) needs `hardhatCommand`.
 */
export async function commandInProcess(...words: string[]): Promise<Ended> {
  const { tasksDSL, environmentExtenders, providerExtenders } = HardhatContext.getHardhatContext();
  const [tasks, scopes] = [tasksDSL.getTaskDefinitions(), tasksDSL.getScopesDefinitions()];
  const parser = new ArgumentsParser();
  const { hardhatArguments, allUnparsedCLAs } = parser.parseHardhatArguments(HARDHAT_PARAM_DEFINITIONS, NONE, words);
  const { scopeName, taskName, unparsedCLAs } = parser.parseScopeAndTaskNames(allUnparsedCLAs, tasks, scopes);
  const task = scopeName === undefined ? tasks[taskName] : scopes[scopeName]!.tasks[taskName];
  const args = parser.parseTaskArguments(task!, unparsedCLAs) as Record<string, unknown>;
  const own = new Environment(
    ...([hre.config, hardhatArguments, tasks, scopes] as const),
    ...([environmentExtenders, hre.userConfig, providerExtenders] as const),
  );
  // Each chain would keep all that was compiled, to tell a failure by its lines.
  own.artifacts.getBuildInfoPaths = () => Promise.resolve([]);
  const [stdout, stderr] = [collect(process.stdout), collect(process.stderr)];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await own.run({ ...(scopeName === undefined ? {} : { scope: scopeName }), task: taskName }, args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = before;
    stdout.end();
    stderr.end();
  }
}

/** Keeps all that is written to a stream, as a pipe would get it, until told to end. */
function collect(stream: NodeJS.WriteStream): { text: () => string; end: () => void } {
  const before = { write: stream.write.bind(stream), isTTY: stream.isTTY };
  let text = "";
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const written = rest.find((one): one is () => void => typeof one === "function");
    if (written !== undefined) queueMicrotask(written);
    return true;
  };
  Object.assign(stream, { write, isTTY: false });
  return { text: () => stripVTControlCharacters(text), end: () => void Object.assign(stream, before) };
}
