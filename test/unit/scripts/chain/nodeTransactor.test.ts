import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { Interface } from "ethers";

import { InsufficientEther } from "../../../../scripts/chain/fees";
import type { Patience } from "../../../../scripts/chain/inclusion";
import { NotMined, Replaced } from "../../../../scripts/chain/inclusion";
import { NodeTransactor } from "../../../../scripts/chain/nodeTransactor";
import { ContractRefusal } from "../../../../scripts/chain/refusal";
import { FileJournal, MemoryJournal, type TransactionJournal } from "../../../../scripts/chain/transactionJournal";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const CALL = { to: "0x00000000000000000000000000000000000000bb", data: "0x1234" };
const OTHER = { ...CALL, data: "0x5678" };
const ERRORS = new Interface(["error InvalidParameter(bytes32 name, uint256 value)"]);
const HASTE: Patience = { tellAfterMs: 40, bumpAfterMs: 60, bumps: 2, timeoutMs: 400 };

interface Sent {
  hash: string;
  from: string;
  to: string;
  data: string;
  nonce: string;
  maxFeePerGas?: string;
  maxPriorityFeePerGas?: string;
  gasPrice?: string;
}

/** A node as far as sending is concerned; it mines when told, or at once. */
class Node {
  readonly sent: Sent[] = [];
  readonly mined: Sent[] = [];
  mines = true;
  baseFee = 7n;
  balance = 10n ** 18n;
  /** Thrown by the next request of a method, after the node has done what was asked where `done`. */
  failure: { method: string; error: unknown; done: boolean } | undefined;

  async send(method: string, params: unknown[]): Promise<unknown> {
    const { failure } = this;
    if (failure?.method !== method) return this.answer(method, params);
    this.failure = undefined;
    if (failure.done) this.answer(method, params);
    throw failure.error;
  }

  mine(one: Sent): void {
    this.mined.push(one);
  }

  private answer(method: string, [first]: unknown[]): unknown {
    switch (method) {
      case "eth_estimateGas":
        return "0x5208";
      case "eth_getBalance":
        return hex(this.balance);
      case "eth_blockNumber":
        return hex(this.mined.length);
      case "eth_maxPriorityFeePerGas":
        return "0x2";
      case "eth_getTransactionCount":
        return hex(this.mined.length);
      case "eth_getBlockByNumber":
        return {
          baseFeePerGas: hex(this.baseFee),
          transactions: this.mined.map((one) => ({ ...one, input: one.data })),
        };
      case "eth_getTransactionByHash":
        return this.sent.find(({ hash }) => hash === first) ?? null;
      case "eth_getTransactionReceipt": {
        const mined = this.mined.find(({ hash }) => hash === first);
        return mined === undefined ? null : { transactionHash: first, gasUsed: "0x1", status: "0x1", logs: [] };
      }
      case "eth_sendTransaction": {
        const one = { ...(first as Sent), hash: `0x${String(this.sent.length + 1).padStart(64, "0")}` };
        this.sent.push(one);
        if (this.mines) this.mine(one);
        return one.hash;
      }
      default:
        throw new Error(`unexpected ${method}`);
    }
  }
}

describe("scripts/chain/nodeTransactor", () => {
  let node: Node;
  let said: string[];
  beforeEach(() => {
    node = new Node();
    said = [];
  });

  const transactor = (journal: TransactionJournal = new MemoryJournal(), gasPrice?: bigint) =>
    new NodeTransactor({
      ...{ provider: node, address: ADDRESS, interfaces: [ERRORS], journal, patience: HASTE, gasPrice },
      say: (text) => said.push(text),
    });
  const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => undefined).catch((e: unknown) => e);
  const file = () => join(mkdtempSync(join(tmpdir(), "adbev-")), "journal.json");
  /** Leaves what a process left that ended while it waited. */
  const orphan = async (journal: TransactionJournal) =>
    journal.exclusively(async (entries) =>
      entries.forEach((entry) => (entry.owner = entry.owner.replace(/:\d+$/, ":999999999"))),
    );

  it("gives up after its time with the hash, having told it and offered more for gas", async () => {
    node.mines = false;
    const error = await failureOf(transactor().send(CALL));
    expect(error).to.be.instanceOf(NotMined);
    expect((error as NotMined).hash).to.equal(node.sent.at(-1)!.hash);
    expect(said[0]).to.equal(`Waiting for transaction ${node.sent[0]!.hash}`);
    expect(node.sent.map(({ nonce, maxFeePerGas }) => [nonce, Number(maxFeePerGas)])).to.deep.equal([
      ["0x0", 16],
      ["0x0", 20],
      ["0x0", 25],
    ]);
  });

  it("looks for what an ended process sent before it sends the same again", async () => {
    const path = file();
    node.mines = false;
    await failureOf(transactor(await FileJournal.open(path)).send(CALL));
    await orphan(new FileJournal(path));
    node.mine(node.sent[0]!);
    const sentBefore = node.sent.length;
    const receipt = await transactor(new FileJournal(path)).send(CALL);
    expect(receipt.hash).to.equal(node.sent[0]!.hash);
    expect(node.sent).to.have.length(sentBefore);
    // Once found, it is not found again: the next one is another deposit.
    node.mines = true;
    await transactor(new FileJournal(path)).send(CALL);
    expect(node.sent).to.have.length(sentBefore + 1);
  });

  it("sends again what the node has dropped, and does not take a running command's transaction for its own", async () => {
    const path = file();
    node.mines = false;
    await failureOf(transactor(await FileJournal.open(path)).send(CALL));
    node.mines = true;
    // The process that wrote the entry, this one, still runs: the same call is another one.
    node.mine(node.sent[0]!);
    await transactor(new FileJournal(path)).send(CALL);
    expect(Number(node.sent.at(-1)!.nonce)).to.equal(1);
    await orphan(new FileJournal(path));
    node.sent.length = 0;
    await transactor(new FileJournal(path)).send(OTHER);
    expect(node.sent).to.have.length(1);
  });

  it("finds a transaction whose answer was lost, and does not send it twice", async () => {
    const lost = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    node.failure = { method: "eth_sendTransaction", error: lost, done: true };
    const receipt = await transactor().send(CALL);
    expect(receipt.hash).to.equal(node.sent[0]!.hash);
    expect(node.sent).to.have.length(1);
  });

  it("takes the next nonce where somebody else used one, and gives two senders two", async () => {
    node.failure = {
      method: "eth_sendTransaction",
      error: new Error("replacement transaction underpriced"),
      done: false,
    };
    await transactor().send(CALL);
    expect(node.sent).to.have.length(1);
    const path = file();
    const [one, two] = [transactor(await FileJournal.open(path)), transactor(await FileJournal.open(path))];
    await Promise.all([one.send(CALL), two.send(OTHER)]);
    expect(node.sent.map(({ nonce }) => Number(nonce))).to.deep.equal([0, 1, 2]);
  });

  it("says who took the nonce where another transaction is mined with it", async () => {
    node.mines = false;
    const waiting = failureOf(transactor().send(CALL));
    await new Promise((resolve) => setTimeout(resolve, 30));
    node.mine({ ...node.sent[0]!, hash: "0xother", data: "0xother" });
    expect(await waiting).to.be.instanceOf(Replaced);
  });

  it("sends nothing that the account cannot pay, and offers nothing where gas is free", async () => {
    node.balance = 0n;
    const error = await failureOf(transactor().send(CALL));
    expect(error).to.be.instanceOf(InsufficientEther);
    expect((error as InsufficientEther).cost).to.equal(16n * 26_250n);
    node.baseFee = 0n;
    await transactor().send(CALL);
    await transactor(new MemoryJournal(), 0n).send(CALL);
    expect(node.sent.map(({ maxFeePerGas, gasPrice }) => maxFeePerGas ?? gasPrice)).to.deep.equal(["0x0", "0x0"]);
  });

  it("decodes a refusal before anything is sent, names in words", async () => {
    const data = ERRORS.encodeErrorResult("InvalidParameter", [
      `0x${Buffer.from("pileCap").toString("hex").padEnd(64, "0")}`,
      1024,
    ]);
    node.failure = { method: "eth_estimateGas", error: Object.assign(new Error("reverted"), { data }), done: false };
    const error = await failureOf(transactor().send(CALL));
    expect(error).to.be.instanceOf(ContractRefusal);
    expect((error as ContractRefusal).message).to.equal("InvalidParameter (name pileCap, value 1024)");
    expect(node.sent).to.have.length(0);
  });
});

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
