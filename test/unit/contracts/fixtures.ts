import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import {
  type Addressable,
  type AddressLike,
  type BigNumberish,
  concat,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  keccak256,
  type Overrides,
  type Result,
  Signature,
  toBeHex,
} from "ethers";
import hre, { ethers } from "hardhat";

import {
  decodeFill,
  decodeFrameRecord,
  decodePublication,
  ORDER_TYPES,
  orderMessage,
  type PackedFill,
  packSignedTerms,
  type SignedTerms,
} from "../../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../../scripts/core/parameters";
import { Delivery__factory, type IOrderBook, type Market } from "../../../typechain-types";
import { deploy, type Deployed } from "../../helpers/deploy";
import { currentFrame, goTo } from "../../helpers/market";
import { NOTHING_EXPECTED } from "../../helpers/expectedLoad";

/** Money units in a penny. */
export const PENNY = 10_000n;

/** The largest price or tariff, ticks, and the largest order, Wh. */
export const MAX_UINT24 = 2n ** 24n - 1n;

/** The largest amount of money that the market counts, money units. */
export const MAX_MONEY = 2n ** 52n - 1n;

/** The element at `index`, which the test knows to be there. */
export function nth<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`nothing at ${index.toString()}`);
  return element;
}

/** The named fields of a struct that a contract returned. */
export function fields(struct: unknown): Record<string, unknown> {
  return (struct as Result).toObject();
}

/** A bid: `bid(14n * PENNY, 1500n, expiry)`. */
export function bid(price: bigint, energyWh: bigint, expiryFrame: number, peakWh = 0n): IOrderBook.OrderRequestStruct {
  return { charge: true, price, energyWh, peakWh, expiryFrame };
}

/** An ask: `ask(12n * PENNY, 1000n, expiry)`. */
export function ask(price: bigint, energyWh: bigint, expiryFrame: number, peakWh = 0n): IOrderBook.OrderRequestStruct {
  return { charge: false, price, energyWh, peakWh, expiryFrame };
}

/** The operator's publication for a frame unless told otherwise: 33 kW, 20 p in, 5 p out, no wheeling. */
export const TARIFFS = {
  baseLoadW: 33_000n,
  importPricePerKwh: 20n * PENNY,
  exportPricePerKwh: 5n * PENNY,
  wheelingPricePerKwh: 0n,
};

/** Publishes `count` frames from `firstFrame` on. */
export async function publish(
  market: Market,
  firstFrame: number,
  count = 1,
  tariffs: Partial<typeof TARIFFS> = {},
): Promise<ContractTransactionResponse> {
  const frames = Array.from({ length: count }, (_, i) => ({
    ...{ frame: firstFrame + i, ...TARIFFS, ...NOTHING_EXPECTED },
    ...tariffs,
  }));
  return market.publish(frames);
}

/**
 * Goes to the beginning of a frame and publishes the `count` that may be published from there on.
 * @returns the frame that begins now: orders placed in it are for the next one
 */
export async function freshFrame(
  market: Market,
  parameters: DeploymentParameters,
  tariffs: Partial<typeof TARIFFS> = {},
): Promise<number> {
  const { frameSeconds, leadFrames } = parameters;
  const start = (await currentFrame(frameSeconds)) + leadFrames + 3;
  await publish(market, start + 1, 24, tariffs);
  await time.increaseTo(start * frameSeconds);
  return start;
}

/** Decision of a clearing. */
export interface Cleared {
  fills: PackedFill[];
  words: bigint[];
  loadW: bigint;
  pflW: bigint;
}

/** The FrameCleared of a receipt. */
export function clearedOf(market: Market, receipt: ContractTransactionReceipt | null): Cleared {
  for (const log of receipt?.logs ?? []) {
    const parsed = market.interface.parseLog(log);
    if (parsed?.name !== "FrameCleared") continue;
    const words = [...(parsed.args.getValue("fills") as readonly bigint[])];
    return {
      words,
      fills: words.map(decodeFill),
      loadW: parsed.args.getValue("loadW") as bigint,
      pflW: parsed.args.getValue("pflW") as bigint,
    };
  }
  throw new Error("no FrameCleared");
}

/** Clears a frame as its window opens, or `offset` seconds from the beginning of the frame. */
export async function clear(
  market: Market,
  frame: number,
  { offset = -600, frameSeconds = 1800 }: { offset?: number; frameSeconds?: number } = {},
): Promise<Cleared> {
  await goTo(frame, offset, frameSeconds);
  return clearedOf(market, await (await market.clear(frame)).wait());
}

/** Settles a frame with what its clearing decided, as late as `offset` seconds after its end. */
export async function settle(
  market: Market,
  frame: number,
  words: readonly bigint[],
  {
    offset = 0,
    frameSeconds = 1800,
    publication,
  }: { offset?: number; frameSeconds?: number; publication?: bigint } = {},
): Promise<ContractTransactionResponse> {
  const word = publication ?? (await market.publication(frame));
  await goTo(frame + 1, offset, frameSeconds);
  return settleNow(market, frame, word, words);
}

/** Settles a frame, all of whose fills the match made, whatever the time. */
export async function settleNow(
  market: Market,
  frame: BigNumberish,
  publication: bigint,
  words: readonly bigint[],
  overrides: Overrides = {},
): Promise<ContractTransactionResponse> {
  const { delivery } = await market.parameters();
  const contract = Delivery__factory.connect(delivery, market.runner);
  return contract.settle(market, frame, publication, [...words], words.length, [], overrides);
}

/** A fill as tests write it. */
export function fill(sell: number, buy: number, energyWh: bigint, price: bigint): PackedFill {
  return { sell, buy, energyWh, price };
}

const amountDown = (price: bigint, energyWh: bigint): bigint => (price * energyWh) / 1000n;

/** Dues of the fills of a frame at its settlement, money units. */
export function owed(fills: readonly PackedFill[], wheelingPricePerKwh: bigint, bondPricePerKwh: bigint): bigint {
  return fills.reduce((sum, { sell, energyWh, price }) => {
    const beside = sell === 0 ? 0n : amountDown(wheelingPricePerKwh, energyWh) + amountDown(bondPricePerKwh, energyWh);
    return sum + amountDown(price, energyWh) + beside;
  }, 0n);
}

/** Sum of everybody's claims: free, locked, in delivery and the grid's, money units. */
export async function claims(market: Market, parameters: DeploymentParameters): Promise<bigint> {
  let sum = await market.gridBalance();
  const count = Number(await market.pileCount());
  for (let pile = 1; pile <= count; pile++) {
    const { account } = await market.pileRecord(pile);
    sum += (await market.freeBalanceOf(account)) + (await market.lockedBalanceOf(account));
  }
  for (const event of await market.queryFilter(market.filters.FrameCleared())) {
    const { frame, fills } = event.args;
    const record = decodeFrameRecord(await market.frameRecord(frame));
    if (record?.open !== true) continue;
    const [published] = await market.queryFilter(market.filters.FramePublished(frame));
    const publication = published === undefined ? undefined : decodePublication(published.args.publication);
    const wheelingPricePerKwh = (publication?.wheelingTicks ?? 0n) * parameters.tickSize;
    sum += owed(fills.map(decodeFill), wheelingPricePerKwh, parameters.bondPricePerKwh);
    if (parameters.readingSeconds === 0 || publication === undefined) continue;
    // Each pile that was filled set its margin aside.
    const { importTicks, exportTicks } = publication;
    const ticks = parameters.breach === "defaulter" ? 2n * importTicks - exportTicks : importTicks;
    for (const pile of new Set(fills.map(decodeFill).flatMap(({ sell, buy }) => [sell, buy]))) {
      if (pile === 0) continue;
      const { ratedW } = await market.pileRecord(pile);
      const reachWh = (ratedW * BigInt(parameters.frameSeconds)) / 3600n;
      const up = (price: bigint): bigint => (price * reachWh + 999n) / 1000n;
      sum += up(ticks * parameters.tickSize) + up(wheelingPricePerKwh);
    }
  }
  return sum;
}

/** Something with balances. */
export interface Holdings {
  balanceOf(account: Market): Promise<bigint>;
}

/** Checks that the market holds exactly what it owes, but for `dust` smallest token units that are nobody's. */
export async function expectSolvent(
  market: Market,
  token: Holdings,
  parameters: DeploymentParameters,
  dust = 0n,
): Promise<void> {
  const owes = await claims(market, parameters);
  expect(await token.balanceOf(market)).to.equal(owes * parameters.unit + dust);
}

/** EIP-712 domain of a market. */
export async function domainOf(market: Market, chainId?: bigint) {
  return {
    name: "AdBEV Market",
    version: "1",
    chainId: chainId ?? (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await market.getAddress(),
  };
}

/** A signed order as {@link Market.submit} wants it. */
export interface SignedOrder {
  terms: bigint;
  r: string;
  vs: string;
}

/** Signs terms with ethers' typed data and packs both. */
export async function sign(market: Market, signer: HardhatEthersSigner, terms: SignedTerms): Promise<SignedOrder> {
  const signature = Signature.from(
    await signer.signTypedData(await domainOf(market), ORDER_TYPES, orderMessage(terms)),
  );
  return { terms: packSignedTerms(terms), r: signature.r, vs: signature.yParityAndS };
}

/** Part of the compiler's storage layout. */
interface StorageLayout {
  storage: { label: string; slot: string }[];
}

/** First storage slot of a variable of a contract, the market unless told otherwise, as the compiler laid it out. */
export async function slotOf(label: string, contract = "Market"): Promise<bigint> {
  const { sourceName } = await hre.artifacts.readArtifact(contract);
  const info = await hre.artifacts.getBuildInfo(`${sourceName}:${contract}`);
  const output = info?.output.contracts[sourceName]?.[contract] as { storageLayout?: StorageLayout } | undefined;
  const found = output?.storageLayout?.storage.find((variable) => variable.label === label);
  if (found === undefined) throw new Error(`the storage layout has no ${label}`);
  return BigInt(found.slot);
}

/** The storage slot of a contract's mapping entry, by the mapping's name and a number as key. */
export async function slotOfEntry(label: string, key: number, contract = "Market"): Promise<bigint> {
  const words = [BigInt(key), await slotOf(label, contract)].map((word) => toBeHex(word, 32));
  return BigInt(keccak256(concat(words)));
}

/** Overwrites a storage word of a contract: for states that would take millions of transactions to reach. */
export async function overwrite(contract: Addressable, slot: bigint, change: (word: bigint) => bigint): Promise<void> {
  const address = await contract.getAddress();
  const word = BigInt(await ethers.provider.getStorage(address, slot));
  await ethers.provider.send("hardhat_setStorageAt", [
    address,
    ethers.toQuantity(slot),
    ethers.zeroPadValue(ethers.toBeHex(change(word)), 32),
  ]);
}

/** Nobody's account: no role, no pile. */
export async function stranger(): Promise<HardhatEthersSigner> {
  const signers = await ethers.getSigners();
  return nth(signers, signers.length - 1);
}

/** {@link deploy} without the deployment modules, with `pileCount` funded piles: for tests that need many markets. */
export async function deployDirect(
  pileCount: number,
  { ratedW = 7000, ...parameters }: Partial<DeploymentParameters> & { ratedW?: number } = {},
): Promise<Deployed> {
  return deploy({ pileCount, ratedW, parameters, through: "constructor" });
}

/**
 * A market that counts in `token`; the first signer holds every role.
 *
 * @param mechanism that of the market's rule by default
 */
export async function deployFor(
  token: AddressLike,
  parameters: DeploymentParameters,
  mechanism?: string,
): Promise<Pick<Deployed, "market" | "rounds" | "delivery" | "admin">> {
  return deploy({ token, parameters, through: "constructor", ...(mechanism === undefined ? {} : { mechanism }) });
}
