import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";

const draws = (random: Random, count = 5) => Array.from({ length: count }, () => random.uniform());
const MANY = 20_000;

describe("Random", () => {
  it("repeats from the same seed and differs between seeds", () => {
    expect(draws(new Random(7))).to.deep.equal(draws(new Random(7)));
    expect(draws(new Random(7))).not.to.deep.equal(draws(new Random(8)));
    expect(() => new Random(0.5)).to.throw(RangeError, "0.5");
  });

  it("has streams that do not depend on draws elsewhere", () => {
    const drawnFrom = new Random(7);
    draws(drawnFrom.stream("other"), 100);
    draws(drawnFrom, 3);
    expect(draws(drawnFrom.stream("a").stream("b"))).to.deep.equal(draws(new Random(7).stream("a").stream("b")));
    expect(draws(drawnFrom.stream("a"))).not.to.deep.equal(draws(drawnFrom.stream("b")));
  });

  it("draws uniformly and normally", () => {
    const random = new Random(1);
    const uniform = draws(random, MANY);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).to.be.closeTo(0.5, 0.01);
    expect(Math.min(...uniform)).to.be.at.least(0);
    expect(Math.max(...uniform)).to.be.below(1);
    const normal = Array.from({ length: MANY }, () => random.normal(3, 2));
    expect(mean(normal)).to.be.closeTo(3, 0.05);
    expect(Math.sqrt(mean(normal.map((value) => (value - 3) ** 2)))).to.be.closeTo(2, 0.05);
  });

  it("draws whole numbers with both ends, and by weight", () => {
    const random = new Random(2);
    const whole = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
    expect([...whole].sort((a, b) => a - b)).to.deep.equal([-1, 0, 1, 2]);
    const picked = Array.from({ length: MANY }, () => random.pick(["a", "b", "never"], [1, 3, 0]));
    expect(picked.filter((item) => item === "b").length / MANY).to.be.closeTo(0.75, 0.02);
    expect(picked).not.to.include("never");
    expect(() => random.pick([])).to.throw(RangeError);
    expect(() => random.pick(["a", "b"], [0, 0])).to.throw(RangeError, "2 items");
  });

  it("shuffles a copy", () => {
    const items = Array.from({ length: 30 }, (_, index) => index);
    const shuffled = new Random(3).shuffle(items);
    expect(shuffled).not.to.deep.equal(items);
    expect([...shuffled].sort((a, b) => a - b)).to.deep.equal(items);
    expect(items[0]).to.equal(0);
  });
});
