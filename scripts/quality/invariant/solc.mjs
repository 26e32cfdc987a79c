#!/usr/bin/env node
/**
 * The compiler of the npm package `solc` behind the command line that forge expects of a native one, so that the
 * campaign needs no download. Answers `--version` and `--standard-json`; sources come in the JSON itself.
 */
/* global process -- importing node:process would open standard input without blocking, and reading it all would fail */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const solc = require("solc/wrapper")(require("solc/soljson.js"));

const args = process.argv.slice(2);
if (args.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write(`solc.mjs answers --version and --standard-json, not: ${args.join(" ")}\n`);
  process.exit(1);
}
