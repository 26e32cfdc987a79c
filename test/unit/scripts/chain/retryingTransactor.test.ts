import { expect } from "chai";

import { RetryingTransactor } from "../../../../scripts/chain/retryingTransactor";
import type { Call, Receipt, Transactor } from "../../../../scripts/chain/transactor";

const CALL: Call = { to: "0x01", data: "0x" };
const RECEIPT: Receipt = { hash: "0x02", gasUsed: 1n, logs: [] };

/** A node that fails some times, each time with the next of its failures. */
class Failing implements Transactor {
  readonly address = "0x03";
  sent = 0;

  constructor(private readonly failures: unknown[]) {}

  async send(): Promise<Receipt> {
    this.sent++;
    if (this.failures.length === 0) return RECEIPT;
    throw this.failures.shift();
  }
}

const refused = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

describe("scripts/chain/retryingTransactor", () => {
  it("sends again while the connection is refused, however providers wrap that", async () => {
    const node = new Failing([
      refused(),
      Object.assign(new Error("fetch failed"), { cause: refused() }),
      Object.assign(new Error("HH108"), { parent: refused() }),
      Object.assign(new Error("request"), {
        info: { error: 1 },
        cause: Object.assign(new Error(), { errors: [refused()] }),
      }),
    ]);
    const transactor = new RetryingTransactor(node, { retries: 4, firstPauseMs: 1 });
    expect(await transactor.send(CALL)).to.equal(RECEIPT);
    expect(transactor.retried).to.equal(4);
    expect(node.sent).to.equal(5);
    expect(transactor.address).to.equal("0x03");
  });

  it("gives up in the end, with what it was refused with", async () => {
    const node = new Failing([refused(), refused(), refused()]);
    const failure = await new RetryingTransactor(node, { retries: 2, firstPauseMs: 1 })
      .send(CALL)
      .catch((e: unknown) => e);
    expect(failure).to.include({ code: "ECONNREFUSED" });
    expect(node.sent).to.equal(3);
  });

  it("sends nothing again that may have arrived", async () => {
    for (const failure of [
      Object.assign(new Error("reset"), { code: "ECONNRESET" }),
      new Error("nonce too low"),
      "text",
    ]) {
      const node = new Failing([failure]);
      expect(
        await new RetryingTransactor(node, { retries: 9, firstPauseMs: 1 }).send(CALL).catch((e: unknown) => e),
      ).to.equal(failure);
      expect(node.sent).to.equal(1);
    }
  });
});
