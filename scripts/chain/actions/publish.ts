import { hexlify } from "ethers";

import { checkExpectedLoad, NOTHING_EXPECTED } from "../../core/expectedLoad";
import type { Publication } from "../../core/types";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Publishes base load and tariffs of frames, in any order.
 *
 * @throws ContractRefusal where the contract refuses
 * @example
 * const publication = { baseLoadW: 33_000n, importPricePerKwh: 200_000n, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };
 * await publish(market, operator, [{ frame: 980_000, ...publication }]);
 */
export async function publish(
  market: MarketContracts,
  operator: Transactor,
  publications: readonly ({ frame: number } & Publication)[],
): Promise<Receipt> {
  return market.toMarket.send(operator, "publish", [publications.map(toFrameTariffs)]);
}

/** A frame's figures as the contract takes them. @throws RangeError where no publication holds the expected load */
export function toFrameTariffs({ expectedLoad = NOTHING_EXPECTED, ...publication }: { frame: number } & Publication) {
  checkExpectedLoad(expectedLoad);
  const arrivalLags = hexlify(Uint8Array.from(expectedLoad.lagFrames));
  return { ...publication, expectedLoadW: expectedLoad.loadW, arrivalLags };
}
