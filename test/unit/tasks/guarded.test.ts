import { expect } from "chai";
import hre from "hardhat";

import { ROLE_IDS } from "../../../scripts/chain/roleIds";
import { isGuarded, refusalText } from "../../../tasks/support/guarded";
import { noteFrameLength, withTimes } from "../../../tasks/support/refusalTimes";

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

  it("says when a refusal's frames and moments are, once a command speaks with a market", () => {
    const someone = { ...hre };
    const message = "FrameWindowNotOpen (frame 997640, opensAt 1795751400)";
    expect(withTimes(message, someone)).to.equal(message);
    noteFrameLength(someone, 1_800);
    expect(withTimes(message, someone)).to.equal(
      "FrameWindowNotOpen (frame 997640 [2026-11-27 04:00 UTC], opensAt 1795751400 [2026-11-27 03:50:00 UTC])",
    );
    expect(withTimes("ExpiryOutOfRange (expiryFrame 0, firstFrame 997640, lastFrame 997736)", someone)).to.equal(
      "ExpiryOutOfRange (expiryFrame 0 [1970-01-01 00:00 UTC], firstFrame 997640 [2026-11-27 04:00 UTC], " +
        "lastFrame 997736 [2026-11-29 04:00 UTC])",
    );
    for (const other of [
      "NoLiveOrder (pile 997640)",
      "FramesOutOfRange (frames 49)",
      `SignatureExpired (deadline ${2n ** 64n - 1n})`,
      `NothingToSettle (frame ${2n ** 48n})`,
    ]) {
      expect(withTimes(other, someone)).to.equal(other);
    }
  });
});
