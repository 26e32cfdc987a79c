import { expect } from "chai";

import { BEFORE } from "../../../../../scripts/reports/incentives/before";
import { strategiesNamed } from "../../../../../scripts/reports/incentives/report";
import { csvText, overviewRows } from "../../../../../scripts/reports/incentives/rows";
import { PRICED_STRATEGIES, STRATEGIES } from "../../../../../scripts/reports/incentives/strategies";

/** Strategies of which there are figures of now alone: the rule `congestion` was not there before. */
const NOT_TRIED = ["overbid", ...PRICED_STRATEGIES.map(({ name }) => name)];

describe("the figures of the rules before", () => {
  it("show every strategy paying", () => {
    expect(STRATEGIES.length).to.be.greaterThan(10);
    for (const { name } of STRATEGIES.filter(({ name }) => !NOT_TRIED.includes(name))) {
      const verdict = BEFORE.strategies[name]?.verdict;
      expect(verdict?.kind, name).to.be.oneOf(["gains", "harms", "unpriced"]);
    }
    expect(Object.keys(BEFORE.strategies)).to.have.members(
      STRATEGIES.map(({ name }) => name).filter((name) => !NOT_TRIED.includes(name)),
    );
  });

  it("lose no money: what nobody else has, the grid has", () => {
    for (const [name, summary] of Object.entries(BEFORE.strategies)) {
      const { cheat, victims, grid } = summary!;
      for (const behaviour of [0, 1] as const) {
        const sum = cheat.moneyP[behaviour] + victims.moneyP[behaviour] + grid.moneyP[behaviour];
        expect(sum, name).to.be.closeTo(0, 0.02);
      }
    }
  });
});

describe("the report on incentives", () => {
  const strategy = STRATEGIES[0]!;
  const before = BEFORE.strategies[strategy.name]!;
  const compared = { strategy, before, now: before };

  it("names the strategies that there are where it does not know one", () => {
    expect(() => strategiesNamed("squatting")).to.throw(/--only: expected one of squat, over-ask.*found "squatting"/);
    expect(strategiesNamed("squat").map(({ name }) => name)).to.deep.equal(["squat"]);
    expect(strategiesNamed(undefined)).to.equal(STRATEGIES);
  });

  it("has a line for each of the rules", () => {
    const [first, second] = overviewRows(compared);
    expect(first!.slice(0, 2)).to.deep.equal(["squat", "before"]);
    expect(second!.slice(0, 2)).to.deep.equal(["", "now"]);
    expect(first!.at(-1)).to.equal(before.verdict.text);
  });

  it("has one line for a strategy that was not tried before", () => {
    const rows = overviewRows({ strategy: PRICED_STRATEGIES[0]!, before: undefined, now: before });
    expect(rows.map((row) => row.slice(0, 2))).to.deep.equal([["split-demand", "now"]]);
  });

  it("writes every figure of either rules as comma-separated values", () => {
    const lines = csvText([compared]).trim().split("\n");
    expect(lines).to.have.length(1 + 2 * (4 + 6 + 5));
    const columns = lines[0]!.split(",").length;
    for (const line of lines) expect(line.split(",")).to.have.length(columns);
    const [honest, cheating] = before.victims.surplusP;
    const line = lines.find((text) => text.startsWith("squat,before,victims,surplusP"))!.split(",");
    expect(line.slice(4, 7).map(Number)).to.deep.equal([honest, cheating, Number((cheating - honest).toFixed(2))]);
  });
});
