import {
  DEPOSIT_TYPES,
  type MeterReading,
  ORDER_OF_TYPES,
  ORDER_TYPES,
  orderMessage,
  packMeterReading,
  packSignedTerms,
  READING_TYPES,
  type SignedTerms,
  WITHDRAWAL_TYPES,
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
  const domain = marketDomain(market, chainId);
  return { domain, types: ORDER_TYPES, primaryType: "Order", message: orderMessage(terms) };
}

/**
 * An order for an account that may be a contract to sign; `submitFor(account, terms, signature)` takes it, the terms packed
 * by `packSignedTerms`.
 *
 * @param market address of the market
 */
export function orderOfTypedData(
  market: `0x${string}`,
  chainId: number,
  account: `0x${string}`,
  terms: SignedTerms,
): TypedData<Record<string, unknown>> {
  const domain = marketDomain(market, chainId);
  return { domain, types: ORDER_OF_TYPES, primaryType: "OrderOf", message: { account, order: orderMessage(terms) } };
}

/** Message that an account signs to withdraw. */
export interface Withdrawal {
  account: `0x${string}`;
  /** Receiver; the pile's payout address where it has named one. */
  to: `0x${string}`;
  /** Money units. */
  amount: bigint;
  /** As the market's `nonces(account)` gives it. */
  nonce: bigint;
  /** Last second, Unix time. */
  deadline: bigint;
}

/**
 * A withdrawal for a pile's account to sign; `withdrawFor` takes it.
 *
 * @param market address of the market
 */
export function withdrawalTypedData(
  market: `0x${string}`,
  chainId: number,
  withdrawal: Withdrawal,
): TypedData<Record<string, unknown>> {
  const domain = marketDomain(market, chainId);
  return { domain, types: WITHDRAWAL_TYPES, primaryType: "Withdrawal", message: { ...withdrawal } };
}

/** Message that an owner of tokens signs so that somebody else deposits them. */
export interface Deposit {
  owner: `0x${string}`;
  market: `0x${string}`;
  /** Whose pile it is for. */
  account: `0x${string}`;
  /** Smallest token units. */
  tokenAmount: bigint;
  /** As `nonces(owner)` of the deposits' contract gives it. */
  nonce: bigint;
  /** Last second, Unix time; the permit's as well. */
  deadline: bigint;
}

/**
 * A deposit for an owner of tokens to sign, beside a permit (ERC-2612) for the deposits' contract; its `depositFor` takes
 * both.
 *
 * @param deposits address of `PermitDeposits`
 */
export function depositTypedData(
  deposits: `0x${string}`,
  chainId: number,
  deposit: Deposit,
): TypedData<Record<string, unknown>> {
  const domain = { name: "AdBEV Deposits", version: "1", chainId, verifyingContract: deposits };
  return { domain, types: DEPOSIT_TYPES, primaryType: "Deposit", message: { ...deposit } };
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

function marketDomain(market: `0x${string}`, chainId: number): SigningDomain {
  return { name: "AdBEV Market", version: "1", chainId, verifyingContract: market };
}

/** The two halves of a signature, the parity in the highest bit of the second (EIP-2098). */
function compact(signature: string): { r: `0x${string}`; vs: `0x${string}` } {
  const found = /^0x([0-9a-fA-F]{64})([0-9a-fA-F]{64})(00|01|1b|1c|1B|1C)$/.exec(signature);
  if (found === null) throw new RangeError(`a signature has 65 bytes in hexadecimal, found "${signature}"`);
  const odd = Number.parseInt(found[3]!, 16) % 27 === 1;
  const s = BigInt(`0x${found[2]!}`) | (odd ? 1n << 255n : 0n);
  return { r: `0x${found[1]!}`, vs: `0x${s.toString(16).padStart(64, "0")}` };
}
