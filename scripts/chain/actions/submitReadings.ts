import { DELIVERY_INTERFACE, ERROR_INTERFACES } from "../interfaces";
import { decodeRefusal } from "../refusal";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import type { SignedReading } from "./signed";

/**
 * Stores signed readings for a later settlement.
 *
 * @throws ContractRefusal the first of them that the contract refused; the others are stored all the same
 * @example
 * await submitReadings(market, gateway, [await client.signReading(meter, reading)]);
 */
export async function submitReadings(
  market: MarketContracts,
  sender: Transactor,
  readings: readonly SignedReading[],
): Promise<Receipt> {
  const receipt = await market.toDelivery.send(sender, "submit", [market.address, readings]);
  for (const { topics, data } of receipt.logs) {
    const parsed = DELIVERY_INTERFACE.parseLog({ topics: [...topics], data });
    if (parsed?.name !== "ReadingRefused") continue;
    const refusal = decodeRefusal(parsed.args.getValue("refusal") as string, ERROR_INTERFACES);
    if (refusal !== undefined) throw refusal;
  }
  return receipt;
}
