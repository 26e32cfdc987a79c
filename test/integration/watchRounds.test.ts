import { id } from "ethers";
import { expect } from "chai";
import type { Browser, Page } from "puppeteer-core";

import { DevelopmentNodeClock } from "../../scripts/chain/clock";
import { decodeFrozenBook } from "../../scripts/chain/frozenBook";
import { holdRound } from "../../scripts/chain/heldRound";
import { epob } from "../../scripts/planners/book/planners";
import { PENNY } from "../../scripts/simulation/defaults";
import { launchBrowser, says } from "../helpers/browser";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../helpers/nodes";
import { type WatchedMarket, watchMarket } from "../helpers/watchedMarket";

/** Accounts of the node that propose; those before them are piles. */
const [HONEST, GREEDY] = [4, 5];
/** More than the feeder has room for in a frame, and than anybody asks for, Wh. */
const FAR_TOO_MUCH_WH = 1_000_000n;

(HAS_ANVIL ? describe : describe.skip)("the live page of a market in which plans compete", function () {
  this.timeout(120_000);
  let node: RunningNode;
  let market: WatchedMarket;
  let browser: Browser;
  let page: Page;

  before(async function () {
    browser = await launchBrowser(this);
    node = await startAnvil();
    market = await watchMarket(node.url, 3, { settlement: "benefit", maxHorizon: 8, leadFrames: 1 });
    await market.publish();
    page = await browser.newPage();
    await page.goto(market.server.url);
  });
  after(async () => {
    await browser?.close();
    await market?.close();
    node?.stop();
  });

  it("shows a refused plan with its reason beside the plan that won, in the past as well", async () => {
    const { client, provider, transactor } = market;
    const frame = await client.nextFirstFrame();
    for (const pile of [1, 2, 3]) {
      const order = { side: "charge" as const, price: 25n * BigInt(PENNY), energyWh: 9_000n, peakWh: 2_000n };
      await client.place(transactor(pile), { ...order, expiryFrame: frame + 7 });
    }
    const clock = new DevelopmentNodeClock(provider);
    await clock.reach(frame * client.parameters.frameSeconds - client.parameters.auctionSeconds);
    const { cleared, receipt } = await client.clear(transactor(0), frame);
    const rounds = client.rounds();
    const words = rounds.openedBook(receipt)!;
    const book = decodeFrozenBook(words, { tickSize: client.parameters.tickSize, pileName: String });
    const accounts = { honest: transactor(HONEST), greedy: transactor(GREEDY) };
    for (const { address } of Object.values(accounts)) await client.admitProposer(transactor(0), address);
    await says(page, "#rounds", /commit phase/);
    const honest = await epob().plan(book);
    const none = Array.from({ length: book.horizon }, () => 0n);
    const greedy = { drawWh: none.with(1, FAR_TOO_MUCH_WH), dischargeWh: none };
    const { refused, winner } = await holdRound({
      ...{ rounds, clock, sender: transactor(0), book: words, match: cleared, salt: (place) => id(`salt ${place}`) },
      proposals: [
        { proposer: "greedy", plan: greedy },
        { proposer: "honest", plan: honest },
      ],
      accountOf: async (name) => accounts[name as keyof typeof accounts],
    });
    expect(winner).to.equal("honest");
    expect(refused).to.deep.equal([{ proposer: "greedy", error: "PlanNotAllottable" }]);
    for (const { proposer, error } of refused) market.watch.planRefused(frame, proposer, error);

    const short = ({ address }: { address: string }) => `${address.slice(0, 6)}…${address.slice(-4)}`;
    const refusal = /greedy: refused, PlanNotAllottable\. That was PlanNotAllottable\./;
    await says(page, "#rounds", refusal);
    await says(page, "#rounds", new RegExp(`${short(accounts.honest)} won`, "i"));
    await says(page, "#rounds", new RegExp(`2 committed, 1 revealed; never revealed: ${short(accounts.greedy)}`, "i"));
    await page.evaluate(`location.hash = "frame=${frame}"`);
    await page.waitForFunction(`/As it was cleared/i.test(document.querySelector("#decision").innerText)`);
    await says(page, "#rounds", refusal);

    // A reorganisation reads every event anew; the refusal, which is in none of them, stays.
    const snapshot = (await provider.send("evm_snapshot", [])) as string;
    await client.deposit(transactor(0), transactor(1).address, 1_000_000n);
    await provider.send("evm_revert", [snapshot]);
    await provider.send("evm_mine", []);
    await provider.send("evm_mine", []);
    await market.watch.catchUp();
    await says(page, "#rounds", refusal);
    expect(await page.$$eval("#rounds .refused", (lines) => lines.length)).to.equal(1);
  });
});
