import type { Session } from "../../data/import/sessionRow";
import { placeOf } from "../../data/import/problems";
import { InputError } from "../../core/errors";
import type { BatteryModel } from "../battery";
import type { EvStay } from "../ev";
import { pileId } from "../population";

/** Treatment of a session that begins at a pile before the last one there has ended. */
export type Overlap = "error" | "queue" | "split";

export const OVERLAPS: readonly Overlap[] = ["error", "queue", "split"];

/** How sessions become stays. */
export interface StaysOptions {
  /** Name of the file, for messages. */
  file: string;
  /** Beginning of frame 0, seconds since 1970. */
  origin: number;
  /** Frame length, s. */
  frameSeconds: number;
  /** Arrivals before frame 0, or from this frame on, are left out; none by default. */
  frames?: number;
  /** `queue`: the later one plugs in once the pile is free. `split`: at a further outlet of the pile. */
  overlap?: Overlap;
  /** Rated power where the file has none, W. */
  ratedW: number;
}

/** Battery of a stay that a file tells in energy only: just that size. */
const FULL = { charge: { initialSoc: 0, targetSoc: 1 }, discharge: { initialSoc: 1, targetSoc: 0 } } as const;

/**
 * The stays of recorded sessions, in order of arrival. A stay too short for a whole frame is there with its need, which
 * nobody can serve; sessions of no energy are left out.
 *
 * @param sessions In order of arrival.
 * @throws InputError for two sessions at one pile at a time, unless told what to do with them.
 */
export function sessionStays(sessions: readonly Session[], options: StaysOptions): EvStay[] {
  const { origin, frameSeconds, frames = Infinity } = options;
  const piles = new Piles(options);
  const stays: EvStay[] = [];
  for (const session of sessions) {
    const { side, energyWh, ratedW = options.ratedW } = session;
    const arrivalFrame = Math.floor((session.arrival - origin) / frameSeconds);
    if (arrivalFrame < 0 || arrivalFrame >= frames || energyWh === 0) continue;
    // The frame in which it leaves is not delivered in full any more.
    const departureFrame = Math.max(arrivalFrame, Math.floor((session.departure - origin) / frameSeconds) - 1);
    const place = piles.take(session, arrivalFrame, departureFrame);
    const battery = { batteryWh: energyWh, ...FULL[side] };
    stays.push({
      pile: place.pile,
      side,
      arrivalFrame: place.from,
      departureFrame,
      ...battery,
      ratedW,
      recorded: true,
    });
  }
  return stays.sort((a, b) => a.arrivalFrame - b.arrivalFrame);
}

/**
 * Recorded stays with batteries that lose energy. A file tells what went through the plug, so that stays as it is, and the
 * battery got less of it or gave up more; its state of charge is unknown, and so is no reserve kept.
 */
export function withBattery(stays: readonly EvStay[], battery: Readonly<BatteryModel>): EvStay[] {
  const { chargeEfficiency, dischargeEfficiency } = battery;
  return stays.map((stay) => ({
    ...stay,
    batteryWh: stay.side === "charge" ? stay.batteryWh * chargeEfficiency : stay.batteryWh / dischargeEfficiency,
    battery: { ...battery, reserveSoc: 0 },
  }));
}

/** Who is at which pile until when. */
class Piles {
  private readonly busy = new Map<string, { until: number; session: Session }>();

  constructor(private readonly options: StaysOptions) {}

  /** The pile that a session gets, and the frame from which on. */
  take(session: Session, arrivalFrame: number, until: number): { pile: string; from: number } {
    let from = arrivalFrame;
    const pile = session.pile === undefined ? this.firstFree(pileId, from) : session.pile;
    const before = this.busy.get(pile);
    let taken = pile;
    if (session.pile !== undefined && before !== undefined && before.until > from) {
      const overlap = this.options.overlap ?? "error";
      if (overlap === "error") throw this.refusal(session, pile, before.session);
      if (overlap === "queue") from = Math.min(before.until, until);
      else taken = this.firstFree((index) => (index === 0 ? pile : `${pile}#${index + 1}`), from);
    }
    const last = this.busy.get(taken);
    this.busy.set(taken, last !== undefined && last.until > until ? last : { until, session });
    return { pile: taken, from };
  }

  private firstFree(name: (index: number) => string, frame: number): string {
    for (let index = 0; ; index++) {
      const pile = name(index);
      if ((this.busy.get(pile)?.until ?? -1) <= frame) return pile;
    }
  }

  private refusal(session: Session, pile: string, before: Session): InputError {
    const other = before.path ?? `line ${before.line}`;
    return new InputError(
      placeOf(this.options.file, { ...session, field: "pile" }),
      `pile ${pile} is still taken by the session of ${other}; say --overlap queue (plugs in once it is free), --overlap split (a pile with several outlets), or --columns pile= (any free pile)`,
    );
  }
}
