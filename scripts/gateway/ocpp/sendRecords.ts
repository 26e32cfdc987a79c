import { ContractRefusal } from "../../chain/refusal";
import type { FrameProof } from "../../metering/recordMeter";
import type { KeptMarket } from "../keeper/duty";

/** Records that one transaction carries at most: where a chain has no precompile for P-256, one costs up to 392 000 gas. */
const MOST_RECORDS = 24;

/** Outcome of handing in records. */
interface SentRecords<T> {
  stored: T[];
  refused: { one: T; reason: string }[];
  /** How many transactions it took. */
  sent: number;
}

/** Hands in frames' records, many in one transaction; where a whole one is refused, each frame by itself. */
export async function sendRecords<T extends { proof: FrameProof }>(
  market: Pick<KeptMarket, "client" | "keeper" | "log">,
  ready: readonly T[],
): Promise<SentRecords<T>> {
  const all: SentRecords<T> = { stored: [], refused: [], sent: 0 };
  for (const part of partsOf(ready)) {
    const done = await sendPart(market, part);
    all.stored.push(...done.stored);
    all.refused.push(...done.refused);
    all.sent += done.sent;
  }
  return all;
}

function partsOf<T extends { proof: FrameProof }>(ready: readonly T[]): T[][] {
  const parts: T[][] = [];
  let records = MOST_RECORDS;
  for (const one of ready) {
    const { length } = one.proof.records;
    if (records + length > MOST_RECORDS) {
      parts.push([]);
      records = 0;
    }
    parts.at(-1)!.push(one);
    records += length;
  }
  return parts;
}

async function sendPart<T extends { proof: FrameProof }>(
  market: Pick<KeptMarket, "client" | "keeper" | "log">,
  part: readonly T[],
): Promise<SentRecords<T>> {
  const { client, keeper, log } = market;
  try {
    const proofs = part.map(({ proof }) => proof);
    const { receipt, refused } = await client.submitRecords(keeper, proofs);
    const reasons = new Map(refused.map(({ position, refusal }) => [position, refusal.message]));
    log.info({ frames: part.length, refused: refused.length, tx: receipt.hash }, "records stored");
    return {
      stored: part.filter((_, position) => !reasons.has(position)),
      refused: part.flatMap((one, position) => {
        const reason = reasons.get(position);
        return reason === undefined ? [] : [{ one, reason }];
      }),
      sent: 1,
    };
  } catch (error) {
    if (!(error instanceof ContractRefusal)) throw error;
    // One frame's records that take too much gas are not the others' trouble.
    if (part.length > 1) {
      const all: SentRecords<T> = { stored: [], refused: [], sent: 0 };
      for (const one of part) {
        const done = await sendPart(market, [one]);
        all.stored.push(...done.stored);
        all.refused.push(...done.refused);
        all.sent += done.sent;
      }
      return all;
    }
    return { stored: [], refused: [{ one: part[0]!, reason: error.message }], sent: 0 };
  }
}
