import { DELIVERY_INTERFACE, MARKET_INTERFACE } from "../../chain/interfaces";
import { BatchGateway, type GatewayOptions, type OrderGateway, type PendingOrder } from "../../chain/orderGateway";
import { ContractRefusal } from "../../chain/refusal";
import type { Call, Receipt, Transactor } from "../../chain/transactor";
import type { ActionResult } from "../../core/ports";
import type { Duplicates, FaultLog } from "./faults";

/** A node that is away now and then: it refuses connections until it is back. */
export class AbsentNode implements Transactor {
  private refusals = 0;

  constructor(private readonly inner: Transactor) {}

  get address(): string {
    return this.inner.address;
  }

  /** The next `connections` are refused. */
  leave(connections: number): void {
    this.refusals = connections;
  }

  async send(call: Call): Promise<Receipt> {
    if (this.refusals === 0) return this.inner.send(call);
    this.refusals--;
    throw Object.assign(new Error("connect ECONNREFUSED: the node restarts"), { code: "ECONNREFUSED" });
  }
}

const SUBMIT_BATCH = MARKET_INTERFACE.getFunction("submitBatch")!;
const SETTLE = DELIVERY_INTERFACE.getFunction("settle")!;

/**
 * A network that delivers twice: every batch of signed orders arrives once more at once, and what was taken of it with
 * the next batch again; readings are stored twice before they are handed in at settlement; every settlement comes twice.
 */
export class RepeatingTransactor implements Transactor {
  /** Signed orders that the market took of the last batch. */
  private taken: unknown[] = [];

  constructor(
    private readonly inner: Transactor,
    private readonly counts: Duplicates,
  ) {}

  get address(): string {
    return this.inner.address;
  }

  async send(call: Call): Promise<Receipt> {
    if (call.data.startsWith(SUBMIT_BATCH.selector)) return this.submitTwice(call);
    if (call.data.startsWith(SETTLE.selector)) return this.settleTwice(call);
    return this.inner.send(call);
  }

  private async submitTwice(call: Call): Promise<Receipt> {
    const [orders] = MARKET_INTERFACE.decodeFunctionData(SUBMIT_BATCH, call.data) as unknown as [unknown[]];
    const earlier = this.taken;
    const receipt = await this.inner.send(call);
    const refused = new Set(refusals(receipt, "OrderRefused").map((position) => Number(position)));
    this.taken = [...orders].filter((_, position) => !refused.has(position));
    await this.repeat(call, orders.length);
    if (earlier.length > 0) {
      const data = MARKET_INTERFACE.encodeFunctionData(SUBMIT_BATCH, [earlier]);
      await this.repeat({ to: call.to, data }, earlier.length);
    }
    return receipt;
  }

  private async repeat(call: Call, orders: number): Promise<void> {
    const receipt = await this.inner.send(call);
    this.counts.orders += orders;
    this.counts.ordersRefused += refusals(receipt, "OrderRefused").length;
    this.counts.gas += receipt.gasUsed;
  }

  private async settleTwice(call: Call): Promise<Receipt> {
    const args = DELIVERY_INTERFACE.decodeFunctionData(SETTLE, call.data);
    const readings = [...(args[5] as unknown[])];
    if (readings.length > 0) {
      const data = DELIVERY_INTERFACE.encodeFunctionData("submit", [args[0], readings]);
      await this.inner.send({ to: call.to, data });
      const again = await this.inner.send({ to: call.to, data });
      this.counts.readings += readings.length;
      this.counts.readingsRefused += refusals(again, "ReadingRefused").length;
      this.counts.gas += again.gasUsed;
    }
    const receipt = await this.inner.send(call);
    this.counts.settlements++;
    try {
      await this.inner.send(call);
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      this.counts.settlementsRefused++;
    }
    return receipt;
  }
}

/** Places in a batch of what its receipt says was refused. */
function refusals({ logs }: Receipt, name: "OrderRefused" | "ReadingRefused"): bigint[] {
  const abi = name === "OrderRefused" ? MARKET_INTERFACE : DELIVERY_INTERFACE;
  const topic = abi.getEvent(name)!.topicHash;
  return logs
    .filter(({ topics }) => topics[0] === topic)
    .map(({ topics, data }) => abi.parseLog({ topics: [...topics], data })!.args.getValue("position") as bigint);
}

/**
 * A gateway that can be made to die with half of its orders sent. Its successor knows the signed orders, which piles
 * keep until they are answered, and finds on the chain which of them are there.
 */
export class MortalGateway implements OrderGateway {
  /** The frame in which it is to die, as it is to be logged. */
  private dying: number | undefined;
  private current: BatchGateway;

  constructor(
    private readonly options: GatewayOptions,
    private readonly log: FaultLog["gateways"],
  ) {
    this.current = new BatchGateway(options);
  }

  /** The next time that there are two orders or more it dies with half of them sent. */
  dieIn(frame: number): void {
    this.dying = frame;
  }

  async submit(orders: readonly PendingOrder[]): Promise<ActionResult[]> {
    const frame = this.dying;
    if (frame === undefined || orders.length < 2) return this.current.submit(orders);
    this.dying = undefined;
    const sentBefore = Math.ceil(orders.length / 2);
    // The answer dies with it.
    await this.current.submit(orders.slice(0, sentBefore));
    this.current = new BatchGateway(this.options);
    const { results, there } = await this.current.resume(orders);
    this.log.push({ frame, orders: orders.length, sentBefore, found: there, sentAfter: orders.length - there });
    return results;
  }
}
