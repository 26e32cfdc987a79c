import { expect } from "chai";

import { amount, flagNamed, oneOf, pencePerKWh, wholeNumber } from "../../../tasks/support/flags";

describe("flags", () => {
  it("takes whole numbers within their bounds", () => {
    expect(wholeNumber("seed", "0", 0, 9)).to.equal(0);
    expect(wholeNumber("load", "-5", -9, 9)).to.equal(-5);
    for (const text of ["", "x", "1.5", "10", "-1", "1e1", " 1"]) {
      expect(() => wholeNumber("seed", text, 0, 9)).to.throw(
        `--seed: expected a whole number from 0 to 9, found "${text}"`,
      );
    }
  });

  it("are named as they are typed", () => {
    expect(flagNamed("priceWeight")).to.equal("--price-weight");
    expect(() => wholeNumber("timeWeight", "x", 0, 9)).to.throw("--time-weight: expected");
    expect(() => oneOf("meterKey", "x", ["y"])).to.throw("--meter-key: expected");
  });

  it("takes amounts of any size", () => {
    expect(amount("energy", "123456789012345678901", "Wh")).to.equal(123456789012345678901n);
    for (const text of ["", "-1", "1.0", "ten"]) {
      expect(() => amount("energy", text, "Wh")).to.throw(`--energy: expected a whole number of Wh, found "${text}"`);
    }
  });

  it("takes one of its words", () => {
    expect(oneOf("side", "charge", ["charge", "discharge"])).to.equal("charge");
    expect(() => oneOf("side", "buy", ["charge", "discharge"])).to.throw(
      '--side: expected one of charge, discharge, found "buy"',
    );
  });

  it("takes pence with up to four decimals, exactly", () => {
    expect(pencePerKWh("price", "14")).to.equal(140_000n);
    expect(pencePerKWh("price", "14.25")).to.equal(142_500n);
    expect(pencePerKWh("price", "0.0001")).to.equal(1n);
    for (const text of ["", "14.", "14.12345", "-1", "p"]) {
      expect(() => pencePerKWh("price", text)).to.throw(`--price: expected pence per kWh`);
    }
  });
});
