import { Agent, request } from "node:http";

import { randomBytes } from "node:crypto";

import type { BaseWallet } from "ethers";

import type { ChainClock } from "../../chain/clock";
import type { MarketClient } from "../../chain/marketClient";

/** A gateway with nothing but this to do, and how it is flooded. */
interface FloodPlan {
  /** Where its desk listens; loopback. */
  url: string;
  client: MarketClient;
  /** Of the chain that the gateway works on, which may be set forward. */
  clock: ChainClock;
  /** Keys of honest piles, registered and funded. */
  piles: readonly BaseWallet[];
  forged: number;
  replayed: number;
  /** Orders offered a second. */
  perSecond: number;
}

/** Outcome of a flood. */
interface FloodResult {
  offered: number;
  seconds: number;
  /** Orders by answer. */
  answers: Record<string, number>;
  refusedPerSecond: number;
  refusedPerCpuSecond: number;
  medianMs: number;
  p99Ms: number;
  beforeMB: number;
  afterMB: number;
  /** Honest orders that were offered, and of those that the chain has. */
  honest: number;
  onChain: number;
}

type Body = Record<"account" | "terms" | "r" | "vs", string>;

const MOST_IN_FLIGHT = 64;
const PATIENCE_MS = 60_000;

/** Offers forged orders, honest ones, and repetitions of those, mixed; then lets the chain come to the batch, and counts. */
export async function flood(plan: FloodPlan): Promise<FloodResult> {
  const { url, client, clock, piles, forged, replayed, perSecond } = plan;
  const { frameSeconds, auctionSeconds } = client.parameters;
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_IN_FLIGHT });
  const now = await clock.now();
  const expiryFrame = Math.floor(now / frameSeconds) + 4;
  const honest: Body[] = [];
  for (const [index, wallet] of piles.entries()) {
    const { nonce } = await client.pileState(await client.pileOf(wallet.address));
    const terms = { action: "place" as const, charge: index % 2 === 0, price: 130_000n, energyWh: 1_000n, peakWh: 0n };
    const signed = await client.sign(wallet, { ...terms, expiryFrame, nonce, deadline: now + 10 * frameSeconds });
    honest.push({ account: wallet.address, terms: `0x${signed.terms.toString(16)}`, r: signed.r, vs: signed.vs });
  }
  const forge = (index: number): Body => {
    const model = honest[index % honest.length]!;
    // Looks like a signature, names a pile, asks for something that nobody signed.
    const terms = BigInt(model.terms) + (BigInt(1 + (index % 5_000)) << 8n);
    const vs = Buffer.concat([Buffer.from([(index & 1) << 7]), randomBytes(31)]).toString("hex");
    return { ...model, terms: `0x${terms.toString(16)}`, r: `0x${randomBytes(32).toString("hex")}`, vs: `0x${vs}` };
  };
  const total = forged + replayed + honest.length;
  const every = Math.max(1, Math.floor(total / honest.length));
  const answers: Record<string, number> = {};
  const latencies: number[] = [];
  const before = await usage(url);
  const begun = performance.now();
  let [offered, forgeries, good, inFlight] = [0, 0, 0, 0];
  let wake: () => void = () => undefined;
  const offer = (body: Body): void => {
    inFlight++;
    const sent = performance.now();
    void post(agent, url, body)
      .catch(() => "NoAnswer")
      .then((answer) => {
        answers[answer] = (answers[answer] ?? 0) + 1;
        latencies.push(performance.now() - sent);
        inFlight--;
        wake();
      });
  };
  for (; offered < total; offered++) {
    while (inFlight >= MOST_IN_FLIGHT) await new Promise<void>((resolve) => (wake = resolve));
    const dueMs = (offered * 1_000) / perSecond - (performance.now() - begun);
    if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
    if (offered % every === 0 && good < honest.length) offer(honest[good++]!);
    else if (forgeries < forged && (offered % 5 !== 4 || offered - forgeries - good >= replayed))
      offer(forge(forgeries++));
    else offer(honest[offered % Math.max(1, good)]!);
  }
  while (good < honest.length) offer(honest[good++]!);
  while (inFlight > 0) await new Promise<void>((resolve) => (wake = resolve));
  const seconds = (performance.now() - begun) / 1_000;
  const after = await usage(url);
  agent.destroy();

  const frame = Math.floor(((await clock.now()) + auctionSeconds) / frameSeconds) + 1;
  await clock.reach(frame * frameSeconds - auctionSeconds - 20);
  const onChain = await countOnChain(client, piles);
  latencies.sort((a, b) => a - b);
  const refused = total - (answers["accepted"] ?? 0) - (answers["accepted before"] ?? 0);
  return {
    ...{ offered: total, seconds, answers, refusedPerSecond: refused / seconds },
    refusedPerCpuSecond: refused / (after.cpuSeconds - before.cpuSeconds),
    medianMs: latencies[Math.floor(latencies.length / 2)] ?? 0,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    ...{ beforeMB: before.residentMB, afterMB: after.residentMB, honest: honest.length, onChain },
  };
}

async function post(agent: Agent, url: string, body: Body): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const sent = request(
      `${url}/markets/main/orders`,
      { agent, method: "POST", headers, timeout: 30_000 },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          const { error } = JSON.parse(Buffer.concat(parts).toString()) as { error?: string };
          resolve(error ?? (response.statusCode === 202 ? "accepted" : "accepted before"));
        });
        response.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Usage of the gateway's process, by its own metrics. */
async function usage(url: string): Promise<{ cpuSeconds: number; residentMB: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
  return { cpuSeconds: figure("process_cpu_seconds_total"), residentMB: figure("process_resident_memory_bytes") / 1e6 };
}

/** Waits for the batch, as long as one takes. */
async function countOnChain(client: MarketClient, piles: readonly BaseWallet[]): Promise<number> {
  const count = async () => {
    const states = await Promise.all(piles.map(async ({ address }) => client.pileState(await client.pileOf(address))));
    return states.filter(({ remainingWh }) => remainingWh > 0n).length;
  };
  let there = 0;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && there < piles.length;) {
    there = await count();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return there;
}
