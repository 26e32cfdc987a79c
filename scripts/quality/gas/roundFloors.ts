import {
  calldata,
  event,
  type FloorItem,
  floorOf,
  floorOfEach,
  otherContract,
  signature,
  slotCleared,
  slotFilled,
  slotRead,
  slotRewritten,
  transaction,
} from "./floor";
import type { Operation } from "./operationFloors";

/** Flexible orders of a measured round, which are the piles of a measured settlement. */
export const FLEXIBLE = 50;
/** Frames that a measured plan looks ahead. */
export const HORIZON = 12;

const own =
  (...items: readonly FloorItem[]) =>
  (data: string) =>
    floorOf(transaction, calldata(data), ...items);

const each =
  (...items: readonly FloorItem[]) =>
  (data: string) =>
    floorOfEach(FLEXIBLE, transaction, calldata(data), ...items);

/** Words of readings of piles 1, 2, …: four piles to a word, the first for three. */
const READING_WORDS = Math.ceil((FLEXIBLE + 1) / 4);

const tokensMoved = [otherContract("token"), slotRewritten("token balances", 2), event(3, 1)];

/** Benefit rounds, their rewards and settlement by meters. */
export const ROUND_OPERATIONS: readonly Operation[] = [
  {
    operation: `clear that opens a round of ${FLEXIBLE} orders, each`,
    call: "clear",
    units: FLEXIBLE,
    computes: true,
    floor: each(
      slotRewritten("running totals, frame's record", 2),
      slotRead("publications", HORIZON),
      slotRead("live bits"),
      slotRead("piles' slots", FLEXIBLE),
      event(2, 4),
      otherContract("rounds"),
      slotRewritten("round's phases, its book's hash", 2),
      event(3, 1 + HORIZON + FLEXIBLE),
    ),
  },
  { operation: "commit", call: "commit", floor: own(slotRewritten("commitment"), event(4, 1)) },
  ...["the first of a round", "a later one"].map((which) => ({
    operation: `reveal, ${which}, ${FLEXIBLE} orders, ${HORIZON} frames`,
    call: "reveal",
    computes: true,
    floor: own(slotRewritten("commitment, best score, reveals", 3), slotRead("round's hash"), event(4, 6)),
  })),
  ...["a plan", "the fallback"].map((what) => ({
    operation: `finalise ${what} for ${FLEXIBLE} orders, each`,
    call: "finalise",
    units: FLEXIBLE,
    computes: true,
    floor: each(
      slotRewritten("round's phases"),
      slotRead("its book's hash"),
      event(3, 1),
      otherContract("market"),
      slotRewritten("running totals, frame's record", 2),
      slotRewritten("piles' slots", FLEXIBLE),
      event(2, 2 + FLEXIBLE),
    ),
  })),
  { operation: "setReward", call: "setReward", floor: own(slotRewritten("reward"), event(2, 1)) },
  {
    operation: "fundReward",
    call: "fundReward",
    floor: own(...tokensMoved, slotRewritten("allowance, pot", 2), event(3, 1)),
  },
  {
    operation: "drawReward among 3",
    call: "drawReward",
    floor: own(
      slotRewritten("draw, pot", 2),
      slotFilled("what the winner may claim"),
      slotRead("reveals"),
      slotRead("candidates", 3),
      event(4, 1),
    ),
  },
  {
    operation: "claimReward",
    call: "claimReward",
    floor: own(...tokensMoved, slotCleared("what may be claimed"), event(3, 2)),
  },
  {
    operation: "depositGrid",
    call: "depositGrid",
    floor: own(...tokensMoved, slotRewritten("allowance"), slotRewritten("grid balance"), event(2, 2)),
  },
  {
    operation: `submit of ${FLEXIBLE} readings, each`,
    call: "submit",
    units: FLEXIBLE,
    floor: each(
      signature(FLEXIBLE),
      slotRead("meters", FLEXIBLE),
      slotRead("frame's record"),
      slotRewritten("readings, four to a slot", READING_WORDS),
      event(2, FLEXIBLE),
    ),
  },
  {
    operation: `settle ${FLEXIBLE} piles, readings stored, each`,
    call: "settle",
    units: FLEXIBLE,
    floor: each(
      slotRead("meters", FLEXIBLE),
      slotRead("readings, four to a slot", READING_WORDS),
      slotRewritten("frame's record, running totals", 2),
      slotRewritten("piles' slots", FLEXIBLE),
      otherContract("market"),
      event(2, 1 + FLEXIBLE),
    ),
  },
  {
    operation: `settle ${FLEXIBLE} piles, readings handed in, each`,
    call: "settle",
    units: FLEXIBLE,
    floor: each(
      signature(FLEXIBLE),
      slotRead("meters", FLEXIBLE),
      slotRewritten("frame's record, running totals", 2),
      slotRewritten("piles' slots", FLEXIBLE),
      otherContract("market"),
      event(2, 1 + FLEXIBLE),
    ),
  },
];

/** Claims, and readings that follow from meters' records. */
export const CLAIM_OPERATIONS: readonly Operation[] = [
  {
    operation: "collectClaim",
    call: "collectClaim",
    floor: own(
      ...tokensMoved,
      slotRead("payout address"),
      slotCleared("claim"),
      slotRewritten("claims in all, grid balance", 2),
      otherContract("market"),
      event(3, 2),
      event(2, 2),
    ),
  },
  {
    operation: "submitRecords, a frame by two records",
    call: "submitRecords",
    computes: true,
    floor: own(
      slotRead("meter"),
      slotRead("frame's record"),
      otherContract("market"),
      otherContract("verifier"),
      slotRewritten("readings, four to a slot"),
      slotRewritten("the meter's latest pages"),
      event(2, 3),
    ),
  },
];
