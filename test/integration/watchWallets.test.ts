import { expect } from "chai";
import type { Browser, Page } from "puppeteer-core";

import { PENNY } from "../../scripts/simulation/defaults";
import { launchBrowser, press, says } from "../helpers/browser";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../helpers/nodes";
import { type WatchedMarket, watchMarket } from "../helpers/watchedMarket";

(HAS_ANVIL ? describe : describe.skip)("the live page where wallets send themselves, and in grey", function () {
  this.timeout(240_000);
  let node: RunningNode;
  let market: WatchedMarket;
  let browser: Browser;
  let page: Page;

  before(async function () {
    browser = await launchBrowser(this);
    node = await startAnvil();
    market = await watchMarket(node.url, 3, { leadFrames: 1 }, false);
    await market.publish();
    page = await browser.newPage();
    await page.exposeFunction("sendFor", async (text: string) => {
      return market.provider.send("eth_sendTransaction", [JSON.parse(text)]) as Promise<string>;
    });
    await page.evaluateOnNewDocument(announceSenders(market.accounts[1]!, 31_337));
    await page.setViewport({ width: 1_400, height: 1_000 });
    await page.goto(market.server.url);
  });
  after(async () => {
    await browser?.close();
    await market?.close();
    node?.stop();
  });

  it("lets a wallet send its order, and says when another refuses or fails", async () => {
    await says(page, "#market", /3 piles/);
    await press(page, "Connect Sending");
    await page.select("#my-pile", "1");
    await page.waitForFunction(`![...document.querySelectorAll("#pile .main")].some((one) => one.disabled)`);
    await press(page, "Place order");
    await says(page, "#said", /Sent in transaction 0x/);
    await says(page, "#tape", /Pile 1 bids for/);
    await says(page, "#book .charge", /Bids: 1/);
    await press(page, "Connect Unwilling");
    await press(page, "Replace order");
    await says(page, "#said", /Unwilling refused: nothing was signed, the order is as it was/);
    await press(page, "Connect Broken");
    await press(page, "Replace order");
    await says(page, "#said", /Broken: out of order/);
  });

  it("has bids and asks, and the load and its ghost, apart without colour", async () => {
    const expiryFrame = (await market.client.nextFirstFrame()) + 6;
    const price = 12n * BigInt(PENNY);
    const ask = { side: "discharge" as const, price, energyWh: 9_000n, peakWh: 0n, expiryFrame };
    await market.client.place(market.transactor(2), ask);
    await says(page, "#book", /Asks: 1/);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const [bids, asks] = (await page.evaluate(`[".charge", ".discharge"].map((side) =>
        getComputedStyle(document.querySelector("#book " + side + " .shown")).backgroundColor)`)) as string[];
      expect(Math.abs(lightness(bids!) - lightness(asks!)), scheme).to.be.above(35);
    }
    // An iceberg's hidden part is hatched, its displayed part is not.
    const grounds = (await page.evaluate(`[".shown", ".hidden-part"].map((part) =>
      getComputedStyle(document.querySelector("#book .discharge " + part)).backgroundImage)`)) as string[];
    expect(grounds[0]).to.equal("none");
    expect(grounds[1]).to.include("repeating-linear-gradient");
    const [load, ghost] = (await page.evaluate(`["load", "ghost"].map((line) =>
      getComputedStyle(document.querySelector("#feeder ." + line + "-line")).strokeDasharray)`)) as string[];
    expect(load).to.equal("none");
    expect(ghost).to.match(/^5px, 4px$/);
  });
});

/** How light a colour is without its hue, 0 to 255. @param colour `rgb(1, 2, 3)` */
function lightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/[\d.]+/g)].map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Script of wallets of one account that send transactions (EIP-1193): one does, one refuses, one is broken. */
function announceSenders(account: string, chainId: number): string {
  return `{
    const wallet = (name, send) => ({
      info: { uuid: name, name, rdns: "test." + name, icon: "data:," },
      provider: { request: async ({ method, params }) => {
        if (method === "eth_requestAccounts") return [${JSON.stringify(account)}];
        if (method === "eth_chainId") return "0x${chainId.toString(16)}";
        if (method === "eth_sendTransaction") return send(params[0]);
        throw { code: 4200, message: "not supported: " + method };
      } },
    });
    const wallets = [
      wallet("Sending", (transaction) => sendFor(JSON.stringify(transaction))),
      wallet("Unwilling", () => { throw { code: 4001, message: "User rejected" }; }),
      wallet("Broken", () => { throw { code: -32000, message: "out of order" }; }),
    ];
    const announce = () => wallets.forEach((detail) =>
      dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze(detail) })));
    addEventListener("eip6963:requestProvider", announce);
    announce();
  }`;
}
