import { expect } from "chai";

import { longestFirst } from "../../../tasks/test";

describe("the order of test files that run side by side", () => {
  it("begins with what takes longest, keeps the rest as it is, and leaves out what has no tests", () => {
    const given = ["/p/test/attacks/a.test.ts", "/p/test/helpers/h.ts", "/p/test/integration/gateway/i.test.ts"];
    const more = [
      "C:\\p\\test\\unit\\tasks\\t.test.ts",
      "/p/test/unit/scripts/s.test.ts",
      "/p/test/unit/contracts/f.ts",
    ];
    expect(longestFirst([...given, ...more])).to.deep.equal([given[2], more[0], given[0], more[1]]);
  });
});
