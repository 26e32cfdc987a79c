import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { type ErrorFragment, Interface, type InterfaceAbi } from "ethers";
import { artifacts, config } from "hardhat";

import { type CataloguedError, readErrorCatalogue } from "../../../scripts/chain/errorCatalogue";

/** `EntryPaused()`, `PriceOffTick(uint256 price, uint256 tickSize)`: an error as the document writes it. */
function signatureOf(fragment: ErrorFragment): string {
  return `${fragment.name}(${fragment.inputs.map(({ type, name }) => `${type} ${name}`).join(", ")})`;
}

/** The errors that the document lists, by contract. */
function documented(): Map<string, CataloguedError[]> {
  return readErrorCatalogue(readFileSync(join(config.paths.root, "docs", "errors.md"), "utf8"));
}

/**
 * The errors that contracts throw, by contract: everything that is deployed. Libraries are part of their callers; of the
 * test contracts, the test token alone is met outside tests.
 */
async function thrown(): Promise<Map<string, ErrorFragment[]>> {
  const errors = new Map<string, ErrorFragment[]>();
  for (const name of await artifacts.getAllFullyQualifiedNames()) {
    const { sourceName, contractName, abi, bytecode } = await artifacts.readArtifact(name);
    if (!sourceName.startsWith("contracts/") || bytecode === "0x") continue;
    const isLibrary = !(abi as { type: string }[]).some(({ type }) => type === "function" || type === "constructor");
    if (isLibrary) continue;
    if (sourceName.startsWith("contracts/test/") && contractName !== "TestToken") continue;
    const fragments: ErrorFragment[] = [];
    new Interface(abi as InterfaceAbi).forEachError((fragment) => fragments.push(fragment));
    if (fragments.length !== 0) errors.set(contractName, fragments);
  }
  return errors;
}

/** Source text of every test but this one. */
function testSources(folder = config.paths.tests): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return testSources(path);
      return path.endsWith(".test.ts") && path !== __filename ? readFileSync(path, "utf8") : "";
    })
    .join("\n");
}

/** Parts of libraries that no input reaches. */
const UNREACHABLE: Record<string, readonly string[]> = {
  Market: ["StringTooLong"],
};

describe("docs/errors.md", () => {
  it("lists every error of every contract, under it, with its arguments, and none that is not there", async () => {
    const contracts = await thrown();
    expect([...contracts.keys()]).to.include.members(["Market", "MarketFactory", "StoredCode", "TestToken"]);
    const sections = documented();
    for (const [contract, fragments] of contracts) {
      const listed = (sections.get(contract) ?? []).map(({ signature }) => signature);
      expect(listed.sort(), contract).to.deep.equal(fragments.map(signatureOf).sort());
    }
    for (const [section, rows] of sections) {
      if (!contracts.has(section)) expect(rows, `${section} is no contract with errors`).to.deep.equal([]);
    }
  });

  it("names each argument where it explains them, says why, and what to do", () => {
    for (const rows of documented().values()) {
      for (const { signature, args, why, whatToDo } of rows) {
        const names = [...signature.matchAll(/\w+ (\w+)[,)]/g)].map((match) => match[1]);
        const explained = [...args.matchAll(/`(\w+)`/g)].map((match) => match[1]);
        expect(explained, signature).to.deep.equal(names);
        if (names.length === 0) expect(args, signature).to.equal("none");
        for (const cell of [why, whatToDo]) expect(cell, signature).to.match(/^\S.*[.…]$/);
      }
    }
  });

  it("has a test for every error of the market, its rounds and its factory: one that names it and checks its arguments", async () => {
    const tests = testSources();
    const contracts = await thrown();
    for (const contract of ["Market", "BenefitRounds", "MarketFactory", "StoredCode"]) {
      for (const { name, inputs } of contracts.get(contract) ?? []) {
        const checked = inputs.length === 0 ? "" : ",?\\s*\\)\\s*\\.withArgs\\(";
        const tested = new RegExp(`"${name}"${checked}`).test(tests);
        expect(tested, `${contract}: ${name}`).to.equal(!(UNREACHABLE[contract] ?? []).includes(name));
      }
    }
  });
});
