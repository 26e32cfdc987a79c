import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { openInBrowser } from "../../../tasks/support/livePage";

const URL = "http://127.0.0.1:8600/?a=1&b=$(touch pwned)";

describe("opening the live page", () => {
  const folder = mkdtempSync(join(tmpdir(), "adbev-open-"));
  const path = process.env["PATH"];
  after(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(() => {
    process.env["PATH"] = path;
  });

  (process.platform === "linux" ? it : it.skip)(
    "hands the address to the desktop's opener, as one argument",
    async () => {
      const told = join(folder, "told");
      const opener = join(folder, "xdg-open");
      writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$@" >'${told}.part'\nmv '${told}.part' '${told}'\n`);
      chmodSync(opener, 0o755);
      process.env["PATH"] = `${folder}:${path}`;
      openInBrowser(URL);
      for (const until = Date.now() + 10_000; !existsSync(told) && Date.now() < until;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(readFileSync(told, "utf8").split("\n")).to.deep.equal(["1", URL, ""]);
    },
  );

  it("does nothing where there is no opener", async () => {
    process.env["PATH"] = join(folder, "nothing");
    const failed: unknown[] = [];
    const note = (error: unknown) => failed.push(error);
    process.once("uncaughtException", note);
    openInBrowser(URL);
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.off("uncaughtException", note);
    expect(failed).to.deep.equal([]);
  });
});
