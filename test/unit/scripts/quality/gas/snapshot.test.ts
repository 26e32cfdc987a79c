import { expect } from "chai";

import { CODE_SIZE_LIMIT, compareSnapshots, parseSnapshot } from "../../../../../scripts/quality/gas/snapshot";
import { InputError } from "../../../../../scripts/core/errors";

const COMMITTED = { seed: 1, gas: { place: 40_000, cancel: 30_000 }, codeBytes: { Market: 20_000 } };

describe("scripts/quality/gas/snapshot", () => {
  const drifts = (gas: Record<string, number>, codeBytes = COMMITTED.codeBytes) =>
    compareSnapshots(COMMITTED, { ...COMMITTED, gas, codeBytes }).map(({ message }) => message);

  it("lets gas move within the tolerance, either way", () => {
    expect(drifts({ place: 40_400, cancel: 29_700 })).to.deep.equal([]);
  });

  it("names each operation that moved further, with both figures", () => {
    expect(drifts({ place: 40_401, cancel: 29_000 })).to.deep.equal([
      "place: 40401 gas, +1.0 % against 40000 in the snapshot",
      "cancel: 29000 gas, -3.3 % against 30000 in the snapshot",
    ]);
  });

  it("names operations that came and went", () => {
    expect(drifts({ place: 40_000, replace: 1 })).to.deep.equal([
      "replace: 1 gas, not in the snapshot",
      "cancel: in the snapshot, but not measured any more",
    ]);
  });

  it("lets code grow up to what a network takes", () => {
    expect(drifts(COMMITTED.gas, { Market: CODE_SIZE_LIMIT })).to.deep.equal([]);
    expect(drifts(COMMITTED.gas, { Market: CODE_SIZE_LIMIT + 1 })).to.deep.equal([
      "Market: 24577 bytes of code, more than the 24576 a network takes",
    ]);
  });

  it("says where a snapshot file is broken", () => {
    expect(parseSnapshot(JSON.stringify(COMMITTED), "s.json")).to.deep.equal(COMMITTED);
    expect(() => parseSnapshot("{", "s.json")).to.throw(InputError, "s.json");
    expect(() => parseSnapshot('{"seed":1,"gas":{"place":"x"},"codeBytes":{}}', "s.json")).to.throw(
      InputError,
      "gas.place",
    );
  });
});
