import type { Transactor } from "../transactor";
import { approve } from "./approve";
import type { MarketContracts } from "./marketContracts";

/**
 * Mints test tokens for the sender and lets the market take them. Only where the token has a faucet.
 *
 * @param amount money units
 * @example
 * await drawFromFaucet(market, pile, 10_000_000n);
 */
export async function drawFromFaucet(market: MarketContracts, sender: Transactor, amount: bigint): Promise<void> {
  await market.toToken.send(sender, "faucet", [sender.address, amount * market.parameters.unit]);
  await approve(market, sender, amount);
}
