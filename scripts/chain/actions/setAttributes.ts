import type { PileAttributes } from "../../model/creditRanking";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Rates a pile for ranking by credit.
 *
 * @param pile number of the pile
 * @param attributes each 0 to 1 000
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setAttributes(market, registrar, 1, { capacity: 500, renewable: 0, position: 0, stability: 0 });
 */
export async function setAttributes(
  market: MarketContracts,
  registrar: Transactor,
  pile: number,
  attributes: PileAttributes,
): Promise<Receipt> {
  return market.toDelivery.send(registrar, "setAttributes", [market.address, pile, attributes]);
}
