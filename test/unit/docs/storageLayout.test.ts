import { readFileSync } from "node:fs";

import { expect } from "chai";
import hre from "hardhat";

import { layoutRows } from "../../../scripts/quality/audit/storageLayout";
import { layoutDocument } from "../../../tasks/audit-layout";

describe("docs/storage-layout.md", () => {
  it("is the layout of the contracts as they are", async () => {
    const advice = "if that is meant, `npx hardhat audit:layout --write`";
    expect(readFileSync("docs/storage-layout.md", "utf8"), advice).to.equal(await layoutDocument(hre));
  });

  it("places members of a struct in the slots that follow their variable's", () => {
    const types = {
      t_uint64: { label: "uint64", numberOfBytes: "8" },
      t_uint256: { label: "uint256", numberOfBytes: "32" },
      t_pair: {
        label: "struct Pair",
        numberOfBytes: "64",
        members: [
          { label: "whole", slot: "0", offset: 0, type: "t_uint256" },
          { label: "part", slot: "1", offset: 8, type: "t_uint64" },
        ],
      },
    };
    const storage = [{ label: "pair", slot: "3", offset: 0, type: "t_pair" }];
    expect(
      layoutRows({ storage, types }).map(({ slot, offsetBytes, variable }) => [slot, offsetBytes, variable]),
    ).to.eql([
      [3, 0, "pair"],
      [3, 0, "pair.whole"],
      [4, 8, "pair.part"],
    ]);
  });
});
