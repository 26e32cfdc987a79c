import { concat, id, keccak256, Signature, type Signer, toBeHex } from "ethers";
import { ethers } from "hardhat";

import {
  decodeMarketTotals,
  decodeFrameRecord,
  type MeterReading,
  packMeterReading,
  type PackedFill,
  READING_TYPES,
} from "../../../scripts/chain/packedWords";
import type { Delivery, Market } from "../../../typechain-types";
import { overwrite, slotOf } from "./fixtures";

/** A signed reading as {@link Delivery} takes it. */
export interface SignedReading {
  reading: bigint;
  r: string;
  vs: string;
}

/** EIP-712 domain of the delivery contract. */
export async function deliveryDomain(delivery: Delivery, chainId?: bigint) {
  return {
    name: "AdBEV Delivery",
    version: "1",
    chainId: chainId ?? (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await delivery.getAddress(),
  };
}

/** Signs a reading with a meter's key. */
export async function signReading(
  delivery: Delivery,
  market: Market,
  meter: Pick<Signer, "signTypedData">,
  reading: MeterReading,
  chainId?: bigint,
): Promise<SignedReading> {
  const message = { market: await market.getAddress(), ...reading };
  const signature = Signature.from(
    await meter.signTypedData(await deliveryDomain(delivery, chainId), READING_TYPES, message),
  );
  return { reading: packMeterReading(reading), r: signature.r, vs: signature.yParityAndS };
}

/** Packs a fill as `types/Fill.sol` does. */
export function packFill({ sell, buy, energyWh, price, premium = 0n, subsidy = 0n }: PackedFill): bigint {
  const word = BigInt(sell) | (BigInt(buy) << 16n) | (energyWh << 32n) | (price << 56n);
  return word | (premium << 120n) | (subsidy << 184n);
}

/** Packs a publication as `types/Publication.sol` does; tariffs in ticks. */
export function packPublication(
  frame: number,
  importTicks: bigint,
  exportTicks: bigint,
  wheelingTicks: bigint,
): bigint {
  return BigInt(frame) | (importTicks << 64n) | (exportTicks << 88n) | (wheelingTicks << 112n);
}

/** Packs what `types/Posting.sol` makes of a pile that the settlement pays, without energies. */
export const packPosting = (pile: number, money: bigint): bigint => BigInt(pile) | (money << 128n);

/** Levels of hashes of fills; `libraries/FillsDigest.sol`. */
export const LEVEL = { match: 1n, round: 2n, roundAfterMatch: 3n, rest: 4n } as const;

const DOMAIN = (BigInt(id("AdBEV frame")) >> 232n) << 232n;

/** Hash of a list of a frame's fills behind the word that comes first: its publication, or what is kept of another hash. */
export async function digestOf(
  market: Market,
  frame: number,
  first: bigint,
  words: readonly bigint[],
  level: bigint = LEVEL.match,
  count = BigInt(words.length),
): Promise<bigint> {
  const header = DOMAIN | (level << 224n) | (BigInt(await market.getAddress()) << 64n) | (BigInt(frame) << 32n) | count;
  return hashWords([header, first, ...words]);
}

/** Hash of words one behind the other. */
export const hashWords = (words: readonly bigint[]): bigint =>
  BigInt(keccak256(concat(words.map((w) => toBeHex(w, 32)))));

/** The part of a hash that a frame's record keeps. */
export const keptOf = (hash: bigint): bigint => (hash >> 72n) << 72n;

/** Lets a frame have been cleared with what `digest` is the hash of, whatever the book says. */
export async function pokeRecord(market: Market, frame: number, digest: bigint): Promise<void> {
  const { openFrames } = decodeMarketTotals(await market.marketTotals());
  const open = openFrames + Number(decodeFrameRecord(await market.frameRecord(frame))?.open !== true);
  await overwrite(
    market,
    await slotOf("_marketTotals"),
    (word) => (word & ~(0xffff_ffffn << 218n)) | (BigInt(open) << 218n),
  );
  await overwrite(market, (await slotOf("_records")) + BigInt(frame % 128), () => BigInt(frame) | keptOf(digest));
}
