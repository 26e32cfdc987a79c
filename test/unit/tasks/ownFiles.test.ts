import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { loadAgent } from "../../../tasks/support/ownFiles";

const folder = mkdtempSync(join(tmpdir(), "adbev-own-"));
const TYPES = join(__dirname, "../../../scripts/piles/agent");

async function loading(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, text);
  return loadAgent(file).then(
    (agent) => agent.name,
    (error: Error) => error.message,
  );
}

describe("files of one's own", function () {
  this.timeout(60_000);

  it("say their type errors before they run, with file, line and column", async () => {
    const typed = `import type { OrderPolicy } from "${TYPES}";\nconst own: OrderPolicy = {\n  name: "own",\n`;
    const wrong = `${typed}  decide: ({ remainingWh }) => ({ prize: 1, energyWh: remainingWh }),\n};\nexport default own;\n`;
    expect(await loading("wrong.ts", wrong)).to.match(
      /wrong\.ts has type errors:\n.*wrong\.ts:4:\d+: [^]*'price' is missing/,
    );
    expect(await loading("right.ts", wrong.replace("prize", "price"))).to.equal("own");
  });

  it("are files of a program, and an error of loading is one line", async () => {
    const problem = (file: string) => loadAgent(file).catch((error: Error) => error.message);
    expect(await problem(folder)).to.equal(`--agent: ${folder} is a folder; expected a .ts or .js file`);
    expect(await problem(join(folder, "none.ts"))).to.match(/cannot read .*none\.ts: no such file or directory$/);
    expect(await loading("agent.csv", "a,b")).to.match(/^--agent: expected a \.ts or \.js file, found .*agent\.csv$/);
    expect(await loading("lost.js", 'require("./nowhere");')).to.match(/Cannot find module '\.\/nowhere'$/);
  });

  it("need no types outside the project", async () => {
    const loose =
      'export default { name: "loose", decide(own, view) { console.log(process.pid); return undefined; } };\n';
    expect(await loading("loose.ts", loose)).to.equal("loose");
  });

  it("may be a class; a constructor that throws and a plain function are said in words", async () => {
    expect(await loading("class.js", 'exports.default = class { name = "c"; decide() {} };')).to.equal("c");
    const throwing = 'exports.default = class { constructor() { throw new Error("not today"); } };';
    expect(await loading("throwing.js", throwing)).to.match(/^--agent: cannot load .*throwing\.js: not today$/);
    expect(await loading("function.js", "exports.default = () => undefined;")).to.include(
      "exports no agent by default",
    );
  });
});
