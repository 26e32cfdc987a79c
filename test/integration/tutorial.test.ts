import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { shown, shownCommands, wordsOf } from "../../scripts/quality/docs/tutorial";
import { commandInProcess } from "../helpers/commandInProcess";

const ROOT = join(__dirname, "../..");
const PAGES = [
  "tutorial",
  "mechanism",
  "own-agent",
  "own-planner",
  "own-mechanism",
  "deploying",
  "architecture",
  "glossary",
  "faults",
];

describe("docs for newcomers", function () {
  this.timeout(600_000);

  it("has ten commands in the tutorial, and they print what it shows", async () => {
    const commands = shownCommands(readFileSync(join(ROOT, "docs/tutorial.md"), "utf8"));
    expect(commands).to.have.length(10);
    for (const { command, extent, output } of commands) {
      const { stdout } = await commandInProcess(...wordsOf(command));
      expect(shown(stdout, extent), `${command}; npx hardhat docs:tutorial --write`).to.equal(output);
    }
  });

  for (const [example, page, lines] of [
    ["thrifty.ts", "own-agent", 25],
    ["level.ts", "own-planner", 25],
    ["PostedPrice.sol", "own-mechanism", 40],
  ] as const) {
    it(`shows the example ${example} as it is`, () => {
      const code = readFileSync(join(ROOT, `docs/examples/${example}`), "utf8");
      expect(code.trim().split("\n").length).to.be.at.most(lines);
      expect(readFileSync(join(ROOT, `docs/${page}.md`), "utf8")).to.include(code);
    });
  }

  for (const page of PAGES) {
    it(`links to what is there, and names commands and flags that are there: ${page}`, () => {
      const file = join(ROOT, "docs", `${page}.md`);
      const text = readFileSync(file, "utf8");
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        expect(existsSync(join(dirname(file), target!)), target).to.equal(true);
      }
      for (const [, task, rest] of text.matchAll(/npx hardhat ([a-z:]+)([^`\n]*)/g)) {
        if (hre.scopes[task!] !== undefined) continue; // Hardhat's own, such as vars
        const definition = hre.tasks[task!];
        expect(definition, task).not.to.equal(undefined);
        for (const [, flag] of rest!.matchAll(/--([a-z-]+)/g)) {
          const known = [...Object.keys(definition!.paramDefinitions), "network"];
          const name = flag!.replace(/-[a-z]/g, ([, letter]) => letter!.toUpperCase());
          expect(known, `${task} --${flag}`).to.include(name);
        }
      }
    });
  }
});
