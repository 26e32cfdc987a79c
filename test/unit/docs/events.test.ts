import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { Interface, type InterfaceAbi } from "ethers";
import { artifacts, config } from "hardhat";

const CONTRACTS = ["Market", "Delivery", "BenefitRounds", "MarketFactory", "PermitDeposits"];

describe("docs/integrating.md: events for a subgraph", () => {
  it("gives every event of the contracts an entity, and names none that is not there", async () => {
    const page = readFileSync(join(config.paths.root, "docs", "integrating.md"), "utf8");
    const section = /## For a subgraph\n([\s\S]*?)\n## /.exec(page)![1]!;
    const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| entity"));
    const told = new Set(rows.flatMap((row) => [...row.split("|")[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)));
    told.add("EIP712DomainChanged");
    const there = new Set<string>();
    for (const contract of CONTRACTS) {
      const { abi } = await artifacts.readArtifact(contract);
      new Interface(abi as InterfaceAbi).forEachEvent(({ name }) => there.add(name));
    }
    expect([...told].sort()).to.deep.equal([...there].sort());
    // The one named beside the table is said to be of no use.
    expect(section).to.contain("`EIP712DomainChanged` is declared");
  });
});
