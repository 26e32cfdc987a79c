import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { nextTariff, peakSliceWh } from "./impatient";
import { sell } from "./selling";

/**
 * Each for itself into the valley: buys slices of peak size in the frames of its stay with the lowest published base
 * load. Every agent reasons well alone, and all of them meet in the same few frames: the herd that
 * {@link Waterline} avoids.
 */
export class Valley implements OrderPolicy {
  readonly name = "valley";

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    if (own.stay.side === "discharge") return sell(own, view, random);
    if (view.moment === "close" || own.order !== undefined) return undefined;
    const next = view.frame + 1;
    const sliceWh = peakSliceWh(own, view);
    const framesLeft = Array.from({ length: own.stay.departureFrame - view.frame }, (_, index) => next + index);
    const baseLoadW = (frame: number) => view.published(frame)?.baseLoadW ?? Infinity;
    const lowest = framesLeft
      .sort((a, b) => baseLoadW(a) - baseLoadW(b))
      .slice(0, Math.ceil(own.remainingWh / sliceWh));
    if (!lowest.includes(next)) return undefined;
    return { price: nextTariff(own, view), energyWh: Math.min(sliceWh, own.remainingWh) };
  }
}
