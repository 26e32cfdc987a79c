import { expect } from "chai";

import { InputError } from "../../../../scripts/core/errors";
import { within } from "../../../../scripts/simulation/faults/faults";
import { FAULTS_SYNTAX, parseFaults } from "../../../../scripts/simulation/faults/parse";

describe("--faults", () => {
  it("takes any number of faults of each kind", () => {
    const text = "restart@20,offline:7@18-24,missed@30-31,late@12,duplicates,gateway@26, offline:1@0-47 ,restart@0";
    expect(parseFaults("faults", text)).to.deep.equal({
      restarts: [20, 0],
      offline: [
        { pile: 7, first: 18, last: 24 },
        { pile: 1, first: 0, last: 47 },
      ],
      missed: [{ first: 30, last: 31 }],
      late: [{ first: 12, last: 12 }],
      duplicates: true,
      gateways: [26],
    });
  });

  it("knows which frames lie in a range, ends included", () => {
    const ranges = [
      { first: 3, last: 5 },
      { first: 9, last: 9 },
    ];
    expect([2, 3, 5, 6, 8, 9, 10].filter((frame) => within(ranges, frame))).to.deep.equal([3, 5, 9]);
  });

  for (const [text, problem] of [
    ["", 'nothing that is known in ""'],
    ["flood@3", 'nothing that is known in "flood@3"'],
    ["restart 20", "nothing that is known"],
    ["restart", 'a frame is missing in "restart"'],
    ["missed@48", "a frame above 47"],
    ["late@9-8", "a range that ends before it begins"],
    ["restart@3-4", "a range where one frame is meant"],
    ["gateway@3-4", "a range where one frame is meant"],
    ["offline@3", "no number of a pile, from 1,"],
    ["offline:0@3", "no number of a pile, from 1,"],
    ["missed:7@3", "a pile where none is meant"],
    ["duplicates@3", "a frame where none is meant"],
    ["restart@20,,late@3", 'nothing that is known in ""'],
  ] as const) {
    it(`says what it takes in place of "${text}"`, () => {
      expect(() => parseFaults("faults", text))
        .to.throw(InputError, problem)
        .with.property("message")
        .that.includes(`expected some of ${FAULTS_SYNTAX}`);
    });
  }
});
