import {
  decodePileState,
  type MeterReading,
  ORDER_TYPES,
  orderMessage,
  packMeterReading,
  packSignedTerms,
  READING_TYPES,
  type SignedTerms,
} from "../chain/packedWords";

/**
 * EIP-712 domain of a contract. It has these four fields and no salt: with one, even of zeros, the same order would have
 * another hash, and its signature would yield somebody else's address.
 */
export interface SigningDomain {
  name: string;
  version: string;
  chainId: number;
  verifyingContract: `0x${string}`;
}

/**
 * Arguments of ethers' `signTypedData(domain, types, message)` and viem's `signTypedData({ account,
 * ...typedData })`.
 */
export interface TypedData<Message> {
  domain: SigningDomain;
  types: Record<string, { name: string; type: string }[]>;
  primaryType: string;
  message: Message;
}

/** An order as `submit` and `submitBatch` take it. */
export interface SignedOrder {
  terms: bigint;
  r: `0x${string}`;
  vs: `0x${string}`;
}

/** A reading as the delivery contract's `submit` and `settle` take it. */
export interface SignedReading {
  reading: bigint;
  r: `0x${string}`;
  vs: `0x${string}`;
}

/** The nonce that a pile signs next. @param pileState word that `pileState(pile)` gives */
export function pilesNextNonce(pileState: bigint): bigint {
  return decodePileState(pileState).nonce;
}

/**
 * An order for a pile's key to sign.
 *
 * @param market address of the market
 * @param terms price in money units per kWh, energies in Wh, `deadline` in Unix seconds
 */
export function orderTypedData(
  market: `0x${string}`,
  chainId: number,
  terms: SignedTerms,
): TypedData<Record<string, unknown>> {
  const domain = { name: "AdBEV Market", version: "1", chainId, verifyingContract: market };
  return { domain, types: ORDER_TYPES, primaryType: "Order", message: orderMessage(terms) };
}

/**
 * A signed order, packed.
 *
 * @param signature 65 bytes in hexadecimal, as wallets give it
 * @throws RangeError where a value does not fit its field, or the signature is none
 */
export function signedOrder(terms: SignedTerms, signature: string): SignedOrder {
  return { terms: packSignedTerms(terms), ...compact(signature) };
}

/**
 * A reading for a meter's key to sign.
 *
 * @param delivery address of the delivery contract
 * @param market address of the market
 */
export function readingTypedData(
  delivery: `0x${string}`,
  chainId: number,
  market: `0x${string}`,
  reading: MeterReading,
): TypedData<Record<string, unknown>> {
  const domain = { name: "AdBEV Delivery", version: "1", chainId, verifyingContract: delivery };
  return { domain, types: READING_TYPES, primaryType: "MeterReading", message: { market, ...reading } };
}

/** A signed reading, packed. @throws RangeError where a value does not fit its field, or the signature is none */
export function signedReading(reading: MeterReading, signature: string): SignedReading {
  return { reading: packMeterReading(reading), ...compact(signature) };
}

/** The two halves of a signature, the parity in the highest bit of the second (EIP-2098). */
function compact(signature: string): { r: `0x${string}`; vs: `0x${string}` } {
  const found = /^0x([0-9a-fA-F]{64})([0-9a-fA-F]{64})(00|01|1b|1c|1B|1C)$/.exec(signature);
  if (found === null) throw new RangeError(`a signature has 65 bytes in hexadecimal, found "${signature}"`);
  const odd = Number.parseInt(found[3]!, 16) % 27 === 1;
  const s = BigInt(`0x${found[2]!}`) | (odd ? 1n << 255n : 0n);
  return { r: `0x${found[1]!}`, vs: `0x${s.toString(16).padStart(64, "0")}` };
}
