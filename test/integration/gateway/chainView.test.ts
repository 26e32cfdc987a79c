import { expect } from "chai";

import { NodeTransactor } from "../../../scripts/chain/nodeTransactor";
import { DEFAULT_PATIENCE } from "../../../scripts/chain/inclusion";
import { ERROR_INTERFACES } from "../../../scripts/chain/interfaces";
import { MemoryJournal } from "../../../scripts/chain/transactionJournal";
import { Registry } from "../../../scripts/gateway/desk/registry";
import { ChainView } from "../../../scripts/gateway/ocpp/chainView";
import { marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const FRAME = 1_800;
const TARIFF = 200_000n;

(HAS_ANVIL ? describe : describe.skip)("what a gateway's agents see of the chain", function () {
  this.timeout(60_000);
  let node: RunningNode;
  let market: NodeMarket;
  let view: ChainView;
  let frame: number;

  before(async () => {
    node = await startAnvil();
    market = await marketOnNode(node, 2);
    const { client, clock, admin } = market;
    frame = Math.floor((await clock.now()) / FRAME) + 4;
    const tariffs = { importPricePerKwh: TARIFF, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };
    await client.publish(
      admin,
      frame,
      Array.from({ length: 8 }, () => ({ baseLoadW: 33_000n, ...tariffs })),
    );
    await clock.reach((frame - 1) * FRAME + 60);
    const registry = new Registry(client);
    await registry.update();
    view = new ChainView(client, node.provider, registry);
  });
  after(() => node?.stop());

  const transactor = (account: number) =>
    new NodeTransactor({
      ...{ provider: node.provider, address: nodeWallet(account).address, interfaces: ERROR_INTERFACES },
      ...{ journal: new MemoryJournal(), patience: DEFAULT_PATIENCE },
    });
  const order = (energyWh: bigint, peakWh = 0n) => ({
    ...{ side: "charge" as const, price: TARIFF, energyWh, peakWh, expiryFrame: frame + 5 },
  });
  /** Needs that are known now, by pile, Wh. */
  const needs = async () => {
    const seen = await view.at(await market.clock.now(), "close");
    return Object.fromEntries(seen.needs.map(({ pile, energyWh }) => [pile, energyWh]));
  };

  it("remembers what a pile still needs while it has no order, and the load of the frames before", async () => {
    const { client, clock, admin } = market;
    await client.place(transactor(1), order(6_000n, 500n));
    await client.place(transactor(2), order(5_000n, 500n));
    expect(await needs()).to.deep.equal({ 1: 6_000, 2: 5_000 });
    // A slice of its need: the grid fills it at the tariff, and the pile has no order then.
    await client.replace(transactor(1), order(2_500n));
    expect(await needs()).to.deep.equal({ 1: 6_000, 2: 5_000 });
    await clock.reach(frame * FRAME - 500);
    await client.clear(admin, frame);
    expect((await client.liveStates()).map(({ pile }) => pile)).to.deep.equal([2]);
    const given = 5_000n - (await client.pileState(2)).remainingWh;
    expect(await needs()).to.deep.equal({ 1: 3_500, 2: 5_000 - Number(given) });

    await clock.reach(frame * FRAME + 60);
    const now = await clock.now();
    const base = view.base(now);
    const seen = await view.at(now, "open");
    const { loadW } = (await client.frameRecord(frame))!;
    expect(seen.recordedLoadW(frame - base))
      .to.equal(Number(loadW))
      .and.greaterThan(33_000);

    await client.cancel(transactor(2));
    expect(await needs()).to.deep.equal({ 1: 3_500 });
    // A need whose time is over is nobody's.
    await clock.reach((frame + 5) * FRAME - 500);
    await client.clear(admin, frame + 5);
    expect(await needs()).to.deep.equal({});
  });
});
