import fc from "fast-check";

import type { FlexibleOrder, FrozenBook, Plan } from "../../../../scripts/model/benefit";
import { LEVELS_PER_FRAME } from "../../../../scripts/core/rounds";

/** A plan as shares of what could flow in each frame, 1/1000; some ask for more than can. */
export const shares = fc.array(fc.tuple(fc.nat({ max: 1_050 }), fc.nat({ max: 1_050 })), {
  minLength: 6,
  maxLength: 6,
});

/** Totals that are more or less a share of what the orders can move in each frame; by laxity, levels up to 4 frames. */
export function planOf(book: FrozenBook, of: readonly (readonly [number, number])[]): Plan {
  const total = (orders: readonly FlexibleOrder[], offset: number, share: number) => {
    const able = orders.filter(({ side, price, expiryFrame }) => {
      const tariffs = book.publications[offset];
      if (tariffs === undefined || expiryFrame < book.frame + offset) return false;
      return side === "charge" ? price >= tariffs.importPricePerKwh : price <= tariffs.exportPricePerKwh;
    });
    const mostWh = able.reduce((sum, order) => sum + (offset === 0 ? order.displayedWh : order.peakWh), 0n);
    return (mostWh * BigInt(share)) / 1000n / BigInt(offset + 1);
  };
  const frames = Array.from({ length: book.horizon }, (_, offset) => offset);
  if (book.allotment === "laxity") {
    const level = (share: number) => (4n * LEVELS_PER_FRAME * BigInt(share)) / 1000n;
    return {
      drawLevel: frames.map((offset) => level(of[offset]![0])),
      dischargeLevel: frames.map((offset) => level(of[offset]![1])),
    };
  }
  return {
    drawWh: frames.map((offset) => total(book.bids, offset, of[offset]![0])),
    dischargeWh: frames.map((offset) => total(book.asks, offset, of[offset]![1])),
  };
}
