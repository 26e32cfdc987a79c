import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { extendEnvironment } from "hardhat/config";
import type { BuildInfo } from "hardhat/types";

// Ignition asks for a contract's build info whenever it deploys one, and all of them stand in one file of 15 MB. Its
// name is a hash of what was compiled, so what was read of it once stays true.
extendEnvironment(({ artifacts }) => {
  const known = new Map<string, Promise<BuildInfo>>();
  artifacts.getBuildInfo = async (name) => {
    const link = artifacts.formArtifactPathFromFullyQualifiedName(name).replace(/\.json$/, ".dbg.json");
    const text = await readFile(link, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const file = resolve(dirname(link), (JSON.parse(text) as { buildInfo: string }).buildInfo);
    const info = known.get(file) ?? readFile(file, "utf8").then((json) => JSON.parse(json) as BuildInfo);
    known.set(file, info);
    return info;
  };
});
