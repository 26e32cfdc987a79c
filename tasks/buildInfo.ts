import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { TASK_COMPILE_REMOVE_OBSOLETE_ARTIFACTS } from "hardhat/builtin-tasks/task-names";
import { extendEnvironment, subtask } from "hardhat/config";
import type { BuildInfo } from "hardhat/types";

import { tellsLines } from "./support/startup";

/** Build infos read so far, by their files: a name is a hash of what was compiled, so what was read of it stays true. */
const known = new Map<string, Promise<BuildInfo>>();
let listsThem = tellsLines(process.argv);

extendEnvironment(({ artifacts }) => {
  // Ignition asks for a contract's build info whenever it deploys one, and all of them stand in one file of 15 MB.
  artifacts.getBuildInfo = async (name) => {
    const link = artifacts.formArtifactPathFromFullyQualifiedName(name).replace(/\.json$/, ".dbg.json");
    const text = await readFile(link, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const file = resolve(dirname(link), (JSON.parse(text) as { buildInfo: string }).buildInfo);
    const info = known.get(file) ?? readFile(file, "utf8").then((json) => JSON.parse(json) as BuildInfo);
    known.set(file, info);
    return info;
  };
  // An in-process chain reads all of them, 30 MB and more, before its first block, to tell a failure by its lines.
  const all = artifacts.getBuildInfoPaths.bind(artifacts);
  artifacts.getBuildInfoPaths = () => (listsThem ? all() : Promise.resolve([]));
});

// The compiler deletes those that no artifact needs any more, of those that it is told of.
subtask(TASK_COMPILE_REMOVE_OBSOLETE_ARTIFACTS, async (args, _, runSuper): Promise<unknown> => {
  const before = listsThem;
  listsThem = true;
  try {
    return (await runSuper(args)) as unknown;
  } finally {
    listsThem = before;
  }
});
