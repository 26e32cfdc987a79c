import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Gives a pile's meter another key, from the frame on that the contract says.
 *
 * @param pile number of the pile
 * @param key address of the key that signs from then on
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setMeterKey(market, registrar, 1, "0x90F7…");
 */
export async function setMeterKey(
  market: MarketContracts,
  registrar: Transactor,
  pile: number,
  key: string,
): Promise<Receipt> {
  return market.toDelivery.send(registrar, "setMeterKey", [market.address, pile, key]);
}
