import type { GridFill, MarketParameters, Publication, Trade } from "../core/types";
import { hasTimeForRound } from "./benefit/round";
import { fillFromGrid, match, matchWithGrid, mayNotWait } from "./clearing";
import { type Placed, type Ranked, rankSide } from "./ranking";

/** Decision of a frame's clearing, before anything is booked. */
export interface FrameDecision {
  /** Both sides in order of priority. */
  bids: Ranked[];
  asks: Ranked[];
  trades: Trade[];
  grid: GridFill[];
  /** Energy that each order still displays after the fills, Wh. */
  leftWh: ReadonlyMap<Ranked, bigint>;
  /** Icebergs and asks with something left: what a round is about. */
  flexible: Ranked[];
  /** Whether a round over `flexible` opens. */
  opensRound: boolean;
}

/**
 * Ranks, matches and fills from the grid: steps 1 to 4 of the clearing. SPEC 3, 4. Only decides; the caller books.
 *
 * @param placed The orders that take part.
 * @param publication That of the frame; undefined where there is none.
 * @param fund Matching fund, out of which sellers get more than buyers pay, money units.
 */
export function decideFrame(
  market: MarketParameters,
  frame: number,
  placed: readonly Placed[],
  publication: Publication | undefined,
  nowSeconds: number,
  fund: bigint,
): FrameDecision {
  const side = (of: Placed["order"]["side"]) => placed.filter(({ order }) => order.side === of);
  const bids = rankSide(market, frame, side("charge"));
  const asks = rankSide(market, frame, side("discharge"));
  const joint = matchWithGrid(market, frame, bids, asks, publication);
  const { trades, leftWh } = joint ?? match(market, bids, asks, fund);
  const flexible = [...bids.filter(({ order }) => order.iceberg), ...asks].filter(
    (entry) => entry.hiddenWh + leftWh.get(entry)! > 0n,
  );
  const opensRound =
    market.settlement === "benefit" &&
    publication !== undefined &&
    flexible.length > 0 &&
    hasTimeForRound(market, frame, nowSeconds);
  const grid =
    joint?.grid ??
    fillFromGrid(market, bids, leftWh, publication, (bid) =>
      opensRound ? !bid.order.iceberg : mayNotWait(market, frame, bid),
    );
  return { bids, asks, trades, grid, leftWh, flexible, opensRound };
}
