import { expect } from "chai";

import { projectOnBoxAndSum } from "../../../../scripts/planners/projection";
import { wholeWh } from "../../../../scripts/planners/rounding";
import { Random } from "../../../../scripts/core/random";

const project = (wanted: number[], weights: number[], high: number, least: number, most: number) => {
  const out = new Float64Array(wanted.length);
  projectOnBoxAndSum(Float64Array.from(wanted), Float64Array.from(weights), high, least, most, out);
  return [...out];
};

describe("projection on box and sum", () => {
  it("leaves a point alone that is allowed", () => {
    expect(project([1, 2, 3], [1, 1, 1], 4, 0, 10)).to.deep.equal([1, 2, 3]);
    expect(project([-1, 2, 9], [1, 1, 1], 4, 0, 10)).to.deep.equal([0, 2, 4]);
  });

  it("shifts all by the same, weighted, up to the box", () => {
    project([1, 2, 3], [1, 1, 1], 10, 9, 9).forEach((x, k) => expect(x).to.be.closeTo([2, 3, 4][k]!, 1e-9));
    project([0, 0], [1, 3], 10, 8, 8).forEach((x, k) => expect(x).to.be.closeTo([6, 2][k]!, 1e-9));
    project([0, 0], [1, 3], 5, 8, 8).forEach((x, k) => expect(x).to.be.closeTo([5, 3][k]!, 1e-9));
  });

  it("is nearer than any other allowed point", () => {
    const random = new Random(1);
    for (let trial = 0; trial < 300; trial++) {
      const length = random.integer(1, 12);
      const draw = (low: number, high: number) => Array.from({ length }, () => random.uniform(low, high));
      const [wanted, weights, high] = [draw(-20, 20), draw(0.5, 5), random.uniform(1, 10)];
      const target = random.uniform(0, high * length);
      const x = project(wanted, weights, high, target, target);
      expect(x.reduce((sum, value) => sum + value, 0)).to.be.closeTo(target, 1e-7);
      // Optimal where the weighted pull towards `wanted` is the same for all inside the box and points out of it else.
      const pull = x.map((value, k) => weights[k]! * (wanted[k]! - value));
      const canGive = pull.filter((_, k) => x[k]! > 1e-9);
      const canTake = pull.filter((_, k) => x[k]! < high - 1e-9);
      if (canGive.length > 0 && canTake.length > 0) {
        expect(Math.max(...canTake)).to.be.at.most(Math.min(...canGive) + 1e-6);
      }
    }
  });
});

describe("whole Wh", () => {
  it("keep the sum and a whole limit", () => {
    const random = new Random(2);
    for (let trial = 0; trial < 200; trial++) {
      const energies = Array.from({ length: 20 }, () => random.pick([0, 7, random.uniform(0, 7)]));
      const whole = wholeWh(energies);
      expect(whole.every((wh) => Number.isInteger(wh) && wh >= 0 && wh <= 7)).to.equal(true);
      expect(whole.reduce((a, b) => a + b)).to.equal(Math.round(energies.reduce((a, b) => a + b)));
    }
  });
});
