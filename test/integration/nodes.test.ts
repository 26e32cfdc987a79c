import { expect } from "chai";
import { Wallet } from "ethers";
import hre from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentNodeClock, WallClock } from "../../scripts/chain/clock";
import { decidedFrame } from "../../scripts/chain/decidedFrame";
import { DEFAULT_PATIENCE, NotMined } from "../../scripts/chain/inclusion";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { readEvents } from "../../scripts/chain/marketEvents";
import { type DeployedContract, ModuleDeployer } from "../../scripts/chain/moduleDeployer";
import { NodeTransactor } from "../../scripts/chain/nodeTransactor";
import { publishableFrames } from "../../scripts/chain/publications";
import { roleHolders } from "../../scripts/chain/roles";
import { sendMany } from "../../scripts/chain/sendMany";
import { moneyOf, provideTokens } from "../../scripts/chain/token";
import { MemoryJournal } from "../../scripts/chain/transactionJournal";
import { compareCode } from "../../scripts/quality/audit/deployedCode";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { builtContract } from "../../tasks/support/builtContract";
import { HAS_ANVIL, type RunningNode, startAnvil, startProxy } from "../helpers/nodes";

/** Accounts of anvil; it signs for them. */
const ACCOUNTS = Array.from({ length: 3 }, (_, index) =>
  [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  ].at(index),
) as string[];

const suite = HAS_ANVIL ? describe : describe.skip;

suite("markets on nodes", function () {
  this.timeout(120_000);
  const running: RunningNode[] = [];
  after(() => running.forEach((node) => node.stop()));

  const transactor = (node: RunningNode, account = 0, timeoutMs = DEFAULT_PATIENCE.timeoutMs) =>
    new NodeTransactor({
      provider: node.provider,
      address: ACCOUNTS[account]!,
      interfaces: ERROR_INTERFACES,
      journal: new MemoryJournal(),
      patience: { ...DEFAULT_PATIENCE, timeoutMs },
    });

  async function deploy(
    node: RunningNode,
    feeder: string,
    contracts: Record<string, DeployedContract>,
    overrides: Partial<DeploymentParameters> = {},
  ): Promise<MarketClient> {
    const deployer = new ModuleDeployer({
      sender: transactor(node),
      artifactOf: async (name) => hre.artifacts.readArtifact(name),
      hasCode: async (address) => (await node.provider.getCode(address)) !== "0x",
      ...{ contracts, save: () => Promise.resolve(), say: () => undefined },
    });
    const { market } = await deployer.deploy(feederModule(feeder, overrides));
    return MarketClient.connect(market!, node.provider);
  }

  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "nothing",
      (error: Error) => error.message,
    );

  it("trade where gas is free, blocks come by the clock, nothing of development is there and logs are limited", async () => {
    const node = await startAnvil("--base-fee", "0", "--gas-price", "0", "--block-time", "1");
    const proxy = await startProxy(node, { mostBlocks: 7 });
    running.push(node, proxy);
    for (const account of ACCOUNTS) await node.provider.send("anvil_setBalance", [account, "0x0"]);

    const client = await deploy(proxy, "free", {});
    const operator = transactor(proxy);
    const piles = [1, 2].map((index) => ({
      ...{ account: ACCOUNTS[index]!, operator: ACCOUNTS[index]!, meterKey: ACCOUNTS[0]!, ratedW: 7_000n },
    }));
    const mined: string[] = [];
    const calls = piles.map((pile) => client.registration(pile));
    await sendMany(operator, calls, ({ hash }) => mined.push(hash));
    expect(new Set(mined).size).to.equal(2);
    const money = await moneyOf(client, proxy.provider);
    await provideTokens(client, proxy.provider, operator, money.parse("20")!);
    for (const { account } of piles) await client.deposit(operator, account, money.parse("10")!);

    // Its clock is the wall's, however old the latest block is; a proxy lets nobody set it.
    const clock = new WallClock(proxy.provider);
    const { first } = publishableFrames(client.parameters, (await clock.now()) + 5);
    const tariffs = {
      baseLoadW: 33_000n,
      importPricePerKwh: 200_000n,
      exportPricePerKwh: 50_000n,
      wheelingPricePerKwh: 0n,
    };
    await client.publishFrames(
      operator,
      [first, first + 2].map((frame) => ({ frame, ...tariffs })),
    );

    // The node itself goes where the proxy may not.
    const { frameSeconds, auctionSeconds } = client.parameters;
    const setter = new DevelopmentNodeClock(node.provider);
    await setter.reach(first * frameSeconds - 2 * auctionSeconds);
    const order = { price: 130_000n, energyWh: 1_500n, peakWh: 0n, expiryFrame: first + 3 };
    await client.place(transactor(proxy, 1), { side: "charge", ...order });
    await client.place(transactor(proxy, 2), { side: "discharge", ...order });
    await setter.reach(first * frameSeconds - auctionSeconds);
    const { cleared } = await client.clear(operator, first);
    expect(cleared.fills).to.have.length(1);
    await setter.reach((first + 1) * frameSeconds);
    const decided = await decidedFrame(client, proxy.provider, first);
    expect(decided).to.deep.include({ frame: first, packed: cleared.packed, matched: 1 });
    expect(decided!.publication)
      .to.equal(await client.publication(first))
      .and.not.to.equal(0n);
    await client.settle(operator, decided!, decided!.publication);
    expect(await decidedFrame(client, proxy.provider, first + 1)).to.equal(undefined);

    const names = (await readEvents(proxy.provider, client.address, 10_000)).map(({ event }) => event);
    expect(names.filter((name) => name === "FrameCleared")).to.have.length(1);
    expect((await roleHolders(client, proxy.provider)).registrar).to.deep.equal([ACCOUNTS[0]]);
  });

  it("do not share the fate of one that was refused, and are found where they stand", async () => {
    const node = await startAnvil();
    running.push(node);
    const contracts: Record<string, DeployedContract> = {};
    expect(await refusal(deploy(node, "bad", contracts, { pileCap: 2_000 }))).to.equal(
      "InvalidParameter (name pileCap, value 2000)",
    );
    const good = await deploy(node, "good", contracts, { capacityW: 400_000n });
    expect(good.parameters.capacityW).to.equal(400_000n);
    const sent = await node.provider.getTransactionCount(ACCOUNTS[0]!);
    expect((await deploy(node, "good", contracts)).address).to.equal(good.address);
    // Even where nobody noted it.
    const without = Object.fromEntries(Object.entries(contracts).filter(([id]) => !id.startsWith("Feeder_")));
    expect((await deploy(node, "good", without)).address).to.equal(good.address);
    expect(await node.provider.getTransactionCount(ACCOUNTS[0]!)).to.equal(sent);

    const built = await builtContract(hre, "contracts/market/Market.sol:Market");
    const parameters = [...(await Market__factory.connect(good.address, node.provider).parameters())];
    expect(await compareCode(node.provider, built, good.address, [parameters])).to.deep.include({
      difference: undefined,
    });
    const other = parameters.map((value) => (value === 400_000n ? 500_000n : value));
    const verdict = await compareCode(node.provider, built, good.address, [other]);
    expect(verdict.difference).to.equal("its constant CAPACITY_W is another than its constructor makes");
    const wrong = await compareCode(node.provider, built, good.deliveryAddress, [parameters]);
    expect(wrong.difference).to.match(/bytes of code, the build has/);
  });

  it("do not wait for ever for a block that never comes, and count hours without one", async () => {
    const node = await startAnvil("--no-mining");
    running.push(node);
    const waiting = transactor(node, 0, 1_500).send({ to: Wallet.createRandom().address, data: "0x" });
    const error = await waiting.then(() => undefined).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(NotMined);
    expect(await node.provider.getTransaction((error as NotMined).hash!)).not.to.equal(null);

    const latest = (await node.provider.getBlock("latest"))!.timestamp;
    await node.provider.send("evm_increaseTime", [8 * 3_600]);
    const clock = new DevelopmentNodeClock(node.provider);
    expect(await clock.now()).to.be.at.least(latest + 8 * 3_600);
    await clock.reach(latest + 3_600);
    expect((await node.provider.getBlock("latest"))!.timestamp).to.be.at.least(latest + 8 * 3_600);
    const idle = new WallClock(node.provider, undefined, () => latest + 99 * 3_600);
    expect(await idle.now()).to.equal(latest + 99 * 3_600);
  });
});
