import { expect } from "chai";
import hre from "hardhat";

import { ROLE_IDS } from "../../../scripts/chain/roleIds";
import { isGuarded, refusalText } from "../../../tasks/support/guarded";

/** Tasks that come with Hardhat and its plugins. */
const NOT_OURS =
  /^(check|clean|compile|console|coverage|flatten|(gas-reporter|hhgas):merge|help|node|run|test|typechain|verify)$/;

describe("guarded", () => {
  it("guards every task of the project, so that none ends before its output is out", () => {
    const own = Object.values(hre.tasks).filter(({ name, isSubtask }) => !isSubtask && !NOT_OURS.test(name));
    expect(own.length).to.be.greaterThan(30);
    expect(own.filter(({ action }) => !isGuarded(action)).map(({ name }) => name)).to.deep.equal([]);
  });

  it("says a role's name where a contract gives its hash", async () => {
    const message = `AccessControlUnauthorizedAccount (account 0x01, neededRole ${ROLE_IDS.registrar})`;
    const said = await refusalText({ error: "AccessControlUnauthorizedAccount", message }, hre.config.paths.root);
    expect(said).to.match(/^AccessControlUnauthorizedAccount \(account 0x01, neededRole registrar\)\. /);
  });
});
