import { mine, takeSnapshot, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre, { ethers } from "hardhat";

import type { AuditResult } from "../../scripts/quality/audit/audit";
import { goTo } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { nth, overwrite, slotOf } from "../unit/contracts/fixtures";
import { commit, opened, plan, SALT, setting, type Setting } from "../unit/contracts/roundFixtures";

/** Output of a run of the task, and its exit code. */
interface Ended {
  stdout: string;
  stderr: string;
  code: number;
}

describe("audit:rebuild", function () {
  this.timeout(60_000);
  let snapshot: SnapshotRestorer;
  let s: Setting;
  let market: string;
  let cleared: number;

  async function run(args: Record<string, unknown>): Promise<Ended> {
    const said: string[] = [];
    const wrong: string[] = [];
    const { log, error } = console;
    console.log = (...words: unknown[]) => void said.push(words.join(" "));
    console.error = (...words: unknown[]) => void wrong.push(words.join(" "));
    try {
      await hre.run("audit:rebuild", { feeder: "main", json: false, ...args });
    } finally {
      Object.assign(console, { log, error });
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    return { stdout: said.join("\n"), stderr: wrong.join("\n"), code };
  }

  const asJson = async (args: Record<string, unknown> = {}) =>
    JSON.parse((await run({ market, json: true, ...args })).stdout) as AuditResult & { agrees: boolean };

  before(async () => {
    snapshot = await takeSnapshot();
    s = await setting({ readingSeconds: 3_600 });
    market = await s.market.getAddress();
    await s.token.approve(s.rounds, ethers.MaxUint256);
    await s.rounds.setReward(s.market, 1_000n);
    await s.rounds.fundReward(s.market, 2_500n);
    const { book, round, horizon, match } = await opened(s);
    cleared = (await match.wait())!.blockNumber;
    const [one, other] = [nth(s.proposers, 0), nth(s.proposers, 1)];
    const best = plan(horizon, [3_000n, 2_600n, 1_900n, 1_500n]);
    for (const proposer of [one, other]) await commit(s, proposer, round, best);
    await goTo(round, -480);
    for (const proposer of [one, other]) await s.rounds.connect(proposer).reveal(s.market, book, best, SALT);
    await goTo(round, -360);
    await s.rounds.finalise(s.market, book, best);
    await mine(2);
    await s.rounds.drawReward(s.market);
    await s.delivery.setMeterKey(s.market, 4, one);
    await goTo(round + 1, 10);
    const reading = { pile: 1, frame: round, consumedWh: 1_234n, producedWh: 0n };
    await s.delivery.submit(s.market, [await signReading(s.delivery, s.market, nth(s.piles, 0), reading)]);
  });
  // Other tests neither pay nor get older for this one.
  after(() => snapshot.restore());

  it("agrees where plans competed, a reward was drawn, readings wait and a meter's key changes", async () => {
    const { stdout, code } = await run({ market });
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/Everything agrees: the state rebuilt from \d+ events is the contract's$/);
    const result = await asJson();
    expect(result.agrees).to.equal(true);
    expect(result.events).to.include({ PlanCommitted: 2, PlanRevealed: 2, RewardDrawn: 1, ReadingsStored: 1 });
    expect(result.compared!.readings).to.be.above(2);
    expect(result.money.deposited).to.equal(8_000_000_000);
  });

  it("compares at a block of the past", async () => {
    const result = await asJson({ toBlock: String(cleared) });
    expect(result).to.include({ agrees: true, toBlock: cleared });
    expect(result.events).not.to.have.property("RoundFinalised");
  });

  it("names what is missing where it begins too late", async () => {
    const { fromBlock } = await asJson();
    const { stdout, code } = await run({ market, fromBlock: String(fromBlock + 10) });
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/First difference: (pile|meter of pile) \d+, /)
      .and.include("as a later event tells it");
  });

  for (const [what, variable, index, bit, subject, field] of [
    ["a pile's credit", "_states", 2n, 214n, "pile 2", "credit (1/100 point)"],
    ["how many frames are open", "_marketTotals", 0n, 218n, "market", "openFrames"],
    ["the fluctuation level", "_marketTotals", 0n, 73n, "market", "pflW"],
    ["the sequence", "_head", 0n, 208n, "market", "sequence"],
  ] as const) {
    it(`finds one bit of ${what}, says which event was the last to touch it, and ends with 1`, async () => {
      const slot = (await slotOf(variable)) + index;
      await overwrite(s.market, slot, (word) => word ^ (1n << bit));
      const { stdout, code } = await run({ market });
      await overwrite(s.market, slot, (word) => word ^ (1n << bit));
      expect(code).to.equal(1);
      expect(stdout).to.include(`First difference: ${subject}, ${field}\n`);
      expect(stdout).to.match(/the last event that touched it +\w+ in block [\d ]+, transaction 0x[0-9a-f]{64}/);
      expect(stdout).not.to.include("Everything agrees");
    });
  }

  it("says in one message what is wrong with its input", async () => {
    const token = await s.token.getAddress();
    for (const [args, message] of [
      [{ market: "0x12" }, '--market: expected an address such as 0x…, 40 digits, found "0x12"'],
      [{ market: ethers.ZeroAddress }, "--market: there is no contract at"],
      [{ market: token }, `--market: the contract at ${token} is no market`],
      [{ market, fromBlock: "ten" }, "--from-block: expected a whole number"],
      [{ market, toBlock: "99999999" }, "--to-block: the latest block is"],
      [{ market, toBlock: "1" }, "--to-block: the market was not there at block 1"],
      [
        { market, fromBlock: String(cleared + 1), toBlock: String(cleared) },
        `--from-block: expected at most ${cleared}`,
      ],
    ] as const) {
      const { stderr, stdout, code } = await run(args);
      expect(code, message).to.equal(1);
      expect(stdout).to.equal("");
      expect(stderr).to.include(message);
    }
  });
});
