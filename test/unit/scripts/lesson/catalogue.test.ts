import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { InputError } from "../../../../scripts/core/errors";
import { readCatalogue } from "../../../../scripts/lesson/catalogue";

describe("scripts/lesson/catalogue", () => {
  function folderWith(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "adbev-"));
    writeFileSync(join(folder, "1-one.json"), "{}");
    writeFileSync(join(folder, "1-one.md"), text);
    return folder;
  }

  const TEXT = "# One\n\nOnce.\n\n## Question\n\nWhy?\n\n## Answer\n\nBecause.\n";

  it("reads a lesson's parts, with rules to compare or without", async () => {
    const parts = { name: "one", title: "One", introduction: "Once.", question: "Why?", answer: "Because." };
    const [plain] = await readCatalogue(folderWith(TEXT));
    expect(plain).to.include(parts);
    expect(plain!.rules).to.deep.equal([]);
    const [compared] = await readCatalogue(folderWith(`${TEXT}\n## Rules\n\nuniform, mcafee\n`));
    expect(compared).to.include(parts);
    expect(compared!.rules).to.deep.equal(["uniform", "mcafee"]);
  });

  it("says which part is missing, and which rules there are", async () => {
    for (const [text, said] of [
      ["# One\n\nOnce.\n", "expected a title"],
      [`${TEXT}\n## Rules\n\nauction\n`, '"auction" is none of adbev, credit, uniform'],
    ] as const) {
      const failure = await readCatalogue(folderWith(text)).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(InputError);
      expect((failure as Error).message).to.include(said);
    }
  });
});
