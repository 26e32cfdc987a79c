import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { Wallet } from "ethers";

import { Delivery__factory } from "../../typechain-types/factories/contracts/delivery/Delivery__factory";
import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { BenefitRounds__factory } from "../../typechain-types/factories/contracts/rounds/BenefitRounds__factory";
import { ALL_CASES } from "../helpers/cases";
import { type Ended, hardhatCommand } from "../helpers/hardhatCommand";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../helpers/nodes";

/** First key of anvil, the only one that the commands are given. */
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ACCOUNT = new Wallet(KEY).address;
const DEPLOYMENTS = join(__dirname, "../../deploy/deployments");

const suite = HAS_ANVIL && ALL_CASES ? describe : describe.skip;

suite("commands on a node, with one key", function () {
  this.timeout(300_000);
  const chainId = 100_000_000 + (process.pid % 1_000_000);
  let node: RunningNode | undefined;
  const before: Record<string, string | undefined> = {};

  function set(settings: Record<string, string>): void {
    for (const [name, value] of Object.entries(settings)) {
      before[name] ??= process.env[name];
      process.env[name] = value;
    }
  }

  after(() => {
    node?.stop();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const folder of readdirSync(DEPLOYMENTS).filter((name) => name.startsWith(`chain-${chainId}-`))) {
      rmSync(join(DEPLOYMENTS, folder), { recursive: true });
    }
  });

  async function start(...flags: string[]): Promise<RunningNode> {
    node = await startAnvil("--chain-id", String(chainId), ...flags);
    set({ HARDHAT_VAR_ADBEV_RPC_URL: node.url, HARDHAT_VAR_ADBEV_PRIVATE_KEY: KEY });
    return node;
  }

  const run = (...args: string[]): Promise<Ended> => hardhatCommand(...args, "--network", "testnet");

  async function asJson(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect(code, `${args.join(" ")}: ${stderr}`).to.equal(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it("walk a day's first trade, with a hash of what each sends, and say that a restarted chain has no market", async () => {
    const { provider } = await start();
    const { market: address } = (await asJson("market:deploy")) as { market: string };
    const market = Market__factory.connect(address, provider);

    // Its own account without a word, another by its address alone, with keys of its own.
    await asJson("pile:register");
    expect(await market.pileOf(ACCOUNT)).to.equal(1n);
    const [pile, meterKey, operator] = [1, 2, 3].map(() => Wallet.createRandom().address);
    const { transaction } = await asJson(
      ...["pile:register", "--account", pile!, "--meter-key", meterKey!, "--operator", operator!],
    );
    expect(await market.pileOf(pile!)).to.equal(2n);
    const sent = Market__factory.createInterface().parseTransaction({
      data: (await provider.getTransaction(String(transaction)))!.data,
    });
    expect([...sent!.args].slice(0, 3)).to.have.members([pile, meterKey, operator]);

    for (const [command, ...flags] of [
      ["frame:publish", "--frames", "8"],
      ["pile:fund"],
      ["chain:travel", "--frames", "3"],
      ["order:place", "--side", "charge", "--price", "25", "--energy", "2000"],
    ] as [string, ...string[]][]) {
      const answer = await asJson(command, ...flags);
      if (command !== "chain:travel")
        expect(answer["transaction"] ?? answer["transactions"], command).to.not.equal(undefined);
    }
    const cleared = await asJson("frame:clear");
    expect((await provider.getTransactionReceipt(String(cleared["transaction"])))!.to).to.equal(address);
    const { frames: rows } = (await asJson("market:history")) as {
      frames: { frame: number; cleared: boolean; settled: boolean }[];
    };
    expect(rows.filter((row) => row.settled && !row.cleared)).to.deep.equal([]);
    expect(rows.filter((row) => row.cleared).map(({ frame }) => frame)).to.deep.equal([cleared["frame"]]);
    const tooYoung = await run("arrivals:learn");
    expect([tooYoung.code, tooYoung.stderr]).to.deep.equal([
      1,
      "market: has not cleared a whole day yet; an expectation is learnt from whole days\n",
    ]);
    await asJson("frame:settle");
    const twice = await run("frame:settle", "--frame", String(cleared["frame"]));
    expect(twice.stderr).to.match(/ \[\d{4}-\d\d-\d\d \d\d:\d0 UTC\]/);
    // Settling waits until the frame is over, and by then the next one's window: it is cleared on the way.
    const next = await asJson("frame:clear");
    const { frames: later } = (await asJson("market:history")) as { frames: typeof rows };
    const first = Number(cleared["frame"]);
    expect(later.filter((row) => row.cleared).map(({ frame }) => frame)).to.deep.equal([first, first + 1, first + 2]);
    expect(next["frame"]).to.equal(first + 2);

    node!.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const again = await start();
    const gone = await run("market:book");
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.include("the chain was restarted and no longer has the market of feeder");
    const { market: renewed } = (await asJson("market:deploy")) as { market: string };
    expect(await again.provider.getCode(renewed)).to.not.equal("0x");
    expect((await run("market:book")).code).to.equal(0);
  });

  for (const secondsLeft of [300, 20]) {
    it(`walk a first trade begun ${secondsLeft} s before a half-hour, its window open`, async () => {
      node?.stop();
      const halfHour = (Math.floor(Date.now() / 1_800_000) + 2) * 1_800;
      await start("--timestamp", String(halfHour - secondsLeft));
      await asJson("market:deploy");
      await asJson("pile:register");
      await asJson("pile:fund");
      await asJson("frame:publish");
      await asJson("chain:travel", "--frames", "3");
      await asJson("order:place", "--side", "charge", "--price", "25", "--energy", "1500");
      expect((await asJson("market:book"))["bids"]).to.have.length(1);
      const { frame, fills } = (await asJson("frame:clear")) as { frame: number; fills: unknown[] };
      expect(fills).to.have.length(1);
      await asJson("frame:settle");
      const { frames } = (await asJson("market:history")) as {
        frames: { frame: number; cleared: boolean; settled: boolean }[];
      };
      expect(frames.find((row) => row.frame === frame)).to.include({ cleared: true, settled: true });
    });
  }

  it("do what an operator does, one transaction each, sent as told", async () => {
    const { provider } = node!;
    await asJson("market:deploy", "--feeder", "ops", "--settlement", "benefit", "--readings", "3600");
    await asJson("pile:register", "--feeder", "ops");
    const other = Wallet.createRandom().address;
    const contracts = [Market__factory, BenefitRounds__factory, Delivery__factory].map((one) => one.createInterface());
    const called = async (hash: string): Promise<string> => {
      const { data } = (await provider.getTransaction(hash))!;
      const call = contracts.map((one) => one.parseTransaction({ data })).find((one) => one !== null);
      return `${call?.name} ${[...(call?.args ?? [])].slice(-2).map(String).join(" ")}`;
    };
    for (const [command, flags, call] of [
      ["suspend", ["--pile", ACCOUNT], `setSuspended ${ACCOUNT} true`],
      ["readmit", ["--pile", ACCOUNT], `setSuspended ${ACCOUNT} false`],
      ["pause", [], "setEntryPaused true"],
      ["reopen", [], "setEntryPaused false"],
      ["meter-key", ["--pile", ACCOUNT, "--key", other], `setMeterKey 1 ${other}`],
      ["weather", ["--pile", ACCOUNT, "--factor", "1200"], "setWeatherFactor 1 1200"],
      ["attributes", ["--pile", ACCOUNT, "--capacity", "7", "--stability", "9"], /^setAttributes /],
      ["deposit", ["--tokens", "5"], "depositGrid 5000000"],
      ["matching-fund", ["--tokens", "1"], "setMatchingFund 1000000"],
      ["withdraw", ["--tokens", "2", "--to", other], `withdrawGrid ${other} 2000000`],
      ["reward", ["--tokens", "0.5"], /^setReward .* 500000$/],
      ["fund-reward", ["--tokens", "3"], /^fundReward .* 3000000$/],
      ["grant", ["--role", "guardian", "--to", other], new RegExp(`^grantRole .* ${other}$`)],
      ["handover", ["--role", "registrar", "--to", other], new RegExp(`^renounceRole .* ${ACCOUNT}$`)],
    ] as [string, string[], string | RegExp][]) {
      const { transaction } = await asJson(`operator:${command}`, "--feeder", "ops", ...flags);
      if (typeof call === "string") expect(await called(String(transaction)), command).to.equal(call);
      else expect(await called(String(transaction)), command).to.match(call);
    }
    const refused = await run("operator:suspend", "--feeder", "ops", "--pile", ACCOUNT);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include("registrar");
    const claimed = await run("operator:draw-reward", "--feeder", "ops");
    expect(claimed.code, claimed.stderr).to.equal(1);
    expect(claimed.stderr.trim().split("\n")).to.have.length(1);
  });
});
