import { Interface } from "ethers";

import { ROUNDS_INTERFACE } from "../../chain/interfaces";
import { encodePlan } from "../../chain/roundWords";
import type { Proposal } from "../../model/benefit";
import { creditWeights } from "../../model/creditDraw";
import type { OpenedRound, SybilMarket } from "./market";
import { PROPOSER_NAMES } from "./verified";

/** A reward drawn among equally good plans, of which one person brought several. */
export interface Lottery {
  /** Identities of the one person, all with the best plan; one honest proposer has it too. */
  identities: number;
  draws: number;
  /** Draws that the person won. */
  won: number;
  /** Share expected by the weights, 0 to 1: all with the credit that new piles begin with. */
  expectedShare: number;
  /** The same where the honest proposer's credit is {@link LEAD_POINTS} points above that. */
  expectedShareBehind: number;
}

/** By how much the honest proposer's credit is higher in {@link Lottery.expectedShareBehind}, points. */
export const LEAD_POINTS = 3;

const REWARD = 1_000_000n;
const SALT = `0x${"11".repeat(32)}`;
const APPROVAL = new Interface(["function approve(address spender, uint256 amount)"]);

/** Makes won frames worth a reward, from the next round on. */
export async function offerReward(market: SybilMarket): Promise<void> {
  const { client, sender } = market.chain;
  await client.drawFromFaucet(sender, REWARD);
  const { address } = client.rounds();
  await sender.send({ to: client.tokenAddress, data: APPROVAL.encodeFunctionData("approve", [address, REWARD]) });
  for (const name of ["fundReward", "setReward"]) {
    await sender.send({ to: address, data: ROUNDS_INTERFACE.encodeFunctionData(name, [client.address, REWARD]) });
  }
}

/**
 * Has everybody propose the same best plan in a round worth a reward ({@link offerReward}), and draws it with other blocks
 * after it, each undone.
 */
export async function drawLottery(
  market: SybilMarket,
  round: OpenedRound,
  best: Proposal,
  identities: number,
  draws: number,
): Promise<Lottery> {
  const { client, clock, sender, provider, accountOf } = market.chain;
  const rounds = client.rounds();
  const call = async (name: string, args: readonly unknown[]) =>
    sender.send({ to: rounds.address, data: ROUNDS_INTERFACE.encodeFunctionData(name, args) });
  const crowd = await Promise.all(PROPOSER_NAMES.slice(0, identities + 1).map(accountOf));
  const { commitUntil, revealUntil } = await rounds.state();
  for (const proposer of crowd) await rounds.commit(proposer, round.match.frame, best.plan, SALT);
  await clock.reach(commitUntil);
  for (const proposer of crowd) await rounds.reveal(proposer, round.words, best.plan, SALT);
  let won = 0;
  for (let draw = 0; draw < draws; draw++) {
    await market.undone(async () => {
      // The first block after the last reveal decides; its second is all that differs.
      await clock.reach((await clock.now()) + 1 + draw);
      await clock.reach(revealUntil);
      await rounds.finalise(sender, round.words, encodePlan(best.plan));
      await provider.send("evm_mine", []);
      const { logs } = await call("drawReward", [client.address]);
      const drawn = logs.map((log) => ROUNDS_INTERFACE.parseLog({ topics: [...log.topics], data: log.data }));
      const winner = drawn.find((log) => log?.name === "RewardDrawn")?.args.getValue("proposer") as string;
      if (winner !== crowd[0]!.address) won++;
    });
  }
  const share = (lead: number) => {
    const [honest, ...person] = creditWeights([5_000 + 100 * lead, ...Array<number>(identities).fill(5_000)]);
    const persons = person.reduce((sum, weight) => sum + Number(weight), 0);
    return persons / (persons + Number(honest));
  };
  return { identities, draws, won, expectedShare: share(0), expectedShareBehind: share(LEAD_POINTS) };
}
