import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { ALL_CASES } from "../helpers/cases";
import { commandInProcess } from "../helpers/commandInProcess";
import { hardhatCommand, hardhatIntoSlowPipe } from "../helpers/hardhatCommand";

interface DayJson {
  frames: { frame: number; time: string; loadW: number }[];
  warnings: string[];
}

describe("simulation commands", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "adbev-simulate-"));
  const sessions = join(folder, "sessions.csv");
  writeFileSync(
    sessions,
    "plugin,departure,kwh\n2019-03-14T18:00,2019-03-15T07:00,9\n2019-03-15T09:00,2019-03-15T15:00,5\n",
  );
  const day = (...flags: string[]) => commandInProcess("simulate:day", "--on", "model", ...flags);

  it("JSON goes into a pipe whole, however long it is", async () => {
    const { code, stdout } = await hardhatIntoSlowPipe("simulate:day", "--on", "model", "--json");
    expect(code).to.equal(0);
    expect(stdout.length).to.be.greaterThan(65_536);
    const { frames, warnings } = JSON.parse(stdout) as DayJson;
    expect(frames).to.have.length(48);
    expect(frames[0]).to.include({ frame: 48, time: "00:00" });
    expect(warnings).to.deep.equal([]);
  });

  it("CSV has every seed, numbers frames as JSON does, and says where it went", async () => {
    const csv = join(folder, "new", "days.csv");
    const { stdout, stderr } = await day("--seeds", "2", "--evs", "5", "--csv", csv, "--json");
    const [head, ...lines] = readFileSync(csv, "utf8").trim().split("\n");
    expect(head).to.match(/^seed,frame,time,base_load_w,/);
    expect(lines).to.have.length(96);
    expect(lines[0]).to.match(/^1,48,00:00,/);
    expect(lines[95]).to.match(/^2,95,23:30,/);
    expect(stderr).to.equal(`Wrote ${csv}, in the new folder ${join(folder, "new")}\n`);
    const { seeds, spread } = JSON.parse(stdout) as {
      seeds: { seed: number; pflW: number }[];
      spread: { pflW: { mean: number } };
    };
    expect(seeds.map(({ seed }) => seed)).to.deep.equal([1, 2]);
    expect((seeds[0]!.pflW + seeds[1]!.pflW) / 2).to.be.closeTo(spread.pflW.mean, 1e-6);
  });

  (ALL_CASES ? it : it.skip)("gives the same gas from the same seed, to the digit", async () => {
    const gasOf = async () => {
      const { stdout } = await hardhatCommand("simulate:day", "--evs", "6", "--json");
      return (JSON.parse(stdout) as { gas: Record<string, unknown> }).gas;
    };
    const first = await gasOf();
    expect(JSON.stringify(first)).to.match(/\d{6}/);
    expect(await gasOf()).to.deep.equal(first);
  });

  it("warns in the terminal and in JSON", async () => {
    const flags = ["--evs", "5", "--capacity", "250"];
    const { stdout } = await day(...flags);
    // Energy that one discharging EV sells to the others takes nothing from the grid.
    expect(stdout).to.match(
      /\nWarning: capacity of 250 W: .*\nWarning: homes alone are above .*\nWarning: unserved: 92\.3 % .*, 49\.9 kWh of 54\.1 kWh/,
    );
    const { warnings } = JSON.parse((await day(...flags, "--json")).stdout) as DayJson;
    expect(warnings).to.have.length(3);
  });

  it("simulate:compare takes sessions, a policy and the market's flags, and says by how much claims hold", async () => {
    const csv = join(folder, "compared.csv");
    const few = ["--generations", "0", "--schemes", "uncontrolled,spread,adbev"];
    const agents = ["--evs", "5", "--policy", "impatient", "--wait", "3"];
    const own = await commandInProcess("simulate:compare", "--seeds", "2", ...few, ...agents);
    expect(own.stdout).to.include("AdBEV market, impatient");
    expect(own.stdout).to.match(
      /AdBEV is calmer than no control.*\(.* against .*; 95 % interval .* to .* over 2 seeds\)/,
    );
    const recorded = ["--sessions", sessions, "--columns", "arrival=plugin,energy=kwh", "--date", "2019-03-15"];
    const one = ["--seeds", "1", ...few, "--csv", csv];
    const { code, stdout } = await commandInProcess("simulate:compare", ...one, ...recorded);
    expect(code).to.equal(0);
    expect(stdout).to.include("one seed, so no interval");
    expect(existsSync(csv)).to.equal(true);
  });

  it("simulate:compare expects as much of past days' arrivals as it is told", async () => {
    const few = ["--generations", "0", "--evs", "5", "--seeds", "1", "--schemes", "expected"];
    const stepsOf = async (percent: string) => {
      const { stdout } = await commandInProcess("simulate:compare", ...few, "--expect", percent, "--json");
      const { schemes } = JSON.parse(stdout) as { schemes: { days: { absoluteStepsW: number }[] }[] };
      return schemes[0]!.days[0]!.absoluteStepsW;
    };
    expect(await stepsOf("1000")).to.not.equal(await stepsOf("1"));
    const { code, stderr } = await commandInProcess("simulate:compare", "--expect", "50", "--sessions", sessions);
    expect(code).to.equal(1);
    expect(stderr).to.include("--sessions: does not go with --expect: recorded sessions have no past days");
  });
});
