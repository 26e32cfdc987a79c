import { expect } from "chai";
import fc from "fast-check";

import { creditWeight, creditWeights, DECAY_64X64, drawWinner, ONE_64X64 } from "../../../../scripts/model/creditDraw";

/** Bits of the series below: far more than the 64 that are compared. */
const BITS = 400n;

/** `floor(2^64 e^(-hundredths / 100))` by the power series of e^(hundredths / 100), in integers. */
function exactWeight(hundredths: number): bigint {
  const one = 1n << BITS;
  let term = one;
  let sum = 0n;
  for (let n = 1n; term > 0n; n++) {
    sum += term;
    term = (term * BigInt(hundredths)) / (100n * n);
  }
  return (one << 64n) / sum;
}

describe("the draw among equals", () => {
  it("has constants that a power series gives, too", () => {
    expect(DECAY_64X64).to.deep.equal(DECAY_64X64.map((_, bit) => exactWeight(2 ** bit)));
  });

  it("weighs by e^(C - Cmax), never above it, to fifteen units of 2^-64", () => {
    for (let difference = 0; difference <= 10_000; difference += 7) {
      const short = exactWeight(difference) - creditWeight(difference);
      expect(short >= 0n && short < 15n, `${difference}: short by ${short}`).to.equal(true);
    }
    expect(creditWeight(0)).to.equal(ONE_64X64);
    expect(creditWeight(100)).to.equal(6_786_177_901_268_885_274n);
    expect(creditWeight(1_000)).to.equal(837_480_885_292_947n);
    expect(creditWeight(10_000)).to.equal(0n);
  });

  it("never weighs a lower credit more", () => {
    for (let difference = 1; difference <= 10_000; difference++) {
      expect(creditWeight(difference) <= creditWeight(difference - 1)).to.equal(true);
    }
  });

  it("weighs against the highest credit of the list", () => {
    expect(creditWeights([9_000, 9_100, 9_100])).to.deep.equal([creditWeight(100), ONE_64X64, ONE_64X64]);
  });

  it("refuses what is no difference of credits", () => {
    for (const wrong of [-1, 10_001, 0.5, Number.NaN]) expect(() => creditWeight(wrong)).to.throw(RangeError);
  });

  it("gives each as many seeds in a round as its weight", () => {
    const weights = [2n, 0n, 3n, 1n];
    const drawn = Array.from({ length: 12 }, (_, seed) => drawWinner(BigInt(seed), weights));
    expect(drawn).to.deep.equal([0, 0, 2, 2, 2, 3, 0, 0, 2, 2, 2, 3]);
  });

  it("draws nobody without weight", () => {
    const weight = fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: ONE_64X64 }));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1 }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (weights, seed) => {
        fc.pre(weights.some((w) => w > 0n));
        expect(weights[drawWinner(seed, weights)]! > 0n).to.equal(true);
      }),
      { seed: 610 },
    );
    expect(() => drawWinner(1n, [0n, 0n])).to.throw(RangeError);
    expect(() => drawWinner(1n, [])).to.throw(RangeError);
    expect(() => drawWinner(-1n, [1n])).to.throw(RangeError);
  });
});
