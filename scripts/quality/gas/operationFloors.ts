import {
  calldata,
  created,
  event,
  type Floor,
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

/** Piles in a measured batch of signed orders. */
export const BATCH = 20;
/** Frames in a measured publication of a whole day. */
export const DAY = 48;

/** Least of an operation that one transaction carries, by its calldata. */
type FloorByCalldata = (data: string) => Floor;

const own =
  (...items: readonly FloorItem[]): FloorByCalldata =>
  (data) =>
    floorOf(transaction, calldata(data), ...items);

const orderPlaced = [slotRewritten("pile's slot"), slotRewritten("live bits and sequence"), event(2, 1)];
const tokensMoved = [otherContract("token"), slotRewritten("token balances", 2), event(3, 1)];

/** An operation that is measured one transaction at a time. */
export interface Operation {
  /** Its name in the tables. */
  operation: string;
  /** The external function. */
  call: string;
  floor: FloorByCalldata;
  /** Operations that one transaction carries; 1 unless given. */
  units?: number;
  /** Whether most of the gas goes into arithmetic, of which a floor has none. */
  computes?: boolean;
}

/** Every external function that changes state, clearing and settling apart, which depend on the book. */
export const OPERATIONS: readonly Operation[] = [
  { operation: "place", call: "place", floor: own(...orderPlaced) },
  { operation: "place, first order of the pile", call: "place", floor: own(...orderPlaced) },
  { operation: "replace", call: "replace", floor: own(...orderPlaced) },
  { operation: "cancel", call: "cancel", floor: own(slotRewritten("pile's slot"), event(2, 1)) },
  { operation: "submit, one signed order", call: "submit", floor: own(signature(), ...orderPlaced) },
  {
    operation: `submitBatch of ${BATCH} signed orders, each`,
    call: "submitBatch",
    units: BATCH,
    floor: (data) =>
      floorOfEach(
        BATCH,
        transaction,
        calldata(data),
        slotRewritten("live bits and sequence"),
        signature(BATCH),
        slotRewritten("piles' slots", BATCH),
        event(2, 1, BATCH),
      ),
  },
  {
    operation: "submitFor",
    call: "submitFor",
    floor: own(signature(), ...orderPlaced),
  },
  { operation: "skipNonce", call: "skipNonce", floor: own(slotRewritten("pile's slot"), event(2, 1)) },
  {
    operation: "deposit",
    call: "deposit",
    floor: own(...tokensMoved, slotRewritten("allowance"), slotRewritten("pile's slot"), event(3, 2)),
  },
  {
    operation: "depositWithPermit",
    call: "depositWithPermit",
    floor: own(
      ...tokensMoved,
      signature(),
      slotRewritten("permit nonce"),
      slotRead("allowance"),
      slotRewritten("pile's slot"),
      event(3, 2),
    ),
  },
  { operation: "withdraw", call: "withdraw", floor: own(...tokensMoved, slotRewritten("pile's slot"), event(3, 2)) },
  {
    operation: "withdrawFor",
    call: "withdrawFor",
    floor: own(...tokensMoved, signature(), slotRewritten("pile's slot"), event(3, 2), event(2, 1)),
  },
  {
    operation: "withdrawFrom",
    call: "withdrawFrom",
    floor: own(...tokensMoved, slotRead("payout address"), slotRewritten("pile's slot"), event(3, 2)),
  },
  {
    // Measured naming the same address again, which leaves both slots as they are.
    operation: "setPayout",
    call: "setPayout",
    floor: own(slotRead("payout address"), slotRead("pile's slot"), event(3, 0)),
  },
  {
    operation: "withdrawGrid",
    call: "withdrawGrid",
    floor: own(...tokensMoved, slotRewritten("grid balance"), event(2, 2)),
  },
  {
    operation: "setMatchingFund",
    call: "setMatchingFund",
    floor: own(slotRead("claims"), slotRewritten("grid balance, fund", 2), event(1, 2)),
  },
  {
    operation: "registerPile",
    call: "registerPile",
    floor: own(
      slotFilled("membership, account, meter, pile's slot", 4),
      slotRewritten("pile count"),
      event(4, 1),
      event(3, 3),
    ),
  },
  { operation: "setSuspended", call: "setSuspended", floor: own(slotRewritten("pile's slot"), event(2, 1)) },
  { operation: "setMeterKey", call: "setMeterKey", floor: own(slotRewritten("meter, its change", 2), event(3, 2)) },
  {
    operation: "setWeatherFactor",
    call: "setWeatherFactor",
    floor: own(slotRewritten("meter, its change", 2), event(3, 2)),
  },
  { operation: "setAttributes", call: "setAttributes", floor: own(slotRewritten("attributes"), event(3, 4)) },
  { operation: "setEntryPaused", call: "setEntryPaused", floor: own(slotRewritten("book's head"), event(1, 1)) },
  { operation: "publish, 1 frame", call: "publish", floor: own(slotRewritten("publication"), event(2, 1)) },
  {
    operation: `publish, ${DAY} frames, each`,
    call: "publish",
    units: DAY,
    floor: (data) =>
      floorOfEach(DAY, transaction, calldata(data), slotRewritten("publications", DAY), event(2, 1, DAY)),
  },
  { operation: "grantRole", call: "grantRole", floor: own(slotFilled("member"), event(4, 0)) },
  { operation: "revokeRole", call: "revokeRole", floor: own(slotCleared("member"), event(4, 0)) },
  { operation: "renounceRole", call: "renounceRole", floor: own(slotCleared("member"), event(4, 0)) },
];

/** Least of opening a market of `codeBytes` of code. */
export function createMarketFloor(data: string, codeBytes: number): Floor {
  return own(
    created("market's code", codeBytes),
    slotFilled("roles, book, list of markets", 11),
    event(4, 0, 4),
    slotRewritten("number of markets"),
    event(4, 0),
  )(data);
}

/** Least of a clearing, its orders apart. */
export const clearFixedFloor = own(
  slotRewritten("running totals"),
  slotRewritten("frame's record"),
  slotRead("publication"),
  slotRead("live bits"),
  event(2, 4),
);

/** Least of `orders` orders that a clearing only looks at. */
export function waitingOrdersFloor(orders: number): Floor {
  return floorOfEach(orders, slotRead("piles' slots", orders));
}

/** Least of `orders` orders that a clearing fills one to one: half a fill of the event's data each. */
export function filledOrdersFloor(orders: number): Floor {
  const step = { kind: "event", topics: 0, bytes: 16 * orders } as const;
  return floorOfEach(orders, slotRewritten("piles' slots", orders), { what: "event of the fills", step, times: 1 });
}

/** Least of a settlement, its fills apart; trades between piles leave the grid's balance as it is. */
export const settleFixedFloor = own(slotRewritten("frame's record"), event(2, 3));

/** Least of settling `fills` trades without meters, whose packed words are `data`: buyers owe what was set aside. */
export function settledFillsFloor(fills: number, data: string): Floor {
  const step = { kind: "event", topics: 0, bytes: 32 * fills } as const;
  return floorOfEach(fills, calldata(data), slotRewritten("slots of the sellers", fills), {
    what: "event of the postings",
    step,
    times: 1,
  });
}
