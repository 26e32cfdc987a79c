import { expect } from "chai";

import { meanInterval } from "../../../../scripts/simulation/interval";

describe("interval of a mean", () => {
  it("is Student's", () => {
    // Two values: t = 12.706, standard error 1.
    expect(meanInterval([1, 3]).low).to.be.closeTo(2 - 12.706, 1e-9);
    // Twenty values: t = 2.0930 with 19 degrees of freedom.
    const twenty = Array.from({ length: 20 }, (_, index) => index);
    const error = Math.sqrt(35 / 20);
    expect(meanInterval(twenty).high).to.be.closeTo(9.5 + 2.093 * error, 1e-3);
    // Eleven degrees of freedom: 2.2010.
    const twelve = Array.from({ length: 12 }, (_, index) => index);
    expect((meanInterval(twelve).high! - 5.5) / Math.sqrt(13 / 12)).to.be.closeTo(2.201, 1e-3);
  });

  it("does not exist for a single value", () => expect(meanInterval([4])).to.deep.equal({ mean: 4, count: 1 }));
});
