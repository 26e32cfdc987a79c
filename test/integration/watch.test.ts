import { expect } from "chai";
import { Wallet } from "ethers";
import type { Browser, Page } from "puppeteer-core";

import { PENNY } from "../../scripts/simulation/defaults";
import { launchBrowser, press, says } from "../helpers/browser";
import { ALL_CASES } from "../helpers/cases";
import { HAS_ANVIL, type RunningNode, startAnvil, startHardhatNode } from "../helpers/nodes";
import { type WatchedMarket, watchMarket } from "../helpers/watchedMarket";

/** Most that the page may weigh, gzipped, bytes. */
const MOST_BYTES = 200_000;
const PENCE = BigInt(PENNY);

const NODES: [string, boolean, () => Promise<RunningNode>][] = [
  ["anvil", HAS_ANVIL, startAnvil],
  ["a hardhat node", ALL_CASES || !HAS_ANVIL, startHardhatNode],
];

for (const [name, runs, start] of NODES) {
  (runs ? describe : describe.skip)(`the live page beside ${name}`, function () {
    this.timeout(240_000);
    let node: RunningNode;
    let market: WatchedMarket;
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];
    /** A wallet that signs, and is no pile yet. */
    const person = Wallet.createRandom();

    before(async function () {
      browser = await launchBrowser(this);
      node = await start();
      market = await watchMarket(node.url, 3, { readingSeconds: 1_800, leadFrames: 1 });
      await market.publish();
      page = await browser.newPage();
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // Refusals that a test asks for come back as statuses that browsers note.
        if (message.type() === "error" && !/status of (404|409)|ERR_/.test(message.text())) {
          complaints.push(message.text());
        }
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(market.server.url) && !request.url().startsWith("data:")) {
          complaints.push(`asked ${request.url()}`);
        }
      });
      await page.exposeFunction("signFor", async (text: string) => {
        const { domain, types, message } = JSON.parse(text) as Parameters<typeof signTyped>[1];
        return signTyped(person, { domain, types, message });
      });
      await page.evaluateOnNewDocument(announceWallets(person.address, 31_337));
      await page.setViewport({ width: 1_400, height: 1_000 });
      await page.goto(market.server.url);
    });
    after(async () => {
      await browser?.close();
      await market?.close();
      node?.stop();
    });

    const text = async (selector: string) =>
      page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
    const choose = async (pile: number) => page.select("#my-pile", String(pile));

    it("shows the market at once, small and quick", async () => {
      await says(page, "h1", /Feeder watched/);
      await says(page, "#market", /3 piles/);
      await says(page, "#clock", /gate closes in/);
      const paint = Number(
        await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"),
      );
      console.log(`      ${market.server.pageBytes} bytes gzipped, first paint after ${paint.toFixed(0)} ms`);
      expect(market.server.pageBytes).to.be.below(MOST_BYTES);
      if (ALL_CASES) expect(paint).to.be.below(1_000);
    });

    it("shows a new block's order, why it would fill, and what another would come to before it is placed", async () => {
      await choose(1);
      await says(page, "#pile .outlook", /rank 1 of 1/);
      await press(page, "Place order");
      await says(page, "#book .charge", /Bids: 1/);
      await says(page, "#decision", /grid → pile 1/);
      const asks = { side: "discharge" as const, price: 12n * PENCE, energyWh: 2_000n, peakWh: 0n };
      const first = await market.client.nextFirstFrame();
      await market.client.place(market.transactor(2), { ...asks, expiryFrame: first + 6 });
      await says(page, "#decision", /pile 2 → pile 1/);
      await page.click("#decision .fill");
      await says(page, "#decision .because", /because bid of 1 \(f = 10 × 1 \+ 1 × 1 = 11\) meets ask of 2/);
      await page.click("#book .discharge .row");
      await says(page, "#decision .because", /Pile 2: because its whole displayed quantity would be filled/);
      await says(page, "#tape", /Pile 2 offers 2\.00 kWh at 12\.00 p/);
      await says(page, "#tape", /\d gas/);
    });

    it("clears, settles with a silent meter, and shows both", async () => {
      await page.$eval("#meter-pile", (input) => ((input as unknown as { value: string }).value = "2"));
      await press(page, "Make its meter silent");
      await says(page, "#meters", /pile 2: silent/);
      const frame = market.timeline.upcoming;
      await press(page, "Clear now");
      await says(page, "#tape", new RegExp(`Frame ${frame} is cleared: 1 trade`));
      await press(page, "One frame on");
      await says(page, "#clock", /gate/);
      await press(page, "Settle");
      await press(page, "One frame on");
      await press(page, "One frame on");
      await press(page, "One frame on");
      await says(page, "#tape", new RegExp(`Frame ${frame} is settled.*silent: 2`));
      await says(page, "#meters", /2 silent/);
    });

    it("rebuilds a past frame from events, by its link, and saves it", async () => {
      const [frame] = [...market.timeline.facts.cleared.keys()];
      await page.evaluate(`location.hash = "frame=${frame}"`);
      await says(page, "#decision", /As it was cleared/i);
      await says(page, "#decision", /pile 2 → pile 1/);
      await says(page, "#book .discharge", /Asks: 1/);
      await page.click("#decision .fill");
      await says(page, "#decision .because", /because bid of 1/);
      const response = await fetch(`${market.server.url}api/scenario/${frame}`);
      expect(response.headers.get("content-disposition")).to.contain(`frame-${frame}.json`);
      await press(page, "Now");
      await says(page, "#decision h2", /If cleared now/i);
    });

    it("takes back what a reorganisation takes back", async () => {
      const snapshot = (await market.provider.send("evm_snapshot", [])) as string;
      const expiryFrame = (await market.client.nextFirstFrame()) + 4;
      const order = { side: "charge" as const, price: 25n * PENCE, energyWh: 1_000n, peakWh: 0n, expiryFrame };
      await market.client.place(market.transactor(3), order);
      await says(page, "#tape", /Pile 3 bids for 1\.00 kWh/);
      await market.provider.send("evm_revert", [snapshot]);
      await market.provider.send("evm_mine", []);
      await market.provider.send("evm_mine", []);
      await page.waitForFunction(`!/Pile 3 bids for/.test(document.querySelector("#tape").innerText)`);
      expect(await text("#trouble")).to.equal("");
    });

    it("outlives a node that goes away, and a hundred blocks at once", async () => {
      await market.gate.goAway();
      await says(page, "#trouble", /the node does not answer/);
      await market.gate.comeBack();
      await page.waitForFunction(`document.querySelector("#trouble").hidden`);
      const before = await market.provider.getBlockNumber();
      await market.provider.send("hardhat_mine", ["0x64"]);
      await says(page, "#clock", new RegExp(`block ${before + 100}`));
    });

    it("lets a wallet join and sign, and says when another refuses", async () => {
      await press(page, "Connect Willing");
      await press(page, `Register ${person.address.slice(0, 6)}…${person.address.slice(-4)} as a pile`);
      await says(page, "#market", /4 piles/);
      await choose(4);
      await page.waitForFunction(`![...document.querySelectorAll("#pile .main")].some((one) => one.disabled)`);
      await press(page, "Place order");
      await says(page, "#said", /Pile 4: signed order submitted/);
      await says(page, "#tape", /Pile 4 bids for/);
      await press(page, "Connect Unwilling");
      await says(page, "#said", /Unwilling: pile 4/);
      await press(page, "Replace order");
      await says(page, "#said", /Unwilling refused: nothing was signed/);
    });

    it("lets nobody else press its buttons", async () => {
      const { url } = market.server;
      const act = { method: "POST", body: JSON.stringify({ do: "clear" }) };
      const token = String(await page.evaluate(`document.querySelector("meta[name=watch-token]").content`));
      const own = new URL(url).origin;
      const status = async (headers: Record<string, string>) =>
        (await fetch(`${url}api/act`, { ...act, headers })).status;
      expect(await status({ origin: own })).to.equal(403);
      expect(await status({ origin: "http://evil.example", "x-watch-token": token })).to.equal(403);
      expect(await status({ origin: own, "x-watch-token": `${token}x` })).to.equal(403);
      expect(
        (await fetch(`${url}api/act`, { ...act, body: "{}", headers: { origin: own, "x-watch-token": token } })).status,
      ).to.equal(400);
      const policy = (await fetch(url)).headers.get("content-security-policy");
      expect(policy).to.match(/default-src 'none'.*frame-ancestors 'none'/);
      expect(await statusUnderName(url, "evil.example")).to.equal(421);
    });

    it("fits a phone, by night, and is worked by keyboard", async () => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
      await page.setViewport({ width: 390, height: 844 });
      await says(page, "h1", /Feeder watched/);
      expect(await page.evaluate("document.documentElement.scrollWidth")).to.be.at.most(390);
      const outside = await page.evaluate(
        `[...document.querySelectorAll("main > section > *")].filter((one) => one.getBoundingClientRect().right > 391).map((one) => one.className)`,
      );
      expect(outside).to.deep.equal([]);
      await page.focus("#clock .main");
      await page.keyboard.press("Enter");
      await says(page, "#clock .main", /Pause/);
      await page.keyboard.press("Enter");
      await says(page, "#clock .main", /Play/);
      const names = await page.evaluate(
        `[...document.querySelectorAll("button, input, select, a, svg[role=img]")].filter((one) => !(one.innerText || one.ariaLabel || one.labels?.length || one.closest("label") || one.getAttribute("aria-label"))).map((one) => one.outerHTML)`,
      );
      expect(names).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
    });
  });
}

type Typed = Record<"domain" | "message", Record<string, unknown>> & {
  types: Record<string, { name: string; type: string }[]>;
};

async function signTyped(wallet: { signTypedData: Wallet["signTypedData"] }, typed: Typed): Promise<string> {
  const types = Object.fromEntries(Object.entries(typed.types).filter(([name]) => name !== "EIP712Domain"));
  return wallet.signTypedData(typed.domain, types, typed.message);
}

/** Script of two wallets of one account, one of which refuses to sign (EIP-6963, EIP-1193). */
function announceWallets(account: string, chainId: number): string {
  return `{
    const wallet = (name, sign) => ({
      info: { uuid: name, name, rdns: "test." + name, icon: "data:," },
      provider: { request: async ({ method, params }) => {
        if (method === "eth_requestAccounts") return [${JSON.stringify(account)}];
        if (method === "eth_chainId") return "0x${chainId.toString(16)}";
        if (method === "eth_signTypedData_v4") return sign(params[1]);
        throw { code: 4200, message: "not supported: " + method };
      } },
    });
    const wallets = [
      wallet("Willing", (text) => signFor(text)),
      wallet("Unwilling", () => { throw { code: 4001, message: "User rejected" }; }),
    ];
    const announce = () => wallets.forEach((detail) =>
      dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze(detail) })));
    addEventListener("eip6963:requestProvider", announce);
    announce();
  }`;
}

/** The server's answer to a caller by another name, as a rebound one would be. */
async function statusUnderName(url: string, host: string): Promise<number | undefined> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => resolve(response.statusCode))
      .on("error", reject)
      .end();
  });
}
