import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import hre from "hardhat";
import { TASK_NODE_CREATE_SERVER } from "hardhat/builtin-tasks/task-names";
import type { JsonRpcServer } from "hardhat/types";

import { ALL_CASES } from "../helpers/cases";
import { hardhatCommand } from "../helpers/hardhatCommand";
import { deployDirect, freshFrame, nth } from "../unit/contracts/fixtures";

const run = promisify(execFile);
const ROOT = hre.config.paths.root;

/** The programs of the document by the names of their files. */
function programs(): Map<string, string> {
  const text = readFileSync(join(ROOT, "docs/integrating.md"), "utf8");
  return new Map([...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)].map((match) => [match[1]!, match[2]!]));
}

describe("The npm package, installed in another project", function () {
  this.timeout(600_000);
  let folder: string;
  let server: JsonRpcServer;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!ALL_CASES) this.skip();
    folder = mkdtempSync(join(tmpdir(), "adbev-package-"));
    const built = await hardhatCommand("package:build");
    expect(built.code, built.stderr).to.equal(0);
    await run("npm", ["pack", "--pack-destination", folder], { cwd: ROOT });
    mkdirSync(join(folder, "node_modules/adbev"), { recursive: true });
    await run("tar", ["xzf", "adbev-0.1.0.tgz", "-C", "node_modules/adbev", "--strip-components=1"], { cwd: folder });
    for (const name of ["ethers", "viem", "@types"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
    }
    for (const [name, text] of programs()) writeFileSync(join(folder, name), text);

    const { market, parameters, piles } = await deployDirect(1);
    await freshFrame(market, parameters);
    server = (await hre.run(TASK_NODE_CREATE_SERVER, {
      hostname: "127.0.0.1",
      port: 0,
      provider: hre.network.provider,
    })) as JsonRpcServer;
    const { port } = await server.listen();
    const accounts = hre.config.networks.hardhat.accounts as { mnemonic: string; path: string };
    const key = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(accounts.mnemonic), `${accounts.path}/1`);
    expect(key.address).to.equal(nth(piles, 0).address);
    env = {
      ...process.env,
      ...{ RPC_URL: `http://127.0.0.1:${port}`, MARKET: await market.getAddress(), PILE_KEY: key.privateKey },
    };
  });

  after(async () => {
    await server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("runs the document's program with ethers, in JavaScript", async () => {
    const { stdout } = await run(process.execPath, ["order.cjs"], { cwd: folder, env });
    expect(stdout).to.equal("pile 1 has an order of 2000 Wh in the book\norder 1 was refused: InvalidNonce(0, 1)\n");
  });

  it("checks the types of the document's program with viem, and runs it", async () => {
    const options = {
      ...{ target: "ES2022", module: "NodeNext", moduleResolution: "NodeNext", strict: true, skipLibCheck: true },
      ...{ types: ["node"], outDir: "out" },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["order.mts"] }));
    await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder }).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
    const { stdout } = await run(process.execPath, ["out/order.mjs"], { cwd: folder, env });
    expect(stdout).to.equal("pile 1 has an order of 3000 Wh in the book\norder 1 was refused: InvalidNonce(1, 2)\n");
  });

  it("ships nothing but the library, and is required in parts", async () => {
    const { stdout } = await run("tar", ["tzf", "adbev-0.1.0.tgz"], { cwd: folder });
    const foreign = stdout
      .split("\n")
      .filter((name) => !/^$|^package\/(dist\/|package\.json|README\.md|LICENSE)/.test(name));
    expect(foreign).to.deep.equal([]);
    const asked = "console.log(Object.keys(require('adbev/abi')).join(), typeof require('adbev/addresses').addresses)";
    const answer = await run(process.execPath, ["-e", asked], { cwd: folder });
    expect(answer.stdout).to.equal(
      "marketAbi,deliveryAbi,benefitRoundsAbi,marketFactoryAbi,marketLensAbi,ocmfVerifierAbi,permitDepositsAbi,errorsAbi object\n",
    );
  });
});
