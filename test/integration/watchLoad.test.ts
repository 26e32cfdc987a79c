import { execFileSync } from "node:child_process";

import { expect } from "chai";
import type { Wallet } from "ethers";
import type { Browser, Page } from "puppeteer-core";

import { simulatedPileKey } from "../../scripts/chain/pileKeys";
import { Random } from "../../scripts/core/random";
import { PENNY } from "../../scripts/simulation/defaults";
import { launchBrowser } from "../helpers/browser";
import { ALL_CASES } from "../helpers/cases";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../helpers/nodes";
import { type WatchedMarket, watchMarket } from "../helpers/watchedMarket";

const PILES = 500;
/** Orders that come with each new block of the measured stretch. */
const PER_BLOCK = 25;
const SECONDS = 10;
const LEAST_FRAMES_A_SECOND = 30;
/** Between two blocks of the main network, ms. */
const BLOCK_MS = 12_000;

(ALL_CASES && HAS_ANVIL ? describe : describe.skip)("the live page with 500 piles", function () {
  this.timeout(600_000);
  let node: RunningNode;
  let market: WatchedMarket;
  let browser: Browser;
  let page: Page;
  const random = new Random(5);
  const nonces = new Map<number, bigint>();

  before(async function () {
    browser = await launchBrowser(this);
    node = await startAnvil();
    market = await watchMarket(node.url, 0, { pileCap: 512, leadFrames: 1 });
    const sender = market.transactor(0);
    for (let pile = 0; pile < PILES; pile++) {
      const { address } = key(pile);
      await market.client.register(sender, { account: address, operator: address, meterKey: address, ratedW: 7_000n });
      await market.client.deposit(sender, address, 100_000_000n);
    }
    await market.publish();
    for (let pile = 0; pile < PILES; pile += PER_BLOCK) await order(pile, "place");
    page = await browser.newPage();
    await page.setViewport({ width: 1_400, height: 1_000 });
    await page.goto(market.server.url);
    await page.waitForFunction(`/Bids: 4\\d\\d/.test(document.querySelector("#book")?.innerText ?? "")`);
  });
  after(async () => {
    await browser?.close();
    await market?.close();
    node?.stop();
  });

  const key = (pile: number): Wallet => simulatedPileKey(5, "load", String(pile));

  /** Lets some piles place or replace their orders in one block. */
  async function order(first: number, action: "place" | "replace"): Promise<void> {
    const { client } = market;
    const expiryFrame = (await client.nextFirstFrame()) + 8;
    const deadline = (await market.provider.getBlock("latest"))!.timestamp + 3_600;
    const orders = Array.from({ length: PER_BLOCK }, async (_, i) => {
      const pile = (first + i) % PILES;
      const nonce = nonces.get(pile) ?? 0n;
      nonces.set(pile, nonce + 1n);
      const [price, energyWh] = [random.uniform(12, 28), random.uniform(500, 9_000)].map(Math.floor);
      const figures = { price: BigInt(price! * PENNY), energyWh: BigInt(energyWh!), peakWh: 0n, expiryFrame };
      return client.sign(key(pile), { action, charge: pile % 10 !== 0, ...figures, nonce, deadline });
    });
    await client.submitBatch(market.transactor(0), await Promise.all(orders));
  }

  it("keeps thirty pictures a second on one core while orders come in and rows slide", async () => {
    if (process.platform === "linux") onOneCore(browser.process()!.pid!);
    const counting = page.evaluate(`new Promise((resolve) => {
      let pictures = 0, longest = 0, last = performance.now();
      const end = last + ${SECONDS * 1_000};
      const count = (now) => {
        pictures++;
        longest = Math.max(longest, now - last);
        last = now;
        if (now < end) requestAnimationFrame(count);
        else resolve([pictures, longest]);
      };
      requestAnimationFrame(count);
    })`) as Promise<[number, number]>;
    let over = false;
    let blocks = 0;
    const ordering = (async () => {
      for (let first = 0; !over; first = (first + PER_BLOCK) % PILES) {
        await order(first, "replace");
        blocks++;
      }
    })();
    const [pictures, longest] = await counting;
    over = true;
    await ordering;
    console.log(
      `      ${(pictures / SECONDS).toFixed(1)} pictures a second, the longest wait ${longest.toFixed(0)} ms, ` +
        `${blocks} blocks with ${PER_BLOCK} orders each in ${SECONDS} s`,
    );
    expect(blocks).to.be.above(2);
    expect(pictures / SECONDS).to.be.at.least(LEAST_FRAMES_A_SECOND);
  });

  it("shows a new block before a live network has the next", async () => {
    const started = Date.now();
    await order(0, "replace");
    const block = await market.provider.getBlockNumber();
    const mined = Date.now();
    await page.waitForFunction(`document.querySelector("#clock").innerText.includes("block ${block}")`, {
      polling: 10,
    });
    console.log(
      `      on screen ${Date.now() - mined} ms after it was mined, ${Date.now() - started} ms after it was sent`,
    );
    expect(Date.now() - mined).to.be.below(BLOCK_MS);
  });
});

/** Leaves a browser one core for all its processes. */
function onOneCore(pid: number): void {
  const children = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const family = [pid];
  for (const parent of family) family.push(...children.filter(([, of]) => of === parent).map(([child]) => child));
  for (const member of family) execFileSync("taskset", ["-acp", "0", String(member)], { stdio: "ignore" });
}
