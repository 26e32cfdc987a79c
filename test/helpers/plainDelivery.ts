import type { PackedFill } from "../../scripts/chain/packedWords";

/** What a settlement depends on beside its fills; prices in money units per kWh. */
export interface DeliveryRules {
  importPrice: bigint;
  exportPrice: bigint;
  wheelingPrice: bigint;
  bondPrice: bigint;
  overBps: bigint;
  defaulterPays: boolean;
}

/** A pile before a settlement. */
export interface PlainPile {
  free: bigint;
  debt: bigint;
  credit: bigint;
  creditWh: bigint;
  /** What its rated power moves in a frame, Wh. */
  reachWh: bigint;
  weatherBps: bigint;
  operator: number;
  /** Its reading; undefined where it is silent. */
  reading?: { consumedWh: bigint; producedWh: bigint } | undefined;
}

/** Everybody's money and credit after a settlement. */
export interface PlainOutcome {
  piles: Map<number, Pick<PlainPile, "free" | "debt" | "credit" | "creditWh">>;
  grid: bigint;
  /** How many dues between piles, and surpluses, were not paid in full. */
  cut: { dues: number; surpluses: number };
}

const amount = (price: bigint, energyWh: bigint): bigint => (price * energyWh) / 1000n;
const min = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** What fills set aside at the clearing, money units. */
export function setAside(fills: readonly PackedFill[], rules: DeliveryRules): bigint {
  return fills.reduce((sum, { sell, buy, energyWh, price }) => {
    const bond = sell === 0 ? 0n : amount(rules.bondPrice, energyWh);
    const wheeling = sell === 0 || buy === 0 ? 0n : amount(rules.wheelingPrice, energyWh);
    return sum + amount(price, energyWh) + wheeling + bond;
  }, 0n);
}

/**
 * SPEC 5 and 6 written down plainly, pile by pile and step by step, with purses of money that moves: the twin that the
 * contracts are compared with.
 */
export function settlePlainly(
  fills: readonly PackedFill[],
  rules: DeliveryRules,
  before: ReadonlyMap<number, PlainPile>,
  gridBefore: bigint,
): PlainOutcome {
  const { importPrice: r, exportPrice: x, wheelingPrice: w, bondPrice } = rules;
  const purse = new Map([...before].map(([number, { free }]) => [number, free]));
  const debt = new Map([...before].map(([number, pile]) => [number, pile.debt]));
  let grid = gridBefore;
  const pileOf = (number: number): PlainPile => before.get(number)!;
  const give = (number: number, money: bigint): void => void purse.set(number, purse.get(number)! + money);
  /** Takes what there is and makes the rest a debt. */
  const take = (number: number, money: bigint): bigint => {
    const taken = min(money, purse.get(number)!);
    purse.set(number, purse.get(number)! - taken);
    debt.set(number, debt.get(number)! + money - taken);
    return taken;
  };

  // Attribution.
  const energyOf = (number: number, buys: boolean): bigint => {
    const { reading, reachWh } = pileOf(number);
    if (reading === undefined) return buys ? reachWh : 0n;
    return buys ? reading.consumedWh : reading.producedWh;
  };
  const attributed = (number: number, buys: boolean): Map<PackedFill, bigint> => {
    const own = fills.filter(({ sell, buy }) => (buys ? buy : sell) === number);
    let left = energyOf(number, buys);
    const result = new Map<PackedFill, bigint>();
    own.forEach((fill, index) => {
      const energy = index === own.length - 1 ? left : min(left, fill.energyWh);
      left -= energy;
      result.set(fill, energy);
    });
    return result;
  };
  const consumed = new Map<PackedFill, bigint>();
  const produced = new Map<PackedFill, bigint>();
  for (const number of before.keys()) {
    for (const [fill, energy] of attributed(number, true)) consumed.set(fill, energy);
    for (const [fill, energy] of attributed(number, false)) produced.set(fill, energy);
  }

  // What was set aside goes back to whose it was; agreed exports are paid out of the operator's part.
  const surplus: [number, bigint][] = [];
  const toSeller: [number, number, bigint][] = [];
  const toBuyer: [number, number, bigint][] = [];
  const toGrid: [number, bigint][] = [];
  for (const fill of fills) {
    const { sell, buy, energyWh, price } = fill;
    const c = consumed.get(fill) ?? 0n;
    const g = produced.get(fill) ?? 0n;
    if (sell === 0) {
      give(buy, amount(price, energyWh));
      toGrid.push([buy, amount(price, c)]);
    } else if (buy === 0) {
      give(sell, amount(bondPrice, energyWh));
      const agreed = min(amount(price, g), amount(price, energyWh));
      give(sell, agreed);
      grid += amount(price, energyWh) - agreed;
      surplus.push([sell, amount(price, g) - agreed]);
    } else {
      give(buy, amount(price, energyWh) + amount(w, energyWh));
      give(sell, amount(bondPrice, energyWh));
      const m = min(c, g, (energyWh * (10_000n + rules.overBps)) / 10_000n);
      let forSeller = amount(price, m);
      if (rules.defaulterPays) {
        const short = max(0n, min(c, energyWh) - m);
        const left = max(0n, min(g, energyWh) - m);
        toBuyer.push([sell, buy, amount(max(0n, r - price), short)]);
        forSeller += amount(max(0n, price - x), left);
      }
      toSeller.push([buy, sell, forSeller]);
      toGrid.push([buy, amount(r, c - m) + amount(w, m)]);
      surplus.push([sell, amount(x, g - m)]);
    }
  }
  const cut = { dues: 0, surpluses: 0 };
  for (const [from, to, due] of [...toSeller, ...toBuyer]) {
    const paid = take(from, due);
    if (paid < due) cut.dues++;
    give(to, paid);
  }
  for (const [from, due] of toGrid) grid += take(from, due);
  let budget = grid;
  for (const [to, due] of surplus) {
    const paid = min(due, budget);
    if (paid < due) cut.surpluses++;
    budget -= paid;
    grid -= paid;
    give(to, paid);
  }

  // Everything free pays debts; then the credit.
  const piles: PlainOutcome["piles"] = new Map();
  for (const [number, pile] of before) {
    const own = fills.filter(({ sell, buy }) => sell === number || buy === number);
    if (own.length === 0) continue;
    const paid = min(purse.get(number)!, debt.get(number)!);
    grid += paid;
    let agreedWh = 0n;
    let creditedWh = 0n;
    for (const fill of own) {
      const other = before.get(fill.sell === number ? fill.buy : fill.sell);
      if (other !== undefined && other.operator !== 0 && other.operator === pile.operator) continue;
      agreedWh += fill.energyWh;
      if (pile.reading === undefined) continue;
      const actual =
        fill.sell === number ? (produced.get(fill)! * (10_000n + pile.weatherBps)) / 10_000n : consumed.get(fill)!;
      creditedWh += min(actual, fill.energyWh);
    }
    const sum = pile.creditWh + agreedWh;
    const doubled = sum === 0n ? 0n : (2n * (pile.credit * pile.creditWh + 10_000n * creditedWh)) / sum;
    piles.set(number, {
      free: purse.get(number)! - paid,
      debt: debt.get(number)! - paid,
      credit: agreedWh === 0n ? pile.credit : (doubled + 1n) / 2n,
      creditWh: agreedWh === 0n ? pile.creditWh : min(sum, 2n ** 26n - 1n),
    });
  }
  return { piles, grid, cut };
}
