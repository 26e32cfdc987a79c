import { inspect } from "node:util";

import { expect } from "chai";
import hre from "hardhat";
import { HardhatError } from "hardhat/internal/core/errors";
import { ERRORS } from "hardhat/internal/core/errors-list";

import { hint } from "../../../tasks/support/argumentErrors";
import { deploysInProcess, tellsLines } from "../../../tasks/support/startup";

describe("starting a command", () => {
  const asked = (...words: string[]) => deploysInProcess(["node", "hardhat", ...words]);

  it("loads Ignition for whatever may deploy in process, and for nothing that reads or sends", () => {
    for (const command of ["test", "ignition", "help", "simulate:day", "market:deploy", "lesson", "report:gas"]) {
      expect(asked("--network", "hardhat", command), command).to.equal(true);
    }
    expect(asked("simulate:compare", "--on", "chain")).to.equal(true);
    expect(asked("simulate:compare", "--mechanism", "x.sol")).to.equal(true);
    expect(asked()).to.equal(true);
    for (const command of [
      "data:check",
      "pile:show",
      "frame:clear",
      "order:place",
      "market:book",
      "simulate:compare",
    ]) {
      expect(asked(command, "--feeder", "x"), command).to.equal(false);
      expect(hre.tasks, command).to.have.property(command);
    }
  });

  it("reads all that was compiled only where a failure is to be told by its lines", () => {
    const worker = ["node", "/x/node_modules/mocha/lib/nodejs/worker.js"];
    expect(tellsLines(worker)).to.equal(false);
    expect(tellsLines(["node", "hardhat", "test", "--parallel"])).to.equal(false);
    for (const command of ["simulate:day", "market:deploy", "lesson"]) {
      expect(tellsLines(["node", "hardhat", "--network", "hardhat", command]), command).to.equal(false);
      expect(hre.tasks, command).to.have.property(command);
    }
    for (const command of ["test", "node", "console", "run"]) {
      expect(tellsLines(["node", "/x/hardhat/register.js", command, "test/a.test.ts"]), command).to.equal(true);
    }
  });

  it("leaves the stack of every other error of Hardhat's as it is", () => {
    expect(new HardhatError(ERRORS.GENERAL.NOT_INSIDE_PROJECT).stack).to.match(/HH1: .*\n +at /);
    expect(inspect(new HardhatError(ERRORS.ARGUMENTS.UNRECOGNIZED_COMMAND_LINE_ARG, { argument: "--x" }))).to.include(
      "npx hardhat help",
    );
  });

  it("says which help to read where something was mistyped", () => {
    expect(hint(["simulate:day", "--nonsense"])).to.include("`npx hardhat help simulate:day` lists its flags");
    expect(hint(["--nonsense"])).to.include("`npx hardhat help` lists the commands");
  });
});
