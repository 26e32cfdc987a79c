import type { BaseWallet } from "ethers";

import type { MarketClient } from "../../scripts/chain/marketClient";
import type { SignedTerms } from "../../scripts/chain/packedWords";

/** Body of an order for an order desk. */
export type OrderBody = Record<"account" | "terms" | "r" | "vs", string>;

/** Signs an order as the desk takes it. */
export async function orderBody(
  client: MarketClient,
  wallet: BaseWallet,
  terms: Partial<SignedTerms>,
): Promise<OrderBody> {
  const signed = await client.sign(wallet, {
    ...{ action: "place", charge: true, price: 130_000n, energyWh: 1_000n, peakWh: 0n, nonce: 0n },
    ...{ expiryFrame: 2 ** 31, deadline: 2 ** 33, ...terms },
  });
  return { account: wallet.address, terms: `0x${signed.terms.toString(16)}`, r: signed.r, vs: signed.vs };
}

/** Hands an order to a desk. */
export async function post(
  url: string,
  body: unknown,
  market = "main",
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${url}/markets/${market}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

/** Waits until something holds. @throws Error after its time */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}
