import type { BaseWallet, Provider } from "ethers";

import { topicOf } from "../../chain/frameLogs";
import { MARKET_INTERFACE } from "../../chain/interfaces";
import { type MarketClient } from "../../chain/marketClient";

/** A gateway whose latency is measured; its chain's blocks come by the wall's clock. */
interface LatencyPlan {
  /** Where its desk listens. */
  url: string;
  client: MarketClient;
  provider: Provider;
  /** Keys of piles, registered and funded: each places an order a frame. */
  piles: readonly BaseWallet[];
  frames: number;
}

/** How long things took, s, each sorted. */
interface Latency {
  /** From an order's arrival to its receipt, of orders that need not wait for a batch. */
  confirmation: number[];
  /** From the end of a frame to the block that settles it. */
  settlement: number[];
}

interface Answer {
  id: string;
  state: string;
  receivedMs: number;
  endedMs?: number;
}

/** Lets piles order frame after frame at random moments of the time in which orders go out at once, and waits for the settlements. */
export async function measureLatency(plan: LatencyPlan): Promise<Latency> {
  const { client, provider, piles, frames } = plan;
  const { frameSeconds, auctionSeconds } = client.parameters;
  const confirmation: number[] = [];
  const seconds = () => Date.now() / 1_000;
  const first = Math.floor((seconds() + auctionSeconds) / frameSeconds) + 2;
  for (let frame = first; frame < first + frames; frame++) {
    // After the window before this frame's is over, so that what was ordered there is done with.
    await until((frame - 1) * frameSeconds + 1);
    const open = frameSeconds - auctionSeconds - 2;
    const answers = await Promise.all(
      piles.map(async (wallet, index) => {
        await pause((open * index * 500) / piles.length);
        return orderOnce(plan, wallet, frame, index % 2 === 0);
      }),
    );
    for (const { receivedMs, endedMs, state } of answers) {
      if (endedMs !== undefined && state !== "refused") confirmation.push((endedMs - receivedMs) / 1_000);
    }
  }
  const ends = (first + frames) * frameSeconds;
  await until(ends);
  for (const stop = seconds() + 3 * frameSeconds; seconds() < stop && (await client.marketTotals()).openFrames > 0;) {
    await pause(500);
  }
  const topics = [topicOf(MARKET_INTERFACE, "FrameSettled")];
  const settlement: number[] = [];
  for (const log of await provider.getLogs({ address: client.address, fromBlock: 0, topics })) {
    const frame = Number(MARKET_INTERFACE.parseLog(log)!.args[0]);
    const { timestamp } = (await provider.getBlock(log.blockNumber))!;
    settlement.push(timestamp - (frame + 1) * frameSeconds);
  }
  return { confirmation: confirmation.sort((a, b) => a - b), settlement: settlement.sort((a, b) => a - b) };
}

async function orderOnce(
  { url, client }: LatencyPlan,
  wallet: BaseWallet,
  frame: number,
  charge: boolean,
): Promise<Answer> {
  const { nonce } = await client.pileState(await client.pileOf(wallet.address));
  const terms = { action: "place" as const, charge, price: 130_000n, energyWh: 20n, peakWh: 0n, nonce };
  const deadline = Math.floor(Date.now() / 1_000) + 600;
  const signed = await client.sign(wallet, { ...terms, expiryFrame: frame, deadline });
  const body = { account: wallet.address, terms: `0x${signed.terms.toString(16)}`, r: signed.r, vs: signed.vs };
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/markets/main/orders`, { method: "POST", headers, body: JSON.stringify(body) });
  let answer = (await response.json()) as Answer;
  for (
    const stop = Date.now() + 120_000;
    answer.endedMs === undefined && answer.id !== undefined && Date.now() < stop;
  ) {
    await pause(200);
    answer = (await (await fetch(`${url}/markets/main/orders/${answer.id}`)).json()) as Answer;
  }
  return answer;
}

async function until(seconds: number): Promise<void> {
  await pause(Math.max(0, seconds * 1_000 - Date.now()));
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
