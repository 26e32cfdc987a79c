import { readFileSync } from "node:fs";

import { expect } from "chai";

import { ADJACENCIES, withoutAdjacencies } from "../../../../scripts/gaps/adjacency";

describe("scripts/gaps/adjacency", () => {
  it("finds each place in the contracts as they are, and changes nothing else", () => {
    for (const { file, text, instead } of ADJACENCIES) {
      const content = readFileSync(file, "utf8");
      const other = { content: "contract Other {}" };
      const changed = withoutAdjacencies({ [file]: { content }, "contracts/Other.sol": other });
      expect(changed["contracts/Other.sol"]).to.equal(other);
      expect(changed[file]?.content.replace(instead, () => text)).to.equal(content);
      expect(changed[file]?.content).not.to.equal(content);
    }
  });

  it("refuses a contract in which a place is gone", () => {
    const file = "contracts/FrameClearing.sol";
    expect(() => withoutAdjacencies({ [file]: { content: "contract FrameClearing {}" } })).to.throw(
      /^contracts\/FrameClearing\.sol has "log2\(.*" 0 times, not once$/,
    );
  });

  it("leaves alone what is compiled without them", () => {
    const sources = { "contracts/Other.sol": { content: "" } };
    expect(withoutAdjacencies(sources)).to.deep.equal(sources);
  });
});
