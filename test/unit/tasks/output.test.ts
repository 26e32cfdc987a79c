import { expect } from "chai";

import { toJsonText } from "../../../tasks/support/output";

describe("JSON that commands print", () => {
  it("has every figure as a number, with all its digits", () => {
    expect(toJsonText({ lambda: 2n ** 53n + 1n, price: 14n, least: -5n, name: "12", share: 0.5 })).to.equal(
      '{\n  "lambda": 9007199254740993,\n  "price": 14,\n  "least": -5,\n  "name": "12",\n  "share": 0.5\n}',
    );
    const lambdas = JSON.parse(toJsonText([1n, 10n ** 18n])) as unknown[];
    expect(lambdas.map((lambda) => typeof lambda)).to.deep.equal(["number", "number"]);
  });
});
