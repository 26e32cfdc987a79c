import { expect } from "chai";

import type { AcceptedGap } from "../../../../../scripts/quality/coverage/acceptedGaps";
import { coverageFaults } from "../../../../../scripts/quality/coverage/check";
import { readCoverage } from "../../../../../scripts/quality/coverage/measured";
import { InputError } from "../../../../../scripts/core/errors";

const FILE = "contracts/X.sol";
const SOURCE = "contract X {\n  function f() {\n    if (a) {\n      b();\n    }\n  }\n}\n";

/** A run that reached everything of {@link SOURCE} but what the hits given say. */
function run({ line = 1, statement = 1, call = 1, ways = [1, 1] } = {}) {
  const at = (place: number) => ({ start: { line: place } });
  const measured = {
    l: { 3: 1, 4: line },
    s: { 1: 1, 2: statement },
    f: { 1: call },
    b: { 1: ways },
    statementMap: { 1: at(3), 2: at(4) },
    fnMap: { 1: { line: 2 } },
    branchMap: { 1: { locations: [at(3), at(3)] } },
  };
  return readCoverage(JSON.stringify({ [FILE]: measured }), "coverage.json", () => SOURCE);
}

const accept = (source: string, ...what: string[]): AcceptedGap => ({ file: FILE, source, what, reason: "never" });

describe("scripts/quality/coverage/check", () => {
  it("has nothing to say of a run that reached everything", () => {
    expect(coverageFaults(run(), [FILE], [])).to.deep.equal([]);
  });

  it("names each kind that a contract falls short in, how far, and where", () => {
    expect(coverageFaults(run({ line: 0, statement: 0, call: 0, ways: [1, 0] }), [FILE], [])).to.deep.equal([
      "contracts/X.sol: 50.0 % of lines, 100 wanted: 4",
      "contracts/X.sol: 50.0 % of statements, 100 wanted: 4",
      "contracts/X.sol: 0.0 % of functions, 100 wanted: 2",
      "contracts/X.sol: 50.0 % of branches, 98 wanted: 3 (branch 2)",
    ]);
  });

  it("misses what was not measured at all", () => {
    expect(coverageFaults([], [FILE], [])).to.deep.equal(["contracts/X.sol: was not measured"]);
    expect(coverageFaults(run(), [FILE, "contracts/Y.sol"], [])).to.deep.equal(["contracts/Y.sol: was not measured"]);
  });

  it("wants every gap named, above the least, too", () => {
    const least = { lines: 100, statements: 100, functions: 100, branches: 50 };
    expect(coverageFaults(run({ ways: [0, 1] }), [FILE], [], least)).to.deep.equal([
      "contracts/X.sol: 50.0 % of branches, the rest to be named with its reason: 3 (branch 1)",
    ]);
  });

  it("lets named gaps pass, and only those", () => {
    const files = run({ line: 0, statement: 0, ways: [0, 1] });
    expect(
      coverageFaults(files, [FILE], [accept("b();", "line", "statement"), accept("if (a) {", "branch 1")]),
    ).to.deep.equal([]);
    expect(coverageFaults(files, [FILE], [accept("b();", "line", "statement")])).to.deep.equal([
      "contracts/X.sol: 50.0 % of branches, 98 wanted: 3 (branch 1)",
    ]);
  });

  it("does not let one name stand for two gaps", () => {
    const [file] = run({ ways: [1, 0] });
    if (file === undefined) throw new Error("no file");
    const twice = { ...file, gaps: [...file.gaps, ...file.gaps] };
    expect(coverageFaults([twice], [FILE], [accept("if (a) {", "branch 2")])).to.have.length(1);
    expect(coverageFaults([twice], [FILE], [accept("if (a) {", "branch 2", "branch 2")])).to.deep.equal([]);
  });

  it("wants names of gaps that are none taken off the list: another way, another text, another file", () => {
    const off = "is accepted as a gap, but is none: take it off the list";
    expect(coverageFaults(run(), [FILE], [accept("if (a) {", "branch 2")])).to.deep.equal([
      `contracts/X.sol: branch 2 of "if (a) {" ${off}`,
    ]);
    const files = run({ ways: [1, 0] });
    expect(coverageFaults(files, [FILE], [accept("if (a) {", "branch 1")])).to.have.length(2);
    expect(coverageFaults(files, [FILE], [accept("if (b) {", "branch 2")])).to.have.length(2);
    expect(
      coverageFaults(files, [FILE], [{ ...accept("if (a) {", "branch 2"), file: "contracts/Y.sol" }]),
    ).to.have.length(2);
  });

  it("says where a coverage file is broken", () => {
    const read = (text: string) => () => readCoverage(text, "coverage.json", () => SOURCE);
    expect(read("{")).to.throw(InputError, "coverage.json");
    expect(read('{"contracts/X.sol":{"l":{"1":"x"}}}')).to.throw(InputError, "contracts/X.sol.l.1");
  });
});
