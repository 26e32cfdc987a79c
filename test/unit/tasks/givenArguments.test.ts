import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { checkArguments } from "../../../tasks/support/givenArguments";

const folder = mkdtempSync(join(tmpdir(), "adbev-given-"));

async function refusalOf(task: string, args: Record<string, unknown>): Promise<string> {
  return checkArguments(hre.tasks[task], args).then(
    () => "nothing was refused",
    (error: Error) => error.message.replaceAll(folder, "FOLDER"),
  );
}

describe("arguments, before a command does anything", () => {
  it("are no empty texts, as a variable that is not set leaves behind", async () => {
    expect(await refusalOf("simulate:day", { plannerFile: "" })).to.equal(
      "--planner-file: expected a value, found an empty text",
    );
    expect(await refusalOf("data:check", { file: "" })).to.equal("file: expected a value, found an empty text");
    expect(await refusalOf("fuzz:invariants", { calls: "", seed: "" })).to.equal("nothing was refused");
  });

  it("name files that can be written, and nothing is made before there is a result", async () => {
    const file = join(folder, "a.csv");
    writeFileSync(file, "");
    const refused = (csv: string) => refusalOf("simulate:day", { csv });
    expect(await refused(folder)).to.equal("--csv: cannot write FOLDER: a folder has that name");
    expect(await refused(`${folder}/new/`)).to.include("it is the name of a folder; expected that of a file");
    expect(await refused(join(file, "new/b.csv"))).to.equal(
      "--csv: cannot write FOLDER/a.csv/new/b.csv: FOLDER/a.csv is a file, not a folder",
    );
    expect(await refused(file)).to.equal("nothing was refused");
    expect(await refused(join(folder, "new/b.csv"))).to.equal("nothing was refused");
    expect(existsSync(join(folder, "new"))).to.equal(false);
  });

  it("are refused for rights that are missing", async function () {
    if (process.getuid?.() === 0) return this.skip();
    expect(await refusalOf("simulate:day", { html: "/adbev.html" })).to.equal(
      "--html: cannot write /adbev.html: permission denied",
    );
  });
});
