import { decodeFrozenBook } from "../chain/frozenBook";
import type { MarketClient } from "../chain/marketClient";
import { benefit, followPlan, type Score, scoreCourse } from "../model/benefit";
import type { RoundResult } from "../scenario/result";
import type { ScenarioProposal } from "../scenario/scenario";
import type { PlanView, RoundView } from "./lessonView";

/** A round that was held. */
export interface HeldRound {
  client: MarketClient;
  /** The round's frame, as the scenario counts and as the chain does. */
  frame: number;
  chainFrame: number;
  proposals: readonly ScenarioProposal[];
  result: RoundResult;
}

/** Every plan of a round with its score, and which was executed. */
export async function roundView({ client, frame, chainFrame, proposals, result }: HeldRound): Promise<RoundView> {
  const rounds = client.rounds();
  const { frameSeconds, auctionSeconds } = client.parameters;
  const round = { frame: chainFrame, begins: chainFrame * frameSeconds };
  const words = (await rounds.frozenBook(round, auctionSeconds))!;
  const book = decodeFrozenBook(words, { tickSize: client.parameters.tickSize, pileName: String });
  const scored = (score: Score) => ({ ...score, lambda: benefit(score) });
  // A proposer may be refused once and heard another time: refusals are listed in the order of the proposals.
  const refusals = [...result.refused];
  const plans = proposals.map(({ proposer, plan }): PlanView => {
    if (refusals[0]?.proposer === proposer) {
      const told = "drawWh" in plan ? { plan } : {};
      return { proposer, ...told, refused: refusals.shift()!.error, won: false };
    }
    const course = followPlan(book, plan);
    const flows = { drawWh: course.drawWh, dischargeWh: course.dischargeWh };
    return { proposer, plan: flows, score: scored(scoreCourse(book, course)), won: proposer === result.winner };
  });
  const fallback = scored(await rounds.scoreFallback(words));
  plans.push({ proposer: undefined, score: fallback, won: result.winner === undefined });
  return { frame, horizon: book.horizon, plans };
}
