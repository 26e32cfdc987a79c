import type { Finding } from "./problems";
import type { Session } from "./sessionRow";

const KEPT = 10;
const FRAME_SECONDS = 1_800;

/** Finds sessions that begin at a pile before the one before has ended, half-hours apart, whatever the order of a file. */
export class Overlaps {
  private readonly piles = new Map<string, { arrivals: number[]; departures: number[]; lines: number[] }>();

  see({ pile, arrival, departure, energyWh, line }: Session): void {
    if (pile === undefined || energyWh === 0) return;
    let own = this.piles.get(pile);
    if (own === undefined) this.piles.set(pile, (own = { arrivals: [], departures: [], lines: [] }));
    own.arrivals.push(Math.floor(arrival / FRAME_SECONDS));
    own.departures.push(Math.floor(departure / FRAME_SECONDS) - 1);
    own.lines.push(line);
  }

  /** How many there are, and the first few of them. */
  found(field: string): { count: number; first: Finding[] } {
    const first: Finding[] = [];
    let count = 0;
    for (const [pile, { arrivals, departures, lines }] of this.piles) {
      const order = [...arrivals.keys()].sort((a, b) => arrivals[a]! - arrivals[b]!);
      let until = -Infinity;
      let before = 0;
      for (const index of order) {
        if (arrivals[index]! < until) {
          count++;
          const problem = `pile ${pile} is still taken by the session of line ${lines[before]}`;
          if (first.length < KEPT) first.push({ line: lines[index]!, field, problem });
        }
        if (departures[index]! > until) [until, before] = [departures[index]!, index];
      }
    }
    return { count, first };
  }
}
