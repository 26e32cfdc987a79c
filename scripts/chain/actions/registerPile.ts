import type { Call, Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { eventOf } from "./marketEvents";

/** A pile that is to be registered. */
export interface NewPile {
  account: string;
  operator: string;
  /** Address of the key that signs its readings. */
  meterKey: string;
  ratedW: bigint;
}

/**
 * Registers a pile.
 *
 * @throws ContractRefusal where the contract refuses
 * @example
 * const receipt = await registerPile(market, registrar, { account, operator, meterKey, ratedW: 7_000n });
 * const pile = registeredIndex(market, receipt);
 */
export async function registerPile(market: MarketContracts, registrar: Transactor, pile: NewPile): Promise<Receipt> {
  return registrar.send(registration(market, pile));
}

/** The call that {@link registerPile} sends. */
export function registration(market: MarketContracts, { account, operator, meterKey, ratedW }: NewPile): Call {
  return market.toMarket.call("registerPile", [account, operator, meterKey, ratedW]);
}

/** Number of the pile that a receipt of {@link registerPile} tells of. */
export function registeredIndex(market: MarketContracts, receipt: Receipt): number {
  return Number(eventOf(market, receipt, "PileRegistered").pile);
}
