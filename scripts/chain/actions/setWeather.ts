import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Sets a pile's weather factor for the frames after the one that is running.
 *
 * @param pile number of the pile
 * @param bps 1/10 000
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setWeather(market, registrar, 1, 500n);
 */
export async function setWeather(
  market: MarketContracts,
  registrar: Transactor,
  pile: number,
  bps: bigint,
): Promise<Receipt> {
  return market.toDelivery.send(registrar, "setWeatherFactor", [market.address, pile, bps]);
}
