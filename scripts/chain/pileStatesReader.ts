import { AbiCoder, type BlockTag, concat, type Provider } from "ethers";

import { PileStatesReader__factory } from "../../typechain-types/factories/contracts/periphery/PileStatesReader__factory";

/** Piles in a call: the answer stands where a contract's code would, which has at most 24 576 bytes. */
const PILES_IN_A_CALL = 512;
const READER = PileStatesReader__factory.createInterface();

/**
 * Reads the slots of piles, packed, with one call for every 512.
 *
 * @param piles their numbers
 * @param at the block that is asked; the latest
 * @returns their words, in the same order
 */
export async function readPileStates(
  provider: Provider,
  market: string,
  piles: readonly number[],
  at: { blockTag?: BlockTag } = {},
): Promise<bigint[]> {
  const parts: Promise<string>[] = [];
  for (let first = 0; first < piles.length; first += PILES_IN_A_CALL) {
    const data = concat([
      PileStatesReader__factory.bytecode,
      READER.encodeDeploy([market, piles.slice(first, first + PILES_IN_A_CALL)]),
    ]);
    parts.push(provider.call({ data, ...at }));
  }
  const answers = await Promise.all(parts);
  return answers.flatMap((answer) => [...(AbiCoder.defaultAbiCoder().decode(["uint256[]"], answer)[0] as bigint[])]);
}
