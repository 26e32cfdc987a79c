import { task } from "hardhat/config";

import { rolesFor, withBar } from "./support/dataFiles";
import { addReadingFlags, dateFlag, type ReadingArguments, readingOptions } from "./support/dataFlags";
import { oneOf } from "./support/flags";
import { guarded } from "./support/guarded";
import { toJsonText } from "./support/output";

interface Arguments extends ReadingArguments {
  file: string;
  as?: string;
  json: boolean;
}

addReadingFlags(
  task("data:check", "Says how a file of sessions, loads or prices is understood, before anything is simulated"),
)
  .addPositionalParam("file", "the file, CSV or JSON; docs/data.md has the formats")
  .addOptionalParam("as", "sessions, load or prices (default: what its columns look like)")
  .addFlag("json", "print how it is understood as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments) => {
      const { checkData, DATA_KINDS } = await import("../scripts/data/import/check");
      const kind = args.as === undefined ? undefined : oneOf("as", args.as, DATA_KINDS);
      const date = dateFlag(args.date);
      const options = readingOptions(args);
      const own = kind === undefined ? options : rolesFor(options, kind);
      const understood = await withBar(args, (onProgress) => checkData(args.file, own, date, kind, onProgress));
      if (args.json) console.log(toJsonText(understood));
      else {
        const { printUnderstood } = await import("./support/understoodText");
        printUnderstood(understood);
      }
      if (understood.errors.count > 0 && args.rows !== "skip") process.exitCode = 1;
    }),
  );
