import type { RawProvider } from "./clock";

/** Price that a transaction offers for its gas, wei: a price, or the two limits of EIP-1559. */
export type Fees = { gasPrice: bigint } | { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/** Tip where a node names none, wei. */
const USUAL_TIP = 1_000_000_000n;
/** A replacement must offer a tenth more; nodes differ, so an eighth on top. */
const BUMP_NUMERATOR = 125n;
const BUMP_DENOMINATOR = 100n;

/** An account has less ether than a transaction may cost. */
export class InsufficientEther extends Error {
  override readonly name = "InsufficientEther";

  constructor(
    readonly address: string,
    /** wei */
    readonly balance: bigint,
    /** Most that the transaction may cost, wei. */
    readonly cost: bigint,
  ) {
    super(`account ${address} has ${balance} wei, the transaction may cost ${cost} wei`);
  }
}

/**
 * The fee to offer for `gas` units. Where the base fee is zero, an account that cannot pay a tip offers
 * none: chains with free gas take that.
 *
 * @param fixed price that the network's settings name; it decides alone
 * @throws InsufficientEther where the account cannot pay that fee
 */
export async function quoteFees(
  provider: RawProvider,
  address: string,
  gas: bigint,
  fixed: bigint | undefined,
): Promise<Fees> {
  const balance = BigInt((await provider.send("eth_getBalance", [address, "latest"])) as string);
  const affordable = (fees: Fees): Fees => {
    const cost = gas * highest(fees);
    if (cost > balance) throw new InsufficientEther(address, balance, cost);
    return fees;
  };
  if (fixed !== undefined) return affordable({ gasPrice: fixed });
  const block = (await provider.send("eth_getBlockByNumber", ["latest", false])) as { baseFeePerGas?: string };
  if (block.baseFeePerGas === undefined) {
    return affordable({ gasPrice: BigInt((await provider.send("eth_gasPrice", [])) as string) });
  }
  const baseFee = BigInt(block.baseFeePerGas);
  const tip = await provider.send("eth_maxPriorityFeePerGas", []).then(
    (answer) => BigInt(answer as string),
    () => USUAL_TIP,
  );
  const fees = { maxFeePerGas: 2n * baseFee + tip, maxPriorityFeePerGas: tip };
  if (baseFee === 0n && gas * fees.maxFeePerGas > balance) return { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
  return affordable(fees);
}

/** Fees that a node takes as a replacement of a transaction with `fees`. */
export function bumped(fees: Fees): Fees {
  const more = (wei: bigint) => (wei * BUMP_NUMERATOR + BUMP_DENOMINATOR - 1n) / BUMP_DENOMINATOR;
  if ("gasPrice" in fees) return { gasPrice: more(fees.gasPrice) };
  return { maxFeePerGas: more(fees.maxFeePerGas), maxPriorityFeePerGas: more(fees.maxPriorityFeePerGas) };
}

/** The most that a unit of gas may cost, wei. */
function highest(fees: Fees): bigint {
  return "gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas;
}

/** Fees as JSON-RPC takes them. */
export function feeFields(fees: Fees): Record<string, string> {
  return Object.fromEntries(Object.entries(fees).map(([name, wei]) => [name, `0x${wei.toString(16)}`]));
}
