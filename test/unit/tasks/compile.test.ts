import { expect } from "chai";
import hre from "hardhat";
import {
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT,
} from "hardhat/builtin-tasks/task-names";

describe("compiling", () => {
  async function printedBy(task: string, args: Record<string, unknown>): Promise<string[]> {
    const printed: string[] = [];
    const { log, warn } = console;
    console.log = console.warn = (text: string) => void printed.push(text);
    try {
      await hre.run(task, args);
    } finally {
      Object.assign(console, { log, warn });
    }
    return printed;
  }

  it("says nothing when asked to be quiet, so that --json prints JSON even where it had to compile first", async () => {
    const job = {
      getResolvedFiles: () => [{}],
      emitsArtifacts: () => true,
      getSolcConfig: () => ({ version: "0.8.37", settings: { evmVersion: "cancun" } }),
    };
    const task = TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT;
    expect(await printedBy(task, { compilationJobs: [job], quiet: true })).to.deep.equal([]);
    expect(await printedBy(task, { compilationJobs: [job], quiet: false })).to.have.length(1);
  });

  it("leaves out the warning of transient storage and no other", async () => {
    const warning = (errorCode: string) => ({
      errorCode,
      severity: "warning",
      formattedMessage: `Warning: ${errorCode}`,
    });
    const output = { errors: [warning("2394"), warning("5667")] };
    const printed = await printedBy(TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS, { output, quiet: true });
    expect(printed).to.have.length(1);
    expect(printed[0]).to.include("5667");
  });

  it("takes the compiler that npm installed, and no other", async () => {
    const build = (solcVersion: string) =>
      hre.run(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, { quiet: true, solcVersion }) as Promise<{ version: string }>;
    expect((await build("0.8.37")).version).to.equal("0.8.37");
    let message = "";
    await build("0.8.31").catch((error: Error) => (message = error.message));
    expect(message).to.equal("This project compiles with solc 0.8.37, not 0.8.31");
  });
});
