import { expect } from "chai";

import { bytecodes, DoesNotCompile, type Sources, syntaxTrees } from "../../../../../scripts/quality/mutation/compiler";
import { isCore, type Mutant, mutantsOf, withMutant } from "../../../../../scripts/quality/mutation/mutants";

const ROOT = process.cwd();
const PATH = "contracts/Counter.sol";
const SOURCE = `pragma solidity 0.8.37;
contract Counter {
    error TooMany(uint256 limit); // né: two bytes in one letter
    uint256 private _count;
    modifier once() { _; }
    function add(uint256 n) external once {
        if (n > 7) revert TooMany(7);
        _count += n;
    }
    function low(uint256 n) external pure returns (uint256 r) {
        assembly { if lt(n, 5) { r := 1 } }
    }
}
`;
const SOURCES: Sources = new Map([[PATH, Buffer.from(SOURCE)]]);

async function mutants(seed = 1): Promise<Mutant[]> {
  return mutantsOf(SOURCES, await syntaxTrees(ROOT, SOURCES), isCore, seed);
}

describe("Mutants", function () {
  this.timeout(60_000);

  it("are every change that the operators make, and no other", async () => {
    const changes = (await mutants()).map((m) => `${m.line} ${m.inFunction}: ${m.original} → ${m.replacement}`);
    expect(changes).to.have.members([
      "6 add: once → ",
      "7 add: n > 7 → true",
      "7 add: n > 7 → false",
      "7 add: n > 7 → n >= 7",
      "7 add: n > 7 → n <= 7",
      "7 add: 7 → (7 + 1)",
      "7 add: 7 → (7 + 1)",
      "7 add: revert TooMany(7); → {}",
      "8 add: _count += n; → {}",
      "8 add: _count += n → _count -= n",
      "11 low: lt(n, 5) → 1",
      "11 low: lt(n, 5) → 0",
      "11 low: lt(n, 5) → gt(n, 5)",
      "11 low: 5 → 6",
      "11 low: r := 1 → {}",
      "11 low: 1 → 2",
    ]);
  });

  it("compile, each to code of its own, but for one that removes what does nothing", async () => {
    const found = await mutants();
    const all: Sources = new Map([
      ["contracts/none.sol", SOURCES.get(PATH)!],
      ...found.map((mutant) => [`contracts/${mutant.id}.sol`, withMutant(SOURCES, mutant).get(PATH)!] as const),
    ]);
    const codes = await bytecodes(ROOT, all);
    const codeOf = (name: string) => codes.get(`contracts/${name}.sol:Counter`)!.creation;
    expect(new Set([...codes.values()].map(({ creation }) => creation)).size).to.equal(found.length);
    const same = found.filter(({ id }) => codeOf(id) === codeOf("none"));
    expect(same.map(({ operator }) => operator)).to.deep.equal(["modifier removed"]);
  });

  it("come in an order that the seed gives, with ids that do not depend on it", async () => {
    const [first, again, other] = [await mutants(1), await mutants(1), await mutants(2)];
    const ids = (list: Mutant[]) => list.map(({ id }) => id);
    expect(ids(again)).to.deep.equal(ids(first));
    expect(ids(other)).not.to.deep.equal(ids(first));
    expect(ids(other)).to.have.members(ids(first));
    expect(new Set(ids(first)).size).to.equal(first.length);
  });

  it("that the compiler refuses are said to be so", async () => {
    const broken: Sources = new Map([
      [PATH, Buffer.from("pragma solidity 0.8.37; contract Counter { uint256 x = true; }")],
    ]);
    let thrown: unknown;
    await bytecodes(ROOT, broken).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(DoesNotCompile);
  });
});
