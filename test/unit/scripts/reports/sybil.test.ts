import { expect } from "chai";

import type { SybilReport } from "../../../../scripts/reports/sybil/experiment";
import { sybilCsv, sybilHtml } from "../../../../scripts/reports/sybil/page";
import { noRounds } from "../../../../scripts/reports/sybil/verified";

const REPORT: SybilReport = {
  rows: [0, 0.5, 1].map((share) => ({
    share,
    votes: { held: 200, accurate: 200 - 150 * share },
    verified: { ...noRounds(), held: 20, accurate: 20 - 4 * share, fallbacks: 2, refused: 3, scored: 7 },
    thesis: '"relatively high"',
  })),
  lotteries: [{ identities: 3, draws: 40, won: 30, expectedShare: 0.75, expectedShareBehind: 0.13 }],
};

describe("report of the Sybil attack", () => {
  it("is a page with the accuracy of votes and of scores, and with what verification does not protect", () => {
    const html = sybilHtml(REPORT, { rounds: 20, seed: 4 }, "npx <command>", ["AdBEV 0.0.0"]);
    expect(html).to.include('data-tip="50 % attackers\nvotes counted: 62.5 %\nscores verified: 90.0 %"');
    expect(html)
      .to.include("20 rounds for each share of attackers")
      .and.include("75.0 %")
      .and.include("npx &lt;command&gt;");
    expect(html).not.to.match(/undefined|NaN/);
  });

  it("is a CSV file with the counts", () => {
    const [head, ...lines] = sybilCsv(REPORT).trim().split("\n");
    expect(head).to.match(/^attackers_share,votes_held,/);
    expect(lines).to.deep.equal(["0,200,200,20,20,2,3,7", "0.5,200,125,20,18,2,3,7", "1,200,50,20,16,2,3,7"]);
  });
});
