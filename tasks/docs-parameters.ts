import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import { prettified, writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { flagText } from "./support/marketFlags";

const DOCUMENT = "docs/parameters.md";

task("docs:parameters", "Compares the page of parameters with the table of parameters")
  .addFlag("write", `rewrite ${DOCUMENT} (default: compare only)`)
  .setAction(
    guarded(async ({ write }: { write: boolean }, hre) => {
      const expected = await parametersDocument();
      if (write) return writeText("write", DOCUMENT, expected);
      const found = await readFile(join(hre.config.paths.root, DOCUMENT), "utf8");
      if (found !== expected) throw new InputError(DOCUMENT, "is stale; `npx hardhat docs:parameters --write`");
      console.log(`${DOCUMENT} says what the table says`);
    }),
  );

/** The page as it should be. */
export async function parametersDocument(): Promise<string> {
  const { parametersMarkdown } = await import("../scripts/quality/docs/parameters");
  return prettified(parametersMarkdown(flagText));
}
