import { ethers } from "hardhat";

import type { DeploymentParameters } from "../../../../scripts/core/parameters";
import { packFrameProof, recordMeterKey } from "../../../../scripts/metering/recordMeter";
import { newMeter, type SigningMeter, signRecord } from "../../../../scripts/metering/signRecord";
import { goTo, PILE_BALANCE } from "../../../helpers/market";
import { bid, clear, deployDirect, freshFrame, nth, PENNY } from "../fixtures";

export const READING_SECONDS = 3600;
export const FRAME_SECONDS = 1800;
/** Register at the beginning of the frame, Wh. */
export const REGISTER_WH = 1_000_000n;

/** A market whose piles have meters that sign records; each has bought 1 kWh from the grid in `frame`, which is over. */
export async function withRecordMeters(
  meters: readonly SigningMeter[] = [newMeter(), newMeter("secp256k1", { pageKind: "T", serialField: "GS" })],
  overrides: Partial<DeploymentParameters> = {},
) {
  const d = await deployDirect(0, { readingSeconds: READING_SECONDS, ...overrides });
  const { market, delivery, token, parameters, admin } = d;
  const address = await market.getAddress();
  const piles = (await ethers.getSigners()).slice(1, 1 + meters.length);
  for (const [i, pile] of piles.entries()) {
    const key = recordMeterKey(address, i + 1, nth(meters, i).description);
    await market.registerPile(pile, ethers.ZeroAddress, key, 7000);
    await market.deposit(pile, PILE_BALANCE * parameters.unit);
  }
  const start = await freshFrame(market, parameters);
  const frame = start + 1;
  const energyWh = 1_000n;
  for (const pile of piles) await market.connect(pile).place(bid(25n * PENNY, energyWh, frame));
  const { words } = await clear(market, frame);
  const publication = await market.publication(frame);
  await goTo(frame + 1, 5);
  const [startsAt, endsAt] = [frame * FRAME_SECONDS, (frame + 1) * FRAME_SECONDS];

  /** One record at the beginning and one at the end of the frame. */
  const records = (pile: number, energyWh: bigint, page = 7): string[] => {
    const meter = nth(meters, pile - 1);
    return [
      signRecord(meter, page, [{ time: startsAt, importWh: REGISTER_WH }]),
      signRecord(meter, page + 1, [{ time: endsAt, importWh: REGISTER_WH + energyWh }]),
    ];
  };
  const proof = (pile: number, texts: readonly string[], inFrame = frame) =>
    packFrameProof(pile, inFrame, nth(meters, pile - 1).description, texts);
  const settle = async () => delivery.settle(market, frame, publication, [...words], words.length, []);
  return {
    ...{ market, delivery, token, parameters, admin, piles, meters, address },
    ...{ frame, startsAt, endsAt },
    ...{ words, publication, records, proof, settle, start },
  };
}
