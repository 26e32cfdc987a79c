import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { Artifacts } from "hardhat/internal/artifacts";

import { installationText } from "../../../tasks/support/installation";

describe("faults of an installation", () => {
  it("are a compiled file that is damaged, with how to make it again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "adbev-artifacts-"));
    mkdirSync(join(folder, "contracts/A.sol"), { recursive: true });
    writeFileSync(join(folder, "contracts/A.sol/A.json"), '{ "abi": [');
    const error: unknown = await new Artifacts(folder)
      .readArtifact("contracts/A.sol:A")
      .catch((thrown: unknown) => thrown);
    expect(installationText(error)).to.match(/^a compiled file is damaged \(.*A\.json.*\); `npx hardhat clean/);
  });

  it("are a file or folder that cannot be written", () => {
    for (const code of ["EROFS", "EACCES"]) {
      const error = Object.assign(new Error(`${code}: no`), { code, path: "/checkout/cache" });
      expect(installationText(new Error("outer", { cause: error }))).to.equal("/checkout/cache cannot be written");
    }
    expect(installationText(new Error("another fault"))).to.equal(undefined);
  });
});
