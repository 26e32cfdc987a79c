import type { FlexibleOrder, FrozenBook, Plan } from "../../model/benefit";
import { drawingRoomWh } from "../../model/benefit/frozenBook";
import type { Random } from "../../core/random";

/** Plans that attackers reveal in place of a good one. */
export const ATTACKS = {
  /** Serves nobody, so that the load stays as flat as can be: the benefit number alone would call it the best. */
  starve: (book: FrozenBook) => planOf(book, () => 0n),
  /** Draws all that can be drawn at once: the highest peak that the feeder carries. */
  rush: (book: FrozenBook) => planOf(book, (offset) => (offset === 0 ? most(book, book.bids, 0) : 0n)),
  /** Claims a score that no plan can have: serves everybody by energy that nobody may move. */
  "false score": (book: FrozenBook) => planOf(book, () => sum(book.bids.map(({ remainingWh }) => remainingWh)) + 1n),
  /** Some share of what can flow, here and there. */
  noise: (book: FrozenBook, random: Random) =>
    planOf(book, (offset) => (most(book, book.bids, offset) * BigInt(random.integer(0, 400))) / 1_000n),
} as const;

/** A way of attacking. */
export type Attack = keyof typeof ATTACKS;

/** A plan of an attacker over a book, and what kind it is. */
export function attackOver(book: FrozenBook, random: Random): { attack: Attack; plan: Plan } {
  const attack = random.pick(Object.keys(ATTACKS) as Attack[]);
  return { attack, plan: ATTACKS[attack](book, random) };
}

const sum = (energies: readonly bigint[]) => energies.reduce((all, energyWh) => all + energyWh, 0n);

const planOf = (book: FrozenBook, drawWh: (offset: number) => bigint): Plan => ({
  drawWh: Array.from({ length: book.horizon }, (_, offset) => drawWh(offset)),
  dischargeWh: Array.from({ length: book.horizon }, () => 0n),
});

/** Energy that orders show in a frame of the horizon, as far as the feeder carries it, Wh. */
function most(book: FrozenBook, orders: readonly FlexibleOrder[], offset: number): bigint {
  const able = orders.filter(({ expiryFrame }) => expiryFrame >= book.frame + offset);
  const wantedWh = sum(able.map(({ displayedWh, peakWh }) => (offset === 0 ? displayedWh : peakWh)));
  const roomWh = drawingRoomWh(book, offset);
  return wantedWh < roomWh ? wantedWh : roomWh;
}
