import { InputError } from "../../core/errors";
import type { Faults, FrameRange, OfflinePile } from "./faults";

/** Syntax of the flag, for its help and its refusals. */
export const FAULTS_SYNTAX =
  "restart@FRAME, offline:PILE@FIRST-LAST, missed@FIRST-LAST, late@FIRST-LAST, duplicates, gateway@FRAME; " +
  "frames 0 to 47 of the measured day (20 is 10:00), piles from 1; one frame may stand for a range";

const LAST_FRAME = 47;

/** Faults with places for more. */
type Gathered = { [Name in keyof Faults]: Faults[Name] extends readonly (infer One)[] ? One[] : Faults[Name] };

/**
 * Faults as a flag gives them, with commas between: `restart@20,offline:7@18-24,missed@30-31,late@12,duplicates`.
 *
 * @throws InputError naming the flag, what was wrong and what it takes
 */
export function parseFaults(flag: string, text: string): Faults {
  const faults: Gathered = { restarts: [], offline: [], missed: [], late: [], duplicates: false, gateways: [] };
  for (const part of text.split(",").map((one) => one.trim())) {
    const refuse = (problem: string): never => {
      throw new InputError(`--${flag}`, `${problem} in "${part}"; expected some of ${FAULTS_SYNTAX}`);
    };
    const match = /^([a-z]+)(?::(\d+))?(?:@(\d+)(?:-(\d+))?)?$/.exec(part);
    if (match === null) return refuse("nothing that is known");
    const [, name, pile, first, last] = match;
    const range = (): FrameRange => {
      if (first === undefined) return refuse("a frame is missing");
      const frames = { first: Number(first), last: Number(last ?? first) };
      if (frames.last > LAST_FRAME) return refuse(`a frame above ${LAST_FRAME}`);
      if (frames.first > frames.last) return refuse("a range that ends before it begins");
      return frames;
    };
    const frame = (): number => (last === undefined ? range().first : refuse("a range where one frame is meant"));
    if (pile !== undefined && name !== "offline") return refuse("a pile where none is meant");
    switch (name) {
      case "restart":
        faults.restarts.push(frame());
        break;
      case "gateway":
        faults.gateways.push(frame());
        break;
      case "missed":
      case "late":
        faults[name].push(range());
        break;
      case "offline":
        faults.offline.push(offlinePile(pile, range, refuse));
        break;
      case "duplicates":
        if (first !== undefined) return refuse("a frame where none is meant");
        faults.duplicates = true;
        break;
      default:
        return refuse("nothing that is known");
    }
  }
  return faults;
}

function offlinePile(
  pile: string | undefined,
  range: () => FrameRange,
  refuse: (problem: string) => never,
): OfflinePile {
  if (pile === undefined || Number(pile) === 0) return refuse("no number of a pile, from 1,");
  return { pile: Number(pile), ...range() };
}
