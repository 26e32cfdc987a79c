import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { Wallet } from "ethers";

import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
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

  async function start(): Promise<RunningNode> {
    node = await startAnvil("--chain-id", String(chainId));
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
    await asJson("frame:settle");
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
});
