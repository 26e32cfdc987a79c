import type { JsonPath } from "./json";
import type { ScenarioFile } from "./schema";

type FileSession = ScenarioFile["sessions"][number];
type FileEvent = ScenarioFile["events"][number];

/**
 * The orders of a file's sessions, as events after those of the file: what the session needs or has to sell is ordered
 * as its EV plugs in, to its departure.
 */
export function sessionEvents(sessions: readonly FileSession[]): FileEvent[] {
  return sessions.map(({ pile, side, arrivalFrame, departureFrame, energyWh, price, peakWh }) => ({
    frame: arrivalFrame,
    pile,
    place: { side, price, energyWh, expiryFrame: departureFrame, peakWh },
  }));
}

/** Faults of the sessions: strangers, stays that end before they begin, two at one pile at a time. */
export function* sessionProblems({
  sessions,
  piles,
  frames,
}: ScenarioFile): Generator<{ path: JsonPath; problem: string }> {
  const ids = new Set(piles.map(({ id }) => id));
  const stays = new Map<string, { i: number; from: number; to: number }[]>();
  for (const [i, { pile, arrivalFrame: from, departureFrame: to }] of sessions.entries()) {
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
