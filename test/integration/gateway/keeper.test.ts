import { expect } from "chai";
import { Wallet } from "ethers";
import pino from "pino";

import type { FramePublication } from "../../../scripts/chain/publications";
import { Clearing } from "../../../scripts/gateway/keeper/clearing";
import { Keeper } from "../../../scripts/gateway/keeper/keeper";
import { Publishing } from "../../../scripts/gateway/keeper/publishing";
import { Rounds } from "../../../scripts/gateway/keeper/rounds";
import { Settling } from "../../../scripts/gateway/keeper/settling";
import { ReadingStore } from "../../../scripts/gateway/store/readings";
import { epob } from "../../../scripts/planners/book/planners";
import { ALL_CASES } from "../../helpers/cases";
import { accountsOn, keptMarket, marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { HAS_ANVIL, type RunningNode, startAnvil, startHardhatNode } from "../../helpers/nodes";

const FRAME = 1_800;
const TARIFFS = {
  baseLoadW: 33_000n,
  importPricePerKwh: 200_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};

/** Every run tries anvil, where there is one; a full one the node of Hardhat, too. */
const NODES: [string, () => Promise<RunningNode>][] = [
  ...(HAS_ANVIL ? [["anvil", startAnvil] as [string, () => Promise<RunningNode>]] : []),
  ...(ALL_CASES ? [["hardhat node", startHardhatNode] as [string, () => Promise<RunningNode>]] : []),
];

for (const [kind, startNode] of NODES)
  describe(`gateway: keeper on ${kind}`, function () {
    this.timeout(300_000);
    let node: RunningNode;
    before(async () => (node = await startNode()));
    after(() => node.stop());

    /** Calls of contracts that are in blocks, those of one account. */
    async function minedOf(address: string): Promise<string[]> {
      const latest = await node.provider.getBlockNumber();
      const found: string[] = [];
      for (let number = 0; number <= latest; number++) {
        const block = (await node.provider.getBlock(number, true))!;
        for (const { from, data, to } of block.prefetchedTransactions)
          if (from === address) found.push(`${to} ${data}`);
      }
      return found;
    }

    const keeperOf = (market: NodeMarket, duties: ConstructorParameters<typeof Keeper>[0][number]["duty"][]) =>
      new Keeper(
        duties.map((duty) => ({ market: "main", duty })),
        market.clock,
        pino({ level: "silent" }),
        10,
      );

    it("publishes, clears and settles each frame once, in a market whose meters sign", async () => {
      const market = await marketOnNode(node, 3, { readingSeconds: 1_800 });
      const { client, clock, admin, piles } = market;
      const gateway = await accountsOn(node);
      const keeper = Wallet.createRandom();
      await node.provider.send("hardhat_setBalance", [keeper.address, "0x8ac7230489e80000"]);
      const kept = keptMarket(market, gateway, new Wallet(keeper.privateKey));
      const readings = new ReadingStore(gateway.store, client);
      let known: FramePublication[] = [];
      const operator = gateway.accounts.of(nodeWallet(0));
      const duties = [
        new Publishing(kept, operator, { read: async () => known }),
        new Clearing(kept),
        new Settling(kept, readings),
      ];
      const service = keeperOf(market, duties);

      const start = Math.floor((await clock.now()) / FRAME) + 4;
      known = Array.from({ length: 6 }, (_, index) => ({ frame: start + index, ...TARIFFS }));
      await service.round();
      await service.round();
      expect(await client.publication(start + 5)).not.to.equal(0n);

      await clock.reach(start * FRAME - 700);
      const order = { price: 130_000n, energyWh: 1_500n, peakWh: 0n, expiryFrame: start };
      const transactor = (index: number) => gateway.accounts.of(nodeWallet(index));
      await client.place(transactor(1), { side: "charge", ...order });
      await client.place(transactor(2), { side: "discharge", ...order });
      await service.round();
      expect((await client.marketTotals()).lastFrame).to.be.lessThan(start);
      await clock.reach(start * FRAME - 500);
      for (let i = 0; i < 3; i++) await service.round();
      const marketTotals = await client.marketTotals();
      expect([marketTotals.lastFrame, marketTotals.openFrames]).to.deep.equal([start, 1]);

      // Over, but one meter is silent: nothing is settled; halfway the other's reading is stored.
      await clock.reach((start + 1) * FRAME + 10);
      const one = { pile: 1, frame: start, consumedWh: 1_500n, producedWh: 0n };
      readings.keep(one, await client.signReading(piles[0]!, one));
      await service.round();
      expect((await client.marketTotals()).openFrames).to.equal(1);
      expect(await client.hasReading(1, start)).to.equal(false);
      await clock.reach((start + 1) * FRAME + 1_000);
      for (let i = 0; i < 2; i++) await service.round();
      expect(await client.hasReading(1, start)).to.equal(true);
      const other = { pile: 2, frame: start, consumedWh: 0n, producedWh: 1_500n };
      readings.keep(other, await client.signReading(piles[1]!, other));
      for (let i = 0; i < 3; i++) await service.round();
      expect((await client.marketTotals()).openFrames).to.equal(0);
      expect((await client.pileState(2)).credit).to.be.greaterThan(0n);

      const mined = await minedOf(keeper.address);
      expect(new Set(mined).size).to.equal(mined.length);
      // Cleared twice (the second frame's window has been), stored, settled.
      const done = mined.length;
      for (let i = 0; i < 3; i++) await service.round();
      expect(await minedOf(keeper.address)).to.have.length(done);
      expect(gateway.accounts.unfinished()).to.equal(0);
      void admin;
    });

    it("takes part in a round with a planner, finalises it, and reveals what an earlier process committed", async () => {
      const market = await marketOnNode(node, 2, { settlement: "benefit" });
      const { client, clock, admin } = market;
      const gateway = await accountsOn(node);
      const kept = keptMarket(market, gateway);
      const proposer = { account: gateway.accounts.of(nodeWallet(8)), planner: epob() };
      await client.admitProposer(admin, proposer.account.address);
      const readings = new ReadingStore(gateway.store, client);
      const duties = () => [new Clearing(kept), new Rounds(kept, proposer), new Settling(kept, readings)];

      const start = Math.floor((await clock.now()) / FRAME) + 4;
      const frames = Array.from({ length: 30 }, (_, index) => ({
        ...{ frame: start + index, ...TARIFFS },
        baseLoadW: index < 3 ? 60_000n : 20_000n,
      }));
      await client.publishFrames(admin, frames);
      await clock.reach(start * FRAME - 900);
      const order = { price: 250_000n, energyWh: 20_000n, peakWh: 0n, expiryFrame: start + 20 };
      await client.place(gateway.accounts.of(nodeWallet(1)), { side: "charge", ...order });
      await clock.reach(start * FRAME - 599);
      const before = keeperOf(market, duties());
      await before.round();
      await before.round();
      const { commitUntil, revealUntil, frame } = await client.rounds().state();
      expect(frame).to.equal(start);
      await clock.reach(commitUntil);
      // Another process with the same store.
      const after = keeperOf(market, duties());
      await after.round();
      expect((await client.rounds().state()).score).not.to.equal(undefined);
      await clock.reach(revealUntil);
      await after.round();
      expect((await client.rounds().state()).executed).to.equal(true);
      await clock.reach((start + 1) * FRAME + 1);
      for (let i = 0; i < 3; i++) await after.round();
      expect((await client.marketTotals()).openFrames).to.equal(0);
    });
  });
