import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { referenceText } from "../../../tasks/docs-abi";

describe("docs/abi.md", () => {
  it("is what the sources say of the contracts' functions and events", async () => {
    const text = readFileSync(join(hre.config.paths.root, "docs/abi.md"), "utf8");
    const wanted = await referenceText(hre);
    expect(wanted).to.contain("#### `submitRecords(").and.to.contain("#### `OrderPlaced(indexed uint256,uint256)`");
    expect(text, "npx hardhat docs:abi --write").to.equal(wanted);
  });
});
