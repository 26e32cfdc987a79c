import type { LensClient } from "../chain/lensClient";
import { GRID } from "../chain/packedWords";
import { type Verdict, VERDICT_WORDS } from "../chain/verdicts";
import { Reasons } from "../lesson/reasons";
import type { OrderLine } from "../lesson/lessonView";
import type { DeploymentParameters } from "../core/parameters";
import type { Publication } from "../core/types";
import type { BookLine, FillLine, FrameView } from "./protocol";

/** Subject of a question: a fill by its place, or the order of a pile. */
export type Question = { fill: number } | { pile: number };

/** Facts that an answer is made of. */
export interface Grounds {
  view: FrameView;
  parameters: DeploymentParameters;
  publication: Publication | undefined;
  price: (units: bigint) => string;
  /** At the block before the frame was cleared, or at the latest; undefined where no lens is known. */
  lens: LensClient | undefined;
  accountOf: (pile: number) => string | undefined;
}

/** Why a fill came about, or why an order is filled or not, in words. */
export async function because(question: Question, grounds: Grounds): Promise<string> {
  return "fill" in question ? whyFill(question.fill, grounds) : whyOrder(question.pile, grounds);
}

function whyFill(place: number, grounds: Grounds): string {
  const { fills } = grounds.view.decision;
  if (fills[place] === undefined) return "there is no such fill any more";
  const reasons = reasonsOf(grounds);
  let why = "";
  for (const fill of fills.slice(0, place + 1)) {
    const { sell, buy } = fill;
    const amounts = amountsOf(fill);
    if (sell !== GRID && buy !== GRID) why = reasons.trade({ sell: String(sell), buy: String(buy), ...amounts }).why;
    else {
      const [pile, side] = sell === GRID ? ([buy, "charge"] as const) : ([sell, "discharge"] as const);
      why = reasons.gridFill({ pile: String(pile), side, ...amounts }).why;
    }
  }
  return why;
}

/** Energy of a fill, and its prices. */
function amountsOf({ energyWh, price, premium, subsidy }: FillLine) {
  return {
    ...{ energyWh: BigInt(energyWh), price: BigInt(price) },
    ...(premium === undefined ? {} : { premium: BigInt(premium) }),
    ...(subsidy === undefined ? {} : { subsidy: BigInt(subsidy) }),
  };
}

async function whyOrder(pile: number, grounds: Grounds): Promise<string> {
  const { view, lens, accountOf } = grounds;
  const account = accountOf(pile);
  if (account === undefined) return "there is no such pile";
  if (lens === undefined) return "no lens is known for this market, so nobody can be asked";
  let verdict: Verdict;
  try {
    ({ verdict } = await lens.explain(account, view.frame));
  } catch {
    return "the node no longer has the market as it was then";
  }
  const line = [...view.book.bids, ...view.book.asks].find((one) => one.pile === pile);
  if (line === undefined || verdict === "Filled") return VERDICT_WORDS[verdict];
  const reasons = reasonsOf(grounds);
  for (const fill of view.decision.fills) {
    const { sell, buy } = fill;
    const amounts = amountsOf(fill);
    if (sell !== GRID && buy !== GRID) reasons.trade({ sell: String(sell), buy: String(buy), ...amounts });
    else {
      const [filled, side] = sell === GRID ? ([buy, "charge"] as const) : ([sell, "discharge"] as const);
      reasons.gridFill({ pile: String(filled), side, ...amounts });
    }
  }
  return reasons.unfilled(String(pile), verdict)?.why ?? VERDICT_WORDS.Filled;
}

function reasonsOf({ view, parameters, publication, price }: Grounds): Reasons {
  const lines = (side: "charge" | "discharge", of: readonly BookLine[]) => of.map((line) => orderLine(side, line));
  const { bids, asks } = view.book;
  const book = { frame: view.frame, bids: lines("charge", bids), asks: lines("discharge", asks) };
  const held = view.rounds.find(({ frame }) => frame === view.frame);
  const winner = held?.winner ?? undefined;
  return new Reasons(book, parameters, publication, winner === undefined ? undefined : { winner }, price);
}

function orderLine(side: "charge" | "discharge", line: BookLine): OrderLine {
  const { pile, price, displayedWh, hiddenWh, iceberg, waitedFrames, expiryFrame } = line;
  const { priceRank, timeRank, priority } = line;
  return {
    ...{ pile: String(pile), side, price: BigInt(price), iceberg, waitedFrames, expiryFrame },
    ...{ displayedWh: BigInt(displayedWh), hiddenWh: BigInt(hiddenWh), priceRank, timeRank, priority },
  };
}
