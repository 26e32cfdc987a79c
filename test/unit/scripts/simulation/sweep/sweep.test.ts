import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { FIGURE_HEADINGS } from "../../../../../scripts/reports/compareColumns";
import { jobsOf, parseAxes, requireSweepable, settingOf, SWEEPABLE } from "../../../../../scripts/sweep/plan";
import { runPool } from "../../../../../scripts/sweep/pool";
import { resume, sweepHead } from "../../../../../scripts/sweep/table";

const AXES = parseAxes("over", "evs=5,8;max_wait_frames=6");
const NAMES = AXES.map(({ name }) => name);
const SETUP = { version: "1.2.3", names: NAMES, schemes: ["uncontrolled", "spread"], generations: 1 };
const JOBS = jobsOf("chapter4", AXES, [1, 2]);
const lineOf = (evs: number, seed: number, scheme: string) => `1.2.3,1,chapter4,${evs},6,${scheme},${seed},0`;

describe("sweeps", function () {
  this.timeout(120_000);

  it("run every combination with every seed", () => {
    expect(JOBS.map(({ values, seed }) => [...values, seed])).to.deep.equal([
      [5, 6, 1],
      [5, 6, 2],
      [8, 6, 1],
      [8, 6, 2],
    ]);
    const { settings, market } = settingOf(JOBS[2]!, NAMES);
    expect([settings.evs, market.maxWaitFrames]).to.deep.equal([8, 6]);
  });

  it("make one battery of several axes, the rest of it ideal, and let asks cover its costs", () => {
    const axes = parseAxes("over", "wear_units_per_kwh=45000;charge_efficiency_percent=90,100;evs=5");
    const names = axes.map(({ name }) => name);
    const { settings } = settingOf(jobsOf("chapter4", axes, [1])[0]!, names);
    const battery = { chargeEfficiency: 0.9, dischargeEfficiency: 1, wearPerKwh: 45_000, reserveSoc: 0 };
    expect(settings).to.deep.include({ evs: 5, battery, asksCoverCosts: true });
    expect(settingOf(JOBS[0]!, NAMES).settings).not.to.have.any.keys("battery", "asksCoverCosts");
  });

  for (const [text, message] of [
    ["evz=5", "expected parameters such as evs=50,100;max_wait_frames=6,12 of evs, homes"],
    ["evs=5,x", 'expected whole numbers from 1 to 1000 for evs, found "x"'],
    ["evs=0", 'found "0"'],
    ["evs=5;evs=6", "names evs twice"],
  ] as const) {
    it(`refuse ${text}`, () => expect(() => parseAxes("over", text)).to.throw(message));
  }

  it("refuse homes where the setting says what its homes draw", () => {
    const homes = parseAxes("over", "homes=50,100");
    for (const setting of ["thesis3", "thesis5", "thesis6"]) {
      expect(() => requireSweepable("over", setting, homes)).to.throw(
        `--over: homes does not go with --setting ${setting}`,
      );
      expect(() => requireSweepable("over", setting, AXES)).not.to.throw();
    }
    for (const setting of ["chapter4", "thesis4", "elaadnl"]) {
      expect(() => requireSweepable("over", setting, homes)).not.to.throw();
    }
  });

  it("go on where a file ends, without what is incomplete or cut off", () => {
    const whole = [lineOf(5, 1, "uncontrolled"), lineOf(5, 1, "spread")];
    const text = [sweepHead(NAMES), ...whole, lineOf(5, 2, "uncontrolled"), "1.2.3,1,chap"].join("\n");
    const resumed = resume("s.csv", text, SETUP, JOBS);
    expect(resumed.text).to.equal([sweepHead(NAMES), ...whole, ""].join("\n"));
    expect(resumed.left).to.deep.equal(JOBS.slice(1));
    expect(resume("s.csv", "", SETUP, JOBS)).to.deep.equal({ text: `${sweepHead(NAMES)}\n`, left: JOBS });
    const stranger = [sweepHead(["evs"]), ""].join("\n");
    expect(() => resume("s.csv", stranger, SETUP, JOBS)).to.throw("s.csv: is there and of another sweep");
    const older = [sweepHead(NAMES), lineOf(5, 1, "spread").replace("1.2.3", "1.0.0"), ""].join("\n");
    expect(() => resume("s.csv", older, SETUP, JOBS)).to.throw("of version 1.0.0, not 1.2.3");
    const longer = { ...SETUP, generations: 200 };
    expect(() => resume("s.csv", text, longer, JOBS)).to.throw("of --generations 1, not 200");
  });

  it("come to the same on any number of threads", async () => {
    const timeless = (line: string) => {
      const time = sweepHead(NAMES).split(",").indexOf("compute_ms");
      return line
        .split(",")
        .filter((_, index) => index !== time)
        .join(",");
    };
    const rows = async (workers: number) => {
      const all: string[] = [];
      await runPool(JOBS.slice(0, 2), SETUP, workers, async (lines) => void all.push(...lines.map(timeless)));
      return all.sort();
    };
    const one = await rows(1);
    expect(one).to.have.length(4);
    expect(one[0]).to.match(/^1\.2\.3,1,chapter4,5,6,spread,1,[\d.]+,/);
    expect(await rows(2)).to.deep.equal(one);
  });

  it("end all threads where one run fails", async () => {
    const jobs = [{ ...JOBS[0]!, setting: "nowhere" }, ...Array.from({ length: 2_000 }, () => JOBS[1]!)];
    let handed = 0;
    const failure = await runPool(jobs, SETUP, 2, async () => void handed++).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).to.match(/^nowhere, seed 1: /);
    const before = handed;
    expect(before).to.be.lessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(handed).to.equal(before);
  });

  it("have every column documented", () => {
    const page = readFileSync(join(__dirname, "../../../../../docs/results-schema.md"), "utf8");
    for (const name of [...FIGURE_HEADINGS, ...Object.keys(SWEEPABLE), "version", "setting", "generations"]) {
      expect(page, name).to.include(`\`${name}\``);
    }
  });
});
