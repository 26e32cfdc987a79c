import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { commandLine } from "../../../tasks/support/commandLine";

describe("the command that makes a page again", () => {
  it("has what differs from defaults and the seed, and no path of a machine", () => {
    const args = {
      seed: "1",
      evs: "30",
      on: "model",
      html: "/home/somebody/out/day.html",
      csv: "/tmp/x.csv",
      json: false,
    };
    expect(commandLine(hre, "simulate:day", args)).to.equal(
      "npx hardhat simulate:day --seed 1 --evs 30 --html day.html --on model",
    );
    const near = { seed: "1", agent: join(process.cwd(), "docs/examples/thrifty.ts"), load: "../homes of us.csv" };
    expect(commandLine(hre, "simulate:day", near)).to.equal(
      "npx hardhat simulate:day --load '../homes of us.csv' --seed 1 --agent docs/examples/thrifty.ts",
    );
  });
});
