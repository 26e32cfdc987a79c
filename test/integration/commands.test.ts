import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { commandInProcess } from "../helpers/commandInProcess";
import { hardhatCommand } from "../helpers/hardhatCommand";

describe("commands", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "adbev-"));

  it("market:replay --json prints the result and nothing else", async () => {
    const { code, stdout } = await hardhatCommand(
      "market:replay",
      "--file",
      "docs/scenarios/first-trades.json",
      "--json",
    );
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({
      frames: [
        {
          frame: 1,
          trades: [{ sell: "C", buy: "A", price: 130000, energyWh: 1500 }],
          grid: [],
          loadW: 33000,
        },
        {
          frame: 2,
          trades: [],
          grid: [{ pile: "B", side: "charge", price: 200000, energyWh: 2600 }],
          loadW: 38200,
        },
        { frame: 3, trades: [], grid: [], loadW: 33000 },
      ],
      pflW: 10400,
      open: [],
      rejected: [{ frame: 2, pile: "A", error: "NoLiveOrder" }],
    });
  });

  it("a malformed scenario gets one message, with file, place and what is accepted", async () => {
    const file = join(folder, "bad.json");
    writeFileSync(file, '{ "baseLoadW": 1,\n  "frames": 2,\n  "piles": [ { "id": "A", "ratedW": "7 kW" } ] }');
    const { code, stdout, stderr } = await hardhatCommand("market:replay", "--file", file);
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.include(`${file}:3:37: piles[0].ratedW: expected a whole number of W`);
    expect(stderr).not.to.match(/\n\s+at /);
  });

  it("simulate:day writes a line per frame, and says what is wrong with a flag before it does anything", async () => {
    const csv = join(folder, "day.csv");
    const day = await commandInProcess("simulate:day", "--on", "model", "--evs", "20", "--csv", csv, "--json");
    expect(day.code).to.equal(0);
    expect((JSON.parse(day.stdout) as { frames: unknown[] }).frames).to.have.length(48);
    expect(readFileSync(csv, "utf8").trim().split("\n")).to.have.length(49);

    const missing = join(folder, "never.csv");
    const bad = await hardhatCommand("simulate:day", "--evs", "many", "--csv", missing);
    expect(bad.code).to.equal(1);
    expect(bad.stdout).to.equal("");
    expect(bad.stderr).to.include('--evs: expected a whole number from 1 to 100000, found "many"');
    expect(() => readFileSync(missing)).to.throw("ENOENT");
  });

  it("lesson walks by a script, as text or as JSON, and says what it does not know", async () => {
    const text = await commandInProcess("lesson", "crossing", "--steps", "f u a q");
    expect(text.code).to.equal(0);
    expect(text.stdout).to.include("✓ Cleo → Ann  1.50 kWh at 13.00 p").and.include("Answer.");
    const json = await commandInProcess("lesson", "--file", "docs/scenarios/first-trades.json", "--json");
    const views = JSON.parse(json.stdout) as { step: number; decision?: { trades: { price: number }[] } }[];
    expect(views).to.have.length(13);
    expect(views.find(({ step }) => step === 4)?.decision?.trades[0]?.price).to.equal(130000);
    const bad = await commandInProcess("lesson", "crossing", "--steps", "jump");
    expect(bad.code).to.equal(1);
    expect(bad.stderr).to.include('--steps: there is no step "jump"');
  });

  it("simulate:day takes an agent from a file, and says what is wrong with one", async () => {
    const agent = join(folder, "sleepy.js");
    writeFileSync(agent, 'exports.default = { name: "sleepy", decide: () => undefined };');
    const day = await commandInProcess("simulate:day", "--on", "model", "--evs", "10", "--agent", agent, "--json");
    expect(day.code).to.equal(0);
    expect((JSON.parse(day.stdout) as { totals: { servedWh: number } }).totals.servedWh).to.equal(0);
    writeFileSync(agent, 'exports.default = { name: "leaver", decide: () => process.exit(0) };');
    const left = await hardhatCommand("simulate:day", "--on", "model", "--evs", "10", "--agent", agent, "--json");
    expect(left.code).to.equal(1);
    expect(left.stderr).to.include("the process ended before the command had a result");
    const none = await commandInProcess("simulate:day", "--on", "model", "--agent", "docs/lessons/1-crossing.json");
    expect(none.code).to.equal(1);
    const mistyped = await hardhatCommand("simulate:day", "--nonsense", "3");
    expect(mistyped.code).to.equal(1);
    expect(mistyped.stderr).to.include("Unrecognized param --nonsense").and.include("npx hardhat help simulate:day");
    expect(mistyped.stderr).not.to.include("    at ");
    expect(none.stderr).to.equal("Error: --agent: expected a .ts or .js file, found docs/lessons/1-crossing.json\n");
  });

  it("simulate:compare puts a planner from a file against the others, and says what is wrong with one", async () => {
    const few = ["--evs", "10", "--seeds", "1", "--generations", "0"];
    const own = await commandInProcess("simulate:compare", ...few, "--planner-file", "docs/examples/level.ts");
    expect(own.code).to.equal(0);
    expect(own.stdout)
      .to.match(/\nRounds won\n.* level/)
      .and.include("level against the others by laxity");
    const none = await commandInProcess("simulate:compare", ...few, "--planner-file", "docs/examples/thrifty.ts");
    expect(none.code).to.equal(1);
    expect(none.stderr).to.include("exports no planner by default; expected { name, async plan(book) }");
  });

  it("simulate:compare runs the market under other rules, and under a mechanism from a file on a chain", async () => {
    const few = ["--evs", "4", "--seeds", "1", "--generations", "0"];
    const keys = ["adbev", "adbevUniform", "adbevVickrey", "adbevCredit", "adbevOwn"];
    const csv = join(folder, "rules.csv");
    const own = ["--matching", "all", "--mechanism", "docs/examples/PostedPrice.sol", "--schemes", keys.join(",")];
    const { code, stdout } = await commandInProcess("simulate:compare", ...few, ...own, "--csv", csv, "--json");
    expect(code).to.equal(0);
    const { schemes } = JSON.parse(stdout) as {
      schemes: { key: string; title: string; days: { peakW: number; gasPerEv: number | null }[] }[];
    };
    expect(schemes.map(({ key }) => key).sort()).to.deep.equal([...keys].sort());
    expect(schemes.find(({ key }) => key === "adbevOwn")?.title).to.equal("AdBEV market, waterline, PostedPrice");
    // Only the contract's own rule runs on a chain, and has gas.
    for (const { key, days } of schemes) expect((days[0]!.gasPerEv ?? 0) > 0, key).to.equal(key === "adbevOwn");
    expect(readFileSync(csv, "utf8").trim().split("\n")).to.have.length(keys.length + 1);

    const unknown = await commandInProcess("simulate:compare", ...few, "--matching", "uniform,fair");
    expect(unknown.code).to.equal(1);
    expect(unknown.stderr).to.include("--matching: expected one of adbev, credit").and.include('found "fair"');
  });

  it("says that no market is deployed, and how to deploy one", async () => {
    const { code, stderr } = await commandInProcess("market:book", "--feeder", "nowhere");
    expect(code).to.equal(1);
    expect(stderr).to.include('no market of feeder "nowhere" is deployed').and.include("market:deploy");
    // The chain of a command ends with it: to deploy there again would help nobody.
    expect(stderr).to.match(/^Error: --network: .*say --network localhost$/m);
  });
});
