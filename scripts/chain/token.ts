import { Contract, Interface, type Provider } from "ethers";

import type { MarketClient } from "./marketClient";
import { TooFewTokens } from "./tooFewTokens";
import type { Receipt, Transactor } from "./transactor";

/** Functions of any ERC-20, those by which most describe themselves, and the test token's faucet. */
export const TOKEN_INTERFACE = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount)",
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "function faucet(address to, uint256 amount)",
]);

/** Decimals that a market's money units have at most; a token with more makes units of many of its smallest. */
const MONEY_DECIMALS = 6;
/** Decimals of a token without `decimals()`. */
const NO_DECIMALS = 0;
/** The test token counts as pounds, its hundredths as pence. */
const TEST_SYMBOL = "tGBP";
/** Widest unit that a market holds is 64 bits. */
export const MOST_DECIMALS = 24;

/** How a token writes itself. */
export interface TokenKind {
  address: string;
  symbol: string;
  decimals: number;
}

/** Smallest units in a money unit that suit a token: amounts to a millionth of a token, or to its smallest unit. */
export function unitFor({ decimals }: Pick<TokenKind, "decimals">): bigint {
  return 10n ** BigInt(Math.max(0, decimals - MONEY_DECIMALS));
}

/** A token's description of itself. @returns undefined where there is no ERC-20 at the address */
export async function readToken(address: string, provider: Provider): Promise<TokenKind | undefined> {
  const token = new Contract(address, TOKEN_INTERFACE, provider);
  const ask = async <T>(name: string, ...args: unknown[]): Promise<T | undefined> =>
    (token.getFunction(name).staticCall(...args) as Promise<T>).catch((error: { code?: string }) => {
      if (error.code === "CALL_EXCEPTION" || error.code === "BAD_DATA") return undefined;
      throw error;
    });
  if ((await ask("balanceOf", address)) === undefined) return undefined;
  const [decimals, symbol] = [await ask<bigint>("decimals"), await ask<string>("symbol")];
  return { address, decimals: Number(decimals ?? NO_DECIMALS), symbol: symbol ?? `token ${address.slice(0, 8)}` };
}

/** Amounts and prices of a market in its token's own symbol. */
export class MarketMoney {
  /** Money units in a whole token. */
  readonly unitsPerToken: bigint;

  constructor(
    readonly token: TokenKind,
    /** Smallest token units in a money unit. */
    readonly unit: bigint,
  ) {
    const perToken = 10n ** BigInt(token.decimals) / unit;
    this.unitsPerToken = perToken > 0n ? perToken : 1n;
  }

  /** An amount of money units, such as `12.50 USDC`. */
  amount(units: bigint): string {
    if (units < 0n) return `-${this.amount(-units)}`;
    const text = this.decimal(units, 2);
    return this.token.symbol === TEST_SYMBOL ? `£${text}` : `${text} ${this.token.symbol}`;
  }

  /** A price in money units per kWh, such as `14.00 p` or `0.14 USDC`. */
  price(units: bigint): string {
    // A hundredth of a token is a hundred times as many units: the same digits, the mark two places on.
    if (this.token.symbol === TEST_SYMBOL) return `${this.decimal(units * 100n, 2)} p`;
    return `${this.decimal(units, 2)} ${this.token.symbol}`;
  }

  /**
   * Tokens as people write them, in money units.
   * @returns undefined where it is no decimal number or finer than a money unit
   */
  parse(text: string): bigint | undefined {
    const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
    if (match === null) return undefined;
    const fraction = match[2] ?? "";
    const scaled = BigInt(match[1]! + fraction) * this.unitsPerToken;
    const divisor = 10n ** BigInt(fraction.length);
    return scaled % divisor === 0n ? scaled / divisor : undefined;
  }

  /** {@link parse} of hundredths of a token: pence, cents. */
  parseHundredths(text: string): bigint | undefined {
    const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
    if (match === null) return undefined;
    const whole = match[1]!.padStart(3, "0");
    return this.parse(`${whole.slice(0, -2)}.${whole.slice(-2)}${match[2] ?? ""}`);
  }

  /** Money units as tokens, with as many decimals as there are, at least `least` where the token has them. */
  private decimal(units: bigint, least: number): string {
    const digits = this.unitsPerToken.toString().length - 1;
    const text = units.toString().padStart(digits + 1, "0");
    if (digits === 0) return text;
    const [whole, fraction] = [text.slice(0, -digits), text.slice(-digits)];
    const shown = fraction.replace(/0+$/, "").padEnd(Math.min(least, digits), "0");
    return shown === "" ? whole : `${whole}.${shown}`;
  }
}

/** A market's money, as its token writes it. */
export async function moneyOf(client: MarketClient, provider: Provider): Promise<MarketMoney> {
  const address = client.tokenAddress;
  const token = (await readToken(address, provider)) ?? { address, symbol: "units", decimals: NO_DECIMALS };
  return new MarketMoney(token, client.parameters.unit);
}

/**
 * Lets a market, or another `spender`, take `amount` money units of the sender's tokens: draws them from the faucet where the sender has too
 * few and the token has one, and approves what is not approved yet.
 *
 * @throws TooFewTokens where there is no faucet
 */
export async function provideTokens(
  client: MarketClient,
  provider: Provider,
  sender: Transactor,
  amount: bigint,
  spender = client.address,
): Promise<Receipt[]> {
  const token = new Contract(client.tokenAddress, TOKEN_INTERFACE, provider);
  const needed = amount * client.parameters.unit;
  const receipts: Receipt[] = [];
  const send = async (name: string, args: unknown[]) => {
    receipts.push(await sender.send({ to: client.tokenAddress, data: TOKEN_INTERFACE.encodeFunctionData(name, args) }));
  };
  const held = (await token.getFunction("balanceOf").staticCall(sender.address)) as bigint;
  if (held < needed) {
    const draw = [sender.address, needed - held];
    // By its code: a token that takes any call, as wrapped ether does, would only seem to have one.
    const selector = TOKEN_INTERFACE.getFunction("faucet")!.selector.slice(2);
    if (!(await provider.getCode(client.tokenAddress)).includes(selector)) {
      throw new TooFewTokens(sender.address, held, needed);
    }
    await send("faucet", draw);
  }
  const allowed = (await token.getFunction("allowance").staticCall(sender.address, spender)) as bigint;
  if (allowed >= needed) return receipts;
  // Some tokens change an allowance only from or to zero.
  if (allowed > 0n) await send("approve", [spender, 0n]);
  await send("approve", [spender, needed]);
  return receipts;
}
