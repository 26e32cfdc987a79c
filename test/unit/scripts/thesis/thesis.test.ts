import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { withDefaults } from "../../../../scripts/core/parameters";
import { Random } from "../../../../scripts/core/random";
import { PRESETS } from "../../../../scripts/simulation/presets";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { atOnce } from "../../../../scripts/thesis/atOnce";
import { ThesisDay } from "../../../../scripts/thesis/days";
import { REPRODUCED_ELSEWHERE } from "../../../../scripts/thesis/elsewhere";
import { thesisCsv, thesisHtml, thesisMarkdown } from "../../../../scripts/thesis/report";
import { EXPERIMENTS, reproduce } from "../../../../scripts/thesis/reproduce";
import { THESIS_SETTINGS } from "../../../../scripts/simulation/thesisSettings";
import type { Reproduction } from "../../../../scripts/thesis/types";
import { figureOf, isMet, judged, outcomeOf } from "../../../../scripts/thesis/verdict";
import { brokenSums } from "../schemes/fixtures";

/** Figures that take less than a second a seed. */
const QUICK = ["3.1", "3-B", "3.2", "4-C", "4.3", "4.5", "5.3", "5.4", "5.5"];

describe("the thesis run again", function () {
  this.timeout(120_000);
  let done: Reproduction[];

  before(async () => {
    done = await reproduce(
      EXPERIMENTS.filter(({ id }) => QUICK.includes(id)),
      [1, 2, 3],
    );
  });
  const figures = (id: string) => done.find((one) => one.id === id)!.figures;

  it("covers every table and figure that carries data, once", () => {
    const all = [...EXPERIMENTS.map(({ id }) => id), ...REPRODUCED_ELSEWHERE.map(({ id }) => id)];
    expect(new Set(all).size).to.equal(all.length);
    expect(all).to.include.members(["3.2", "3.3", "3.4", "4-C", "4.3", "4.4", "4.5", "4.6", "5.3", "5.4", "5.5"]);
    expect(all).to.include.members(["3-B", "6-B", "6.4", "6.5", "6.6"]);
  });

  it("judges each figure by its spread, and says under which assumption", () => {
    const near = figureOf("x", 10, "kW", [8, 10, 13]);
    expect([isMet(near), outcomeOf(near)]).to.deep.equal([true, "reproduced"]);
    expect(outcomeOf(figureOf("x", 10, "kW", [8, 10, 13], "if so"))).to.equal("reproduced under an assumption");
    const far = figureOf("x", 10, "kW", [13, 13.1], "if so");
    expect(outcomeOf(far)).to.equal("not reproduced");
    expect(judged([near, far]).verdict).to.equal("Not reproduced: x is reported as 10 and comes to 13.1.");
    expect(judged([]).outcome).to.equal("no figure to compare");
  });

  it("comes near what can be reproduced, and says of the rest that it cannot", () => {
    const found = (id: string, index: number) => figures(id)[index]!.found.mean;
    expect(found("3.2", 0)).to.be.closeTo(0.56, 0.1);
    expect(found("4.5", 0)).to.be.closeTo(0.63, 0.15);
    expect(found("5.5", 0)).to.be.closeTo(48.5, 10);
    expect(found("5.5", 1)).to.be.closeTo(32.4, 8);
    expect(outcomeOf(figures("3.2")[3]!)).to.equal("not reproduced");
  });

  it("writes data and a drawing of each", () => {
    const csv = thesisCsv(done).trimEnd().split("\n");
    expect(csv[0]).to.equal("figure,x_name,x,y_name,series,value");
    const html = thesisHtml(done, [1, 2, 3], "c");
    const page = thesisMarkdown(done, [1, 2, 3], "c");
    for (const { id, curve, verdict } of done) {
      const values = curve.series.reduce((sum, { values: all }) => sum + all.length, 0);
      expect(csv.filter((line) => line.startsWith(`${id},`))).to.have.length(values);
      expect(html).to.include(`id="figure-${id}"`);
      expect(page).to.include(verdict);
      for (const { values: all } of curve.series) expect(all).to.have.length(curve.xs.length);
    }
    expect(html).not.to.include("NaN");
  });

  it("has its page, with every figure", () => {
    const file = join(__dirname, "../../../../docs/thesis.md");
    expect(existsSync(file)).to.equal(true);
    const page = readFileSync(file, "utf8");
    for (const { id, title } of EXPERIMENTS) expect(page).to.include(`## ${id} ${title}`);
  });

  for (const [name, { settings, market }] of Object.entries(THESIS_SETTINGS)) {
    it(`${name} is a setting of every command: a market takes it, its EVs come one at a time`, () => {
      expect(PRESETS[name]!.title).to.match(/^thesis \d/);
      const rules = withDefaults(market);
      expect(() => new ModelPort(rules)).not.to.throw();
      const random = new Random(1).stream("population");
      const evs = settings.population!({ evs: 30, days: 3, frameSeconds: rules.frameSeconds, random });
      const until = new Map<string, number>();
      for (const { pile, arrivalFrame, departureFrame, side, initialSoc, targetSoc } of evs) {
        expect(arrivalFrame).to.be.at.least(until.get(pile) ?? 0);
        expect((targetSoc - initialSoc) * (side === "charge" ? 1 : -1)).to.be.at.least(0);
        until.set(pile, departureFrame);
      }
      if (name === "thesis6") {
        expect(rules.frameSeconds).to.equal(600);
        expect(Math.max(...evs.map(({ ratedW }) => ratedW))).to.equal(50_000);
        for (const { side, ratedW } of evs) if (side === "discharge") expect(ratedW).to.be.at.most(15_000);
      }
    });
  }

  it("demands carried out as they come: at full rate from the first frame on, both ways", () => {
    const { options, market } = new ThesisDay(THESIS_SETTINGS.thesis5, 1);
    const schedule = atOnce(options.evs, market);
    expect(brokenSums(options.evs, schedule)).to.deep.equal([]);
    expect(Math.max(...schedule.soldWh)).to.be.above(0);
  });
});
