import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";
import { compareTable, TABLE_COLUMNS } from "../../../../scripts/reports/credit/compare";
import { PLAYERS, runDraws } from "../../../../scripts/reports/credit/draws";
import { ModelSettler } from "../../../../scripts/reports/credit/modelSettler";
import { drawsCsv, drawsHtml } from "../../../../scripts/reports/credit/drawsPage";
import { tableCsv, tableHtml } from "../../../../scripts/reports/credit/tablePage";
import type { TableSettler } from "../../../../scripts/reports/credit/table";

describe("the credit paper's Table 2", () => {
  it("agrees in 30 of 35 figures, and says why in the others", async () => {
    const rows = await compareTable(new ModelSettler());
    const differing = rows.flatMap(({ row, cells }) =>
      TABLE_COLUMNS.filter((column) => !cells[column].agrees).map((column) => ({
        cell: `${row.number} ${column}`,
        ...cells[column],
      })),
    );
    expect(differing.map(({ cell, paper, ours }) => [cell, paper, ours])).to.deep.equal([
      ["6 creditSeller", 9_000n, 9_500n],
      ["7 buyer", 135_900_000n, 135_500_000n],
      ["7 grid", 17_100_000n, 16_700_000n],
      ["7 creditBuyer", 9_000n, 10_000n],
      ["7 creditSeller", 8_500n, 10_000n],
    ]);
    for (const { cell, why } of differing) {
      expect(why, cell).to.match(cell.includes("credit") ? /earlier trades/ : /wheeling on the 240 kWh consumed/);
    }
  });

  it("is a page and a CSV file, with the figures that differ and why", async () => {
    const rows = await compareTable(new ModelSettler());
    const html = tableHtml(rows, "npx <command>", ["AdBEV 0.0.0"]);
    expect(html).to.include("<strong>30 of 35</strong>").and.include("npx &lt;command&gt;");
    expect(html.match(/<s>/g)).to.have.length(5);
    expect(html).not.to.match(/undefined|NaN/);
    const lines = tableCsv(rows).trim().split("\n");
    expect(lines).to.have.length(36);
    expect(lines).to.include("1,buyer,yuan,126.3,126.3,true,");
    expect(lines.filter((line) => line.includes(",false,"))).to.have.length(5);
  });

  it("has sums of nothing in every row, the buyer's against the seller's and the grid's", async () => {
    for (const { cells } of await compareTable(new ModelSettler())) {
      expect(cells.buyer.ours).to.equal(cells.seller.ours + cells.grid.ours);
    }
  });

  it("owns up where no reading of the rule explains a figure", async () => {
    const settler: TableSettler = {
      settleRow: async () => ({ buyer: 1n, seller: 2n, grid: 3n, creditBuyer: 4n, creditSeller: 5n }),
    };
    const [first] = await compareTable(settler);
    expect(first!.cells.buyer.why).to.match(/no reading/);
  });
});

describe("draws with weight e^credit", () => {
  it("come out as e^C says, and repeat from their seed", () => {
    const run = runDraws(100_000, new Random(1));
    expect(run.players.map(({ credit }) => credit)).to.deep.equal(PLAYERS);
    expect(run.players.reduce((sum, { won }) => sum + won, 0)).to.equal(100_000);
    expect(run.players.reduce((sum, { expectedShare }) => sum + expectedShare, 0)).to.be.closeTo(1, 1e-12);
    // e^(-10/9) from each player to the next.
    expect(run.players[8]!.expectedShare / run.players[9]!.expectedShare).to.be.closeTo(Math.exp(-1.11), 1e-9);
    expect(run.largestDeviation).to.be.below(0.005);
    expect(run.degreesOfFreedom).to.equal(9);
    // 99.9 % of all seeds stay below this with nine degrees of freedom.
    expect(run.chiSquare).to.be.below(27.88);
    expect(runDraws(100_000, new Random(1))).to.deep.equal(run);
  });

  it("are a page and a CSV file, a chart for each run", () => {
    const runs = [50, 1_000].map((draws) => runDraws(draws, new Random(1)));
    const html = drawsHtml(runs, 1, "c", []);
    expect(html).to.include('id="draws-50"').and.include('id="draws-1000"').and.include("chi-square");
    expect(html).not.to.match(/undefined|NaN/);
    const [head, ...lines] = drawsCsv(runs).trim().split("\n");
    expect(head).to.equal("draws,credit_points,won,share,expected_share");
    expect(lines).to.have.length(20);
    const won = lines.filter((line) => line.startsWith("1000,")).map((line) => Number(line.split(",")[2]));
    expect(won.reduce((sum, wins) => sum + wins, 0)).to.equal(1_000);
  });

  it("takes together those of whom less than five wins are expected", () => {
    const { degreesOfFreedom, draws } = runDraws(50, new Random(2));
    expect([draws, degreesOfFreedom]).to.deep.equal([50, 2]);
  });

  it("says when somebody with less credit won more often", () => {
    expect(runDraws(50, new Random(1), [10_000, 0]).ordered).to.equal(true);
    // A hundredth of a point between them: in three draws either may be ahead.
    const ordered = Array.from({ length: 20 }, (_, seed) => runDraws(3, new Random(seed), [5_000, 5_001]).ordered);
    expect(new Set(ordered).size).to.equal(2);
  });
});
