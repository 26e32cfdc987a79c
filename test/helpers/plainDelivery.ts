import type { PackedFill } from "../../scripts/chain/packedWords";

/** Rules that a settlement depends on beside its fills; prices in money units per kWh. */
export interface DeliveryRules {
  importPricePerKwh: bigint;
  exportPricePerKwh: bigint;
  wheelingPricePerKwh: bigint;
  bondPricePerKwh: bigint;
  toleranceBps: bigint;
  defaulterPays: boolean;
}

/** A pile before a settlement. */
export interface PlainPile {
  free: bigint;
  /** Its claim on the operator's account. */
  claim: bigint;
  credit: bigint;
  creditWh: bigint;
  /** Energy that its rated power moves in a frame, Wh. */
  reachWh: bigint;
  weatherBps: bigint;
  operator: number;
  /** Its reading; undefined where there is none. */
  reading?: { consumedWh: bigint; producedWh: bigint } | undefined;
}

/** Everybody's money and credit after a settlement. */
export interface PlainOutcome {
  /** Of those that were settled. */
  piles: Map<number, Pick<PlainPile, "free" | "claim" | "credit" | "creditWh">>;
  grid: bigint;
  /** Fills that wait for readings. */
  waiting: PackedFill[];
  /** Money that piles owed beyond their fills' set-aside: their margins paid it. Money units. */
  fromMargins: bigint;
  /** Surplus that became claims, money units. */
  claimed: bigint;
  /** Trades that a premium or a subsidy kept at the agreed energy, though both sides moved more within the tolerance. */
  keptAtAgreed: number;
}

/** A sum that goes from one to another; who is undefined is the operator's account. */
interface Payment {
  from: number | undefined;
  to: number | undefined;
  amount: bigint;
}

const amount = (price: bigint, energyWh: bigint): bigint => (price * energyWh) / 1000n;
const amountUp = (price: bigint, energyWh: bigint): bigint => (price * energyWh + 999n) / 1000n;
const min = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const max = (...values: bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

/** M(t): what a pile sets aside beside its fills, money units. SPEC 2. */
export function plainMargin(rules: DeliveryRules, reachWh: bigint): bigint {
  const { importPricePerKwh: r, exportPricePerKwh: x, wheelingPricePerKwh: w, defaulterPays } = rules;
  return amountUp(defaulterPays ? 2n * r - x : r, reachWh) + amountUp(w, reachWh);
}

/** Money that a pile's own fills set aside of its own, money units. */
function fromLocks(fills: readonly PackedFill[], rules: DeliveryRules, number: number): bigint {
  return fills.reduce((sum, { sell, buy, energyWh, price, premium = 0n }) => {
    if (sell === number) return sum + amount(rules.bondPricePerKwh, energyWh);
    if (buy !== number) return sum;
    const beside = sell === 0 ? 0n : amount(rules.wheelingPricePerKwh, energyWh);
    return sum + amount(price, energyWh) + amount(premium, energyWh) + beside;
  }, 0n);
}

/** Money of the matching fund that fills set aside, money units. */
function fromFund(fills: readonly PackedFill[]): bigint {
  return fills.reduce((sum, { energyWh, subsidy = 0n }) => sum + amount(subsidy, energyWh), 0n);
}

/** How many parts of a frame, the match and a round's execution, filled a pile; each took its margin. */
function partsThatFilled(fills: readonly PackedFill[], matched: number, number: number): bigint {
  const filled = (part: readonly PackedFill[]) => part.some(({ sell, buy }) => sell === number || buy === number);
  return BigInt(Number(filled(fills.slice(0, matched))) + Number(filled(fills.slice(matched))));
}

/** Money that fills set aside at the clearing, margins included, money units. */
export function setAside(
  fills: readonly PackedFill[],
  matched: number,
  rules: DeliveryRules,
  reachWh: (number: number) => bigint,
): bigint {
  const numbers = new Set(fills.flatMap(({ sell, buy }) => [sell, buy]).filter((number) => number !== 0));
  const exports = fills.filter(({ buy }) => buy === 0).map(({ price, energyWh }) => amount(price, energyWh));
  return [
    ...exports,
    fromFund(fills),
    ...[...numbers].map((number) => {
      const margins = partsThatFilled(fills, matched, number) * plainMargin(rules, reachWh(number));
      return fromLocks(fills, rules, number) + margins;
    }),
  ].reduce((a, b) => a + b, 0n);
}

/** Piles that trade with each other, directly or through others. */
function plainGroups(fills: readonly PackedFill[]): Set<number>[] {
  let groups: Set<number>[] = [];
  for (const { sell, buy } of fills) {
    const piles = [sell, buy].filter((number) => number !== 0);
    const touched = groups.filter((group) => piles.some((number) => group.has(number)));
    groups = groups.filter((group) => !touched.includes(group));
    groups.push(new Set([...touched.flatMap((group) => [...group]), ...piles]));
  }
  return groups;
}

/**
 * SPEC 5 and 6 written down plainly, pile by pile and payment by payment: the twin that the contracts are compared with.
 *
 * @param matched how many of the fills the match made
 * @param overdue whether the deadline has passed, so that who has no reading is silent
 * @param gridBefore the operator's account
 * @param claimedBefore all claims on it
 */
export function settlePlainly(
  allFills: readonly PackedFill[],
  matched: number,
  rules: DeliveryRules,
  before: ReadonlyMap<number, PlainPile>,
  overdue: boolean,
  gridBefore: bigint,
  claimedBefore: bigint,
): PlainOutcome {
  const { importPricePerKwh: r, exportPricePerKwh: x, wheelingPricePerKwh: w, defaulterPays } = rules;
  const pileOf = (number: number): PlainPile => before.get(number)!;
  const isReady = (number: number) => overdue || pileOf(number).reading !== undefined;
  const settled = new Set(
    plainGroups(allFills)
      .filter((group) => [...group].every(isReady))
      .flatMap((group) => [...group]),
  );
  const isSettled = ({ sell, buy }: PackedFill) => settled.has(sell === 0 ? buy : sell);
  const fills = allFills.filter(isSettled);
  const readingOf = (number: number) => {
    const { reading, reachWh } = pileOf(number);
    return reading ?? { consumedWh: reachWh, producedWh: 0n };
  };

  // Attribution: of consumption to a buyer's fills, of production to a seller's.
  const moved = (number: number, fill: PackedFill): bigint => {
    const own = fills.filter(({ sell, buy }) => sell === number || buy === number);
    let left = fill.buy === number ? readingOf(number).consumedWh : readingOf(number).producedWh;
    for (const earlier of own.slice(0, own.indexOf(fill))) left -= min(left, earlier.energyWh);
    return fill === own.at(-1) ? left : min(left, fill.energyWh);
  };

  const payments: Payment[] = [];
  const surplus: { to: number; amount: bigint }[] = [];
  /** A kWh short or taken unasked costs the spread, or what the other side loses by it where that is more. */
  const breach = (from: number, to: number | undefined, loss: bigint, energyWh: bigint): void => {
    if (!defaulterPays) return;
    if (to === undefined) payments.push({ from, to, amount: amount(r - x, energyWh) });
    else {
      payments.push({ from, to, amount: amount(max(0n, loss), energyWh) });
      payments.push({ from, to: undefined, amount: amount(max(r - x, loss) - max(0n, loss), energyWh) });
    }
  };
  let exportsSetAside = 0n;
  let keptAtAgreed = 0;
  for (const fill of fills) {
    const { sell, buy, energyWh: E, price: p, premium: q = 0n, subsidy: u = 0n } = fill;
    if (sell === 0) {
      const c = moved(buy, fill);
      payments.push({ from: buy, to: undefined, amount: amount(p, c) });
      breach(buy, undefined, 0n, max(E - c, c - E));
    } else if (buy === 0) {
      const g = moved(sell, fill);
      const [agreed, produced] = [amount(p, E), amount(p, g)];
      exportsSetAside += agreed;
      payments.push({ from: undefined, to: sell, amount: min(agreed, produced) });
      surplus.push({ to: sell, amount: produced - min(agreed, produced) });
      breach(sell, undefined, 0n, max(0n, E - g));
    } else {
      const [c, g] = [moved(buy, fill), moved(sell, fill)];
      const most = p > r ? E : (E * (10_000n + rules.toleranceBps)) / 10_000n;
      const isPlain = q === 0n && u === 0n;
      const m = min(c, g, isPlain ? most : E);
      if (!isPlain && min(c, g, most) > E) keptAtAgreed++;
      payments.push({ from: buy, to: sell, amount: amount(p, m) });
      payments.push({ from: buy, to: undefined, amount: amount(q, m) });
      payments.push({ from: undefined, to: sell, amount: amount(u, m) });
      payments.push({ from: buy, to: undefined, amount: amount(r, c - m) });
      payments.push({ from: buy, to: undefined, amount: amount(w, m) });
      surplus.push({ to: sell, amount: amount(x, g - m) });
      breach(sell, buy, r - p - q, max(0n, min(c, E) - m));
      breach(buy, sell, p - x, max(0n, min(g, E) - m));
      breach(buy, undefined, 0n, max(0n, c - max(E, m)));
    }
  }
  for (const number of settled) {
    if (!fills.some(({ sell }) => sell === number)) continue;
    const { consumedWh } = readingOf(number);
    payments.push({ from: number, to: undefined, amount: amount(r, consumedWh) });
    breach(number, undefined, 0n, consumedWh);
  }

  // Set-aside money goes back to its owners; then everybody pays.
  const purse = new Map<number, bigint>();
  let fromMargins = 0n;
  for (const number of settled) {
    const margins = partsThatFilled(allFills, matched, number) * plainMargin(rules, pileOf(number).reachWh);
    const owed = payments.reduce((sum, { from, amount: due }) => (from === number ? sum + due : sum), 0n);
    const locks = fromLocks(fills, rules, number);
    if (owed > locks + margins) throw new Error(`pile ${number} owes ${owed}, and has set aside ${locks} + ${margins}`);
    fromMargins += max(0n, owed - locks);
    purse.set(number, locks + margins);
  }
  let income = exportsSetAside + fromFund(fills);
  for (const { from, to, amount: due } of payments) {
    if (from === undefined) income -= due;
    else purse.set(from, purse.get(from)! - due);
    if (to === undefined) income += due;
    else purse.set(to, purse.get(to)! + due);
  }
  let budget = max(0n, gridBefore - claimedBefore) + income;
  let grid = gridBefore + income;
  const claims = new Map<number, bigint>();
  for (const { to, amount: due } of surplus) {
    const paid = min(due, budget);
    budget -= paid;
    grid -= paid;
    purse.set(to, purse.get(to)! + paid);
    claims.set(to, (claims.get(to) ?? 0n) + due - paid);
  }

  const piles: PlainOutcome["piles"] = new Map();
  for (const number of settled) {
    const pile = pileOf(number);
    let agreedWh = 0n;
    let creditedWh = 0n;
    for (const fill of fills.filter(({ sell, buy }) => sell === number || buy === number)) {
      const other = before.get(fill.sell === number ? fill.buy : fill.sell);
      if (other !== undefined && other.operator !== 0 && other.operator === pile.operator) continue;
      agreedWh += fill.energyWh;
      if (pile.reading === undefined) continue;
      const energyWh = moved(number, fill);
      const actual = fill.sell === number ? (energyWh * (10_000n + pile.weatherBps)) / 10_000n : energyWh;
      creditedWh += min(actual, fill.energyWh);
    }
    const sum = pile.creditWh + agreedWh;
    const doubled = sum === 0n ? 0n : (2n * (pile.credit * pile.creditWh + 10_000n * creditedWh)) / sum;
    piles.set(number, {
      free: pile.free + purse.get(number)!,
      claim: pile.claim + (claims.get(number) ?? 0n),
      credit: agreedWh === 0n ? pile.credit : (doubled + 1n) / 2n,
      creditWh: agreedWh === 0n ? pile.creditWh : min(sum, 2n ** 26n - 1n),
    });
  }
  const claimed = [...claims.values()].reduce((a, b) => a + b, 0n);
  return { piles, grid, waiting: allFills.filter((fill) => !isSettled(fill)), fromMargins, claimed, keptAtAgreed };
}
