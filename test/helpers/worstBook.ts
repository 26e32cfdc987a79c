import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { Random } from "../../scripts/core/random";
import type { PokedOrder } from "./pokedMarket";

/**
 * How a list of ranks 0, 1, 2, … is laid out.
 *
 * `interleaved` is what a merge sort walks longest: every merge takes from left and right in turn to the end, and every
 * run that is sorted by insertion is reversed. `rotated` is sorted but for its first, which comes last.
 */
export type Arrangement = "sorted" | "reversed" | "shuffled" | "interleaved" | "rotated";
export const ARRANGEMENTS: readonly Arrangement[] = ["sorted", "reversed", "shuffled", "interleaved", "rotated"];

/** Weights priceWeight and timeWeight of the ranks: the default, waiting first, waiting alone; or, with meters, credit in their place. */
export type Weights = "10:1" | "1:65535" | "0:1" | "credit";
export const WEIGHTS: Readonly<Record<Weights, Partial<DeploymentParameters>>> = {
  "10:1": { priceWeight: 10, timeWeight: 1 },
  "1:65535": { priceWeight: 1, timeWeight: 65_535 },
  "0:1": { priceWeight: 0, timeWeight: 1 },
  credit: { matching: "credit", readingSeconds: 3_600, pileCap: 512, bondPricePerKwh: 1_000_000n },
};

/** An adversary's choices for a book that fills every pile. All orders are in their last frame. */
export interface BookPlan {
  /** Share of the piles that ask; at least one asks and one bids. */
  askShare: number;
  weights: Weights;
  /** Order in which the prices stand in the piles' slots: what the first sort is given. */
  arrival: Arrangement;
  /** Order in which priorities stand in the prices, as far as the weights allow: what the second sort is given. */
  askPriority: Arrangement;
  bidPriority: Arrangement;
  /** Priority comes from the waits, of which there are 97, or from the sequence alone. */
  priorityBy: "wait" | "sequence";
  /** Bids above all asks, or each only as high as its own share of the asks. */
  limits: "above all" | "own asks";
  quantities: "bids take many asks" | "one to one" | "overlapping" | "bids want more" | "asks have more";
  prices: "distinct" | "equal";
  /** Asks and bids in alternating piles, not asks first. */
  mixed: boolean;
}

/** Prices, ticks. The grid sells below all of them. */
const LOWEST_PRICE = 100_000;
export const IMPORT_TICKS = 50_000n;
/** Longest wait there is, frames. */
const LONGEST_WAIT = 96;
const RUN = 8;

/** Lays ranks out: the element at i is the rank that stands there. */
function arrange(arrangement: Arrangement, length: number, random: Random): number[] {
  const sorted = Array.from({ length }, (_, rank) => rank);
  switch (arrangement) {
    case "sorted":
      return sorted;
    case "reversed":
      return sorted.reverse();
    case "shuffled":
      return random.shuffle(sorted);
    case "rotated":
      return [...sorted.slice(1), ...sorted.slice(0, 1)];
    case "interleaved":
      return unmerge(sorted);
  }
}

/** The list that the market's merge sort takes longest to turn into `sorted`. */
function unmerge(sorted: number[]): number[] {
  if (sorted.length <= RUN) return [...sorted].reverse();
  let width = RUN;
  while (2 * width < sorted.length) width *= 2;
  const left: number[] = [];
  const right: number[] = [];
  const share = (sorted.length - width) / sorted.length;
  for (const [i, rank] of sorted.entries()) (Math.floor((i + 1) * share) > right.length ? right : left).push(rank);
  return [...unmerge(left), ...unmerge(right)];
}

/** The orders of a plan for a frame, one for each of `pileCount` piles. */
export function bookOf(plan: BookPlan, pileCount: number, frame: number, random: Random): PokedOrder[] {
  const askCount = Math.min(pileCount - 1, Math.max(1, Math.round(plan.askShare * pileCount)));
  const bidCount = pileCount - askCount;
  const distinct = plan.prices === "distinct";
  const askWh = 10;
  const bidWh = {
    "bids take many asks": Math.ceil((askWh * askCount) / bidCount),
    "one to one": askWh,
    overlapping: askWh,
    "bids want more": 2 * askWh,
    "asks have more": Math.ceil(askWh / 3),
  }[plan.quantities];

  const side = (charge: boolean, count: number, priority: Arrangement): PokedOrder[] => {
    const stream = random.stream(charge ? "bids" : "asks");
    // By rank of price: where in the order of priority it is to stand.
    const places = arrange(priority, count, stream.stream("priority"));
    const orders = places.map((place, rank): PokedOrder => {
      const ask = LOWEST_PRICE + (distinct ? rank : 0);
      const bid =
        plan.limits === "above all"
          ? LOWEST_PRICE + pileCount + (distinct ? count - rank : 0)
          : LOWEST_PRICE + Math.floor(((count - 1 - rank) * askCount) / count);
      const waited =
        plan.priorityBy === "sequence" ? 5 : LONGEST_WAIT - Math.floor((place * (LONGEST_WAIT + 1)) / count);
      // One odd quantity makes every trade of an overlapping book end inside an order.
      const odd = plan.quantities === "overlapping" && charge && place === 0 ? askWh / 2 : 0;
      const energyWh = BigInt((charge ? bidWh : askWh) + odd);
      return {
        charge,
        priceTicks: BigInt(charge ? bid : ask),
        remainingWh: energyWh,
        peakWh: energyWh,
        firstFrame: frame - waited,
        spanFrames: waited,
        sequence: 2 * place + (charge ? 1 : 0),
      };
    });
    return arrange(plan.arrival, count, stream.stream("arrival")).map((rank) => orders[rank]!);
  };

  const asks = side(false, askCount, plan.askPriority);
  const bids = side(true, bidCount, plan.bidPriority);
  if (!plan.mixed) return [...asks, ...bids];
  const both: PokedOrder[] = [];
  for (let i = 0; i < Math.max(askCount, bidCount); i++) both.push(...asks.slice(i, i + 1), ...bids.slice(i, i + 1));
  return both;
}

const PLAIN: BookPlan = {
  askShare: 0.5,
  weights: "10:1",
  arrival: "shuffled",
  askPriority: "sorted",
  bidPriority: "sorted",
  priorityBy: "sequence",
  limits: "above all",
  quantities: "one to one",
  prices: "distinct",
  mixed: true,
};

/** Books that each make one part of a clearing dear; the last ones are the worst that {@link searchWorst} found. */
export const FAMILIES: Readonly<Record<string, BookPlan>> = {
  "all cross, one to one": PLAIN,
  "prices sorted against the merge sort": { ...PLAIN, arrival: "interleaved" },
  "many small asks, few large bids": { ...PLAIN, askShare: 1, quantities: "bids take many asks" },
  "bids filled by piles, then by the grid": { ...PLAIN, askShare: 0.45, quantities: "bids want more" },
  "few asks, many bids and the grid": {
    ...PLAIN,
    askShare: 0.125,
    arrival: "interleaved",
    quantities: "bids want more",
  },
  "every trade ends inside an order": { ...PLAIN, arrival: "interleaved", quantities: "overlapping" },
  "default weights, equal prices, all waits": {
    ...PLAIN,
    askShare: 0.125,
    arrival: "interleaved",
    askPriority: "reversed",
    bidPriority: "shuffled",
    priorityBy: "wait",
    limits: "own asks",
    quantities: "bids take many asks",
    prices: "equal",
  },
  "prices against priority: each bid searches": {
    ...PLAIN,
    weights: "0:1",
    arrival: "interleaved",
    askPriority: "reversed",
    bidPriority: "reversed",
    priorityBy: "wait",
    limits: "own asks",
  },
  "waits mix every priority, one to one": {
    ...PLAIN,
    weights: "1:65535",
    arrival: "interleaved",
    askPriority: "interleaved",
    bidPriority: "interleaved",
    priorityBy: "wait",
  },
  "waits mix every priority, every trade ends inside an order": {
    ...PLAIN,
    weights: "0:1",
    arrival: "interleaved",
    askPriority: "interleaved",
    bidPriority: "interleaved",
    priorityBy: "wait",
    quantities: "overlapping",
  },
  "waits mix every priority, one bid takes all asks": {
    ...PLAIN,
    askShare: 1,
    weights: "1:65535",
    arrival: "interleaved",
    askPriority: "interleaved",
    priorityBy: "wait",
    quantities: "bids take many asks",
    mixed: false,
  },
  "waits mix every priority, each bid takes its own asks, cheapest first": {
    ...PLAIN,
    askShare: 0.94,
    weights: "0:1",
    arrival: "interleaved",
    askPriority: "interleaved",
    bidPriority: "reversed",
    priorityBy: "wait",
    limits: "own asks",
    quantities: "bids take many asks",
    mixed: false,
  },
};

/** Values that {@link neighbour} changes, one at a time. */
const CHOICES: { readonly [K in keyof BookPlan]: readonly BookPlan[K][] } = {
  askShare: [0, 0.125, 0.25, 0.5, 0.66, 0.75, 0.875, 0.94, 1],
  weights: ["10:1", "1:65535", "0:1"],
  arrival: ARRANGEMENTS,
  askPriority: ARRANGEMENTS,
  bidPriority: ARRANGEMENTS,
  priorityBy: ["wait", "sequence"],
  limits: ["above all", "own asks"],
  quantities: ["bids take many asks", "one to one", "overlapping", "bids want more", "asks have more"],
  prices: ["distinct", "equal"],
  mixed: [true, false],
};

/** A plan with one thing different. */
export function neighbour(plan: BookPlan, random: Random): BookPlan {
  const key = random.pick(Object.keys(CHOICES) as (keyof BookPlan)[]);
  const values: readonly BookPlan[keyof BookPlan][] = CHOICES[key];
  const others = values.filter((value) => value !== plan[key]);
  return { ...plan, [key]: random.pick(others) };
}
