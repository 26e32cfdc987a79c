import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";
import { HttpProvider } from "hardhat/internal/core/providers/http";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InsufficientEther } from "../../../scripts/chain/fees";
import { NotMined } from "../../../scripts/chain/inclusion";
import { readAgain } from "../../../scripts/chain/readAgain";
import { nodeErrorText } from "../../../tasks/support/nodeErrors";

describe("what goes wrong between a command and its node", function () {
  this.timeout(20_000);
  const closing: (() => void)[] = [];
  after(() => closing.forEach((close) => close()));

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const formatEther = (wei: bigint) => String(Number(wei) / 1e18);
  const textAt = (url: string, error: unknown) =>
    nodeErrorText(error, {
      network: { config: { url } },
      ethers: { formatEther },
    } as unknown as HardhatRuntimeEnvironment);

  async function said(url: string): Promise<string | undefined> {
    try {
      await new HttpProvider(url, "testnet", {}, 300).request({ method: "eth_chainId" });
    } catch (error) {
      return textAt(url, error);
    }
    return "no failure";
  }

  it("is a page, a missing key, too many requests, or an error of the node's own", async () => {
    const page = await serve((_, response) => response.end("<html>\n<h1>Welcome</h1></html>"));
    expect(await said(page)).to.equal(
      `what answers at ${page} is no Ethereum node, or wants a key in the URL; it says "<html> <h1>Welcome</h1></html>"`,
    );
    const locked = await serve((_, response) => response.writeHead(401).end("Unauthorized"));
    expect(await said(locked)).to.include('wants a key in the URL; it says "Unauthorized"');
    const busy = await serve((_, response) => response.writeHead(429, { "retry-after": "99" }).end());
    expect(await said(busy)).to.include("too many requests (429)");
    const failing = await serve((_, response) => {
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32_000, message: "nonce too low" } }));
    });
    expect(await said(failing)).to.equal("the node refused: nonce too low");
  });

  it("is silence, a closed connection, nobody there, another protocol", async () => {
    expect(await said(await serve(() => undefined))).to.include("did not answer in time");
    expect(await said(await serve((request) => request.socket.destroy()))).to.include("closed the connection");
    expect(await said("http://127.0.0.1:1")).to.include("no node answers at http://127.0.0.1:1; start one");
    expect(await said("http://no-such-host.invalid")).to.include("there is no host of that name");
    const plain = await serve((_, response) => response.end("{}"));
    expect(await said(plain.replace("http:", "https:"))).to.include("begins with https");
    expect(
      textAt("ws://127.0.0.1:8545", Object.assign(new Error("Invalid URL protocol"), { code: "UND_ERR_INVALID_ARG" })),
    ).to.equal("the network's URL must begin with http:// or https://, found ws://127.0.0.1:8545; set ADBEV_RPC_URL");
  });

  it("keeps a key in the URL to itself", () => {
    const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    expect(textAt("https://user:pass@node.example/v3/0123456789abcdef?key=1", refused)).to.include(
      "no node answers at https://node.example/v3/…;",
    );
  });

  it("is what a transaction came to, with what to do", () => {
    const poor = textAt("http://x", new InsufficientEther("0xaa", 0n, 10n ** 16n));
    expect(poor).to.include("account 0xaa has 0 ETH and the transaction may cost 0.01 ETH; nothing was sent");
    const slow = textAt("http://x", new NotMined("0x12", 3, 300, undefined));
    expect(slow).to.include("transaction 0x12 was sent and not mined within 300 s");
    expect(textAt("http://x", new TypeError("a defect"))).to.equal(undefined);
  });

  it("is asked again where a connection ended, unless the question does something", async () => {
    let asked = 0;
    const flaky = () => {
      asked++;
      return asked < 3 ? Promise.reject(Object.assign(new Error("x"), { code: "ECONNRESET" })) : Promise.resolve("0x1");
    };
    expect(await readAgain("eth_chainId", flaky)).to.equal("0x1");
    asked = 0;
    const failure = await readAgain("eth_sendRawTransaction", flaky).catch((error: { code: string }) => error.code);
    expect([failure, asked]).to.deep.equal(["ECONNRESET", 1]);
  });
});
