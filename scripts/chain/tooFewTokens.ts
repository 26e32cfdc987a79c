/** An account that pays has too few tokens, and the token has no faucet. */
export class TooFewTokens extends Error {
  override readonly name = "TooFewTokens";

  constructor(
    readonly address: string,
    /** Smallest token units. */
    readonly held: bigint,
    readonly needed: bigint,
  ) {
    super(`account ${address} holds ${held} of ${needed} smallest token units`);
  }
}
