import { expect } from "chai";

import { shown, shownCommands, withOutputs } from "../../../../../scripts/quality/docs/tutorial";

const fence = (info: string, inner: string) => `\`\`\`${info}\n${inner}\`\`\`\n`;
const PAGE =
  `# T\n\n${fence("sh", "npx hardhat a --b 1\n")}\n${fence("text", "old\n")}\n` +
  `${fence("sh", "npm ci\n")}\n${fence("sh", "npx hardhat c\n")}\n${fence("text head=2", "x\n")}\n${fence("json", "{}\n")}`;

describe("scripts/quality/docs/tutorial", () => {
  it("finds the commands that have an output, and where they stand", () => {
    expect(shownCommands(PAGE)).to.deep.equal([
      { line: 4, command: "npx hardhat a --b 1", extent: {}, output: "old\n" },
      { line: 16, command: "npx hardhat c", extent: { head: 2 }, output: "x\n" },
    ]);
  });

  it("shows all of an output, its head or its tail, without spaces at the ends", () => {
    const output = "\n1  \n2\n3\n\n";
    expect(shown(output, {})).to.equal("1\n2\n3\n");
    expect(shown(output, { head: 2 })).to.equal("1\n2\n…\n");
    expect(shown(output, { tail: 2 })).to.equal("…\n2\n3\n");
    expect(shown(output, { head: 3 })).to.equal("1\n2\n3\n");
  });

  it("puts outputs where they belong and leaves the rest alone", () => {
    const written = withOutputs(PAGE, (command) => (command.endsWith("c") ? "1\n2\n3" : "$& new"));
    expect(written).to.equal(PAGE.replace("old\n", () => "$& new\n").replace("x\n", "1\n2\n…\n"));
    expect(withOutputs(written, (command) => (command.endsWith("c") ? "1\n2\n3" : "$& new"))).to.equal(written);
  });
});
