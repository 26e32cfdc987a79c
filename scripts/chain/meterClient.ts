import { Signature, type TypedDataDomain, type TypedDataField } from "ethers";

import { DELIVERY_INTERFACE, ERROR_INTERFACES } from "./marketClient";
import { type MeterReading, packMeterReading, READING_TYPES } from "./packedWords";
import { decodeRefusal } from "./refusal";
import type { Receipt, Transactor } from "./transactor";

/** Who signs for a meter: an ethers wallet, or an account of a node. */
export interface MeterKey {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/** A reading as the contract takes it. */
export interface SignedReading {
  reading: bigint;
  r: string;
  vs: string;
}

/** Whose readings are signed for what contract. */
export interface MeterSurroundings {
  market: string;
  delivery: string;
  chainId: bigint;
}

/** Signs what a meter read. */
export async function signReading(
  key: MeterKey,
  { market, delivery, chainId }: MeterSurroundings,
  reading: MeterReading,
): Promise<SignedReading> {
  const domain = { name: "AdBEV Delivery", version: "1", chainId, verifyingContract: delivery };
  const signature = await key.signTypedData(domain, READING_TYPES, { market, ...reading });
  const { r, yParityAndS } = Signature.from(signature);
  return { reading: packMeterReading(reading), r, vs: yParityAndS };
}

/**
 * Stores signed readings for a later settlement.
 * @throws ContractRefusal the first of them that the contract refused; the others are stored all the same
 */
export async function submitReadings(
  sender: Transactor,
  { market, delivery }: Pick<MeterSurroundings, "market" | "delivery">,
  readings: readonly SignedReading[],
): Promise<Receipt> {
  const receipt = await sender.send({
    to: delivery,
    data: DELIVERY_INTERFACE.encodeFunctionData("submit", [market, readings]),
  });
  for (const log of receipt.logs) {
    const parsed = DELIVERY_INTERFACE.parseLog({ topics: [...log.topics], data: log.data });
    if (parsed?.name !== "ReadingRefused") continue;
    const refusal = decodeRefusal(parsed.args.getValue("refusal") as string, ERROR_INTERFACES);
    if (refusal !== undefined) throw refusal;
  }
  return receipt;
}
