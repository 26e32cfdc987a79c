import { expect } from "chai";

import { estimate } from "../../../../../scripts/reports/incentives/estimate";
import type { Pair } from "../../../../../scripts/reports/incentives/experiment";
import type { Figures } from "../../../../../scripts/reports/incentives/figures";
import type { Strategy } from "../../../../../scripts/reports/incentives/strategy";
import { judge } from "../../../../../scripts/reports/incentives/verdict";

/** Surpluses, pence, and how long the victims' money waits, h. */
interface Come {
  cheat?: number;
  victims?: number;
  grid?: number;
  heldH?: number;
}

const STRATEGY = {
  cheat: "cheat",
  unpriced: [{ of: "victims", figure: "heldH", what: "others' money waits", unit: "h" }],
} as unknown as Strategy;

function figures({ cheat = 0, victims = 0, grid = 0, heldH = 0 }: Come): Figures {
  const party = { moneyP: 0, energyKwh: 0, unservedKwh: 0, waitH: 0, heldH: 0 };
  return {
    cheat: { ...party, surplusP: cheat },
    victims: { ...party, surplusP: victims, heldH },
    grid: { moneyP: 0, energyKwh: 0, surplusP: grid, stepsKw: 0, overloadKwh: 0 },
  };
}

/** The same honest market each time, and a cheating one for each seed. */
function pairs(...cheating: Come[]): Pair[] {
  return cheating.map((come, index) => ({ seed: index + 1, honest: figures({}), cheating: figures(come) }));
}

describe("whether a strategy pays", () => {
  it("gains where the cheat comes to more on every seed", () => {
    const { kind, text } = judge(STRATEGY, pairs({ cheat: 5 }, { cheat: 6 }, { cheat: 7 }));
    expect([kind, text]).to.deep.equal(["gains", "gains 6.0 p"]);
  });

  it("does not call a gain what may be chance", () => {
    expect(judge(STRATEGY, pairs({ cheat: 9 }, { cheat: -7 }, { cheat: 1 })).kind).to.equal("none");
  });

  it("harms where others lose more than it costs, and not where they lose less", () => {
    const dear = { cheat: -3, victims: -8 };
    expect(judge(STRATEGY, pairs(dear, dear)).text).to.equal("harms others by 8.0 p for 3.0 p");
    const fair = { cheat: -8, victims: -8 };
    expect(judge(STRATEGY, pairs(fair, fair)).kind).to.equal("none");
  });

  it("lets no windfall of the grid make up for what piles lose", () => {
    const come = { victims: -8, grid: 20 };
    expect(judge(STRATEGY, pairs(come, come)).text).to.equal("harms others by 8.0 p for nothing");
  });

  it("adds up what piles and the grid lose", () => {
    const come = { cheat: -5, victims: -4, grid: -3 };
    expect(judge(STRATEGY, pairs(come, come)).text).to.equal("harms others by 7.0 p for 5.0 p");
  });

  it("judges the operator by the grid's surplus", () => {
    const come = { victims: -8, grid: 8 };
    const { text, harmP } = judge({ ...STRATEGY, cheat: "operator" }, pairs(come, come));
    expect([text, harmP.mean]).to.deep.equal(["gains 8.0 p", 8]);
  });

  it("names what has no price where it costs less than a penny", () => {
    const cheap = { cheat: -0.5, heldH: 24 };
    expect(judge(STRATEGY, pairs(cheap, cheap)).text).to.equal("others' money waits +24.00 h for 0.5 p");
    const dear = { cheat: -2, heldH: 24 };
    expect(judge(STRATEGY, pairs(dear, dear)).kind).to.equal("none");
  });
});

describe("the estimate of a mean", () => {
  it("has Student's interval", () => {
    // Mean 2, standard deviation 1, t = 4.303 with 2 degrees of freedom.
    expect(estimate([1, 2, 3]).mean).to.equal(2);
    expect(estimate([1, 2, 3]).halfWidth).to.be.closeTo(4.303 / Math.sqrt(3), 1e-9);
  });

  it("is exact where nothing varies", () => {
    expect(estimate([4, 4, 4, 4])).to.deep.equal({ mean: 4, halfWidth: 0 });
  });
});
