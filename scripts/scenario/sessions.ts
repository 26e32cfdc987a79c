import type { JsonPath } from "./json";
import type { ScenarioFile } from "./schema";

type FileSession = ScenarioFile["sessions"][number];
/** No losses, 1/10 000. */
const FULL_EFFICIENCY = 10_000;
/** Most that a file's order can be about, Wh. */
const MOST_WH = 2 ** 32 - 1;

type FileEvent = ScenarioFile["events"][number];

/**
 * The orders of a file's sessions, as events after those of the file: what the session needs or has to sell is ordered
 * as its EV plugs in, to its departure.
 */
export function sessionEvents(sessions: readonly FileSession[]): FileEvent[] {
  return sessions.map((session) => {
    const { pile, side, arrivalFrame, departureFrame, price, peakWh } = session;
    return {
      frame: arrivalFrame,
      pile,
      place: { side, price, energyWh: plugWh(session), expiryFrame: departureFrame, peakWh },
    };
  });
}

/** Energy at the plug of a session's battery, Wh: rounded up to charge, so that it gets all, down to discharge. */
function plugWh({ side, energyWh, efficiency }: FileSession): number {
  return side === "charge"
    ? Math.ceil((energyWh * FULL_EFFICIENCY) / efficiency)
    : Math.floor((energyWh * efficiency) / FULL_EFFICIENCY);
}

/** Faults of the sessions: strangers, stays that end before they begin, two at one pile at a time. */
export function* sessionProblems({
  sessions,
  piles,
  frames,
}: ScenarioFile): Generator<{ path: JsonPath; problem: string }> {
  const ids = new Set(piles.map(({ id }) => id));
  const stays = new Map<string, { i: number; from: number; to: number }[]>();
  for (const [i, session] of sessions.entries()) {
    const { pile, arrivalFrame: from, departureFrame: to } = session;
    if (plugWh(session) > MOST_WH) {
      const problem = `must be at most ${MOST_WH} Wh at the plug, found ${plugWh(session)}`;
      yield { path: ["sessions", i, "energyWh"], problem };
    }
    if (!ids.has(pile)) {
      yield { path: ["sessions", i, "pile"], problem: `must be one of the piles, found "${pile}"` };
    }
    if (from >= frames) {
      const problem = `must be 0 to ${frames - 1}, as the scenario has ${frames} frames, found ${from}`;
      yield { path: ["sessions", i, "arrivalFrame"], problem };
    }
    if (to <= from) {
      yield { path: ["sessions", i, "departureFrame"], problem: `must be after arrivalFrame (${from}), found ${to}` };
    }
    const others = stays.get(pile) ?? [];
    // The next may plug in in the frame that is the last of the one before.
    const other = others.find((one) => from < one.to && one.from < to);
    if (other !== undefined) {
      const problem = `must be free, but sessions[${other.i}] is at pile "${pile}" from frame ${other.from} to ${other.to}`;
      yield { path: ["sessions", i, "pile"], problem };
    }
    others.push({ i, from, to });
    stays.set(pile, others);
  }
}
