#!/usr/bin/env node
"use strict";
/**
 * The compiler of the npm package `solc` behind the command line that forge expects of a native one, so that the
 * campaign needs no download. Answers `--version` and `--standard-json`; sources come in the JSON itself.
 */
const { readFileSync } = require("node:fs");
const solc = require("solc/wrapper")(require("solc/soljson.js"));

const args = process.argv.slice(2);
if (args.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  console.error(`solc.cjs answers --version and --standard-json, not: ${args.join(" ")}`);
  process.exit(1);
}
