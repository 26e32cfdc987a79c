import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import { writeText } from "./support/files";
import { guarded } from "./support/guarded";

const PICTURE = "docs/day.svg";
const SEED = 1;

task("docs:picture", "Compares the README's picture with the day that it shows")
  .addFlag("write", `rewrite ${PICTURE} (default: compare only)`)
  .setAction(
    guarded(async ({ write }: { write: boolean }, hre) => {
      const { dayPicture } = await import("../scripts/quality/docs/dayPicture");
      const expected = await dayPicture(SEED);
      if (write) return writeText("write", PICTURE, expected);
      const found = await readFile(join(hre.config.paths.root, PICTURE), "utf8");
      if (found !== expected) throw new InputError(PICTURE, "is stale; `npx hardhat docs:picture --write`");
      console.log(`${PICTURE} is the day of seed ${SEED}`);
    }),
  );
