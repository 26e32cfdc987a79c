import { AbiCoder, type BlockTag, concat, type Provider } from "ethers";

import { PileStatesReader__factory } from "../../typechain-types/factories/contracts/periphery/PileStatesReader__factory";

/** Piles in a call: the answer stands where a contract's code would, which has at most 24 576 bytes. */
const PILES_IN_A_CALL = 512;
const READER = PileStatesReader__factory.createInterface();

/**
 * Reads the slots of a market's first piles, packed, with one call for every 512.
 *
 * @param count how many piles
 * @param at the block that is asked; the latest
 * @returns the words by pile, pile 1 first
 */
export async function readPileStates(
  provider: Provider,
  market: string,
  count: number,
  at: { blockTag?: BlockTag } = {},
): Promise<bigint[]> {
  const parts: Promise<string>[] = [];
  for (let first = 1; first <= count; first += PILES_IN_A_CALL) {
    const data = concat([
      PileStatesReader__factory.bytecode,
      READER.encodeDeploy([market, first, Math.min(PILES_IN_A_CALL, count - first + 1)]),
    ]);
    parts.push(provider.call({ data, ...at }));
  }
  const answers = await Promise.all(parts);
  return answers.flatMap((answer) => [...(AbiCoder.defaultAbiCoder().decode(["uint256[]"], answer)[0] as bigint[])]);
}
