import type { MeterDeviations } from "../../scripts/piles/meters";
import { InputError } from "../../scripts/core/errors";

/** Values that the flag takes, for its help. */
export const METERS_HELP =
  "settle by meters, with deviations such as noise=0.05,leave=0.02,silent=0.01,cheat=0.02: the spread of what is moved " +
  "as a share of the agreed, and the probabilities that an EV leaves early, has a silent meter, or sells more than it " +
  "delivers; or none";

const NAMES = ["noise", "leave", "silent", "cheat"] as const satisfies readonly (keyof MeterDeviations)[];

/**
 * Deviations as a flag gives them; what is not named is 0, `none` is all of them.
 *
 * @throws InputError naming the flag and what it takes
 */
export function parseMeters(flag: string, text: string): MeterDeviations {
  const deviations: MeterDeviations = { noise: 0, leave: 0, silent: 0, cheat: 0 };
  if (text === "none") return deviations;
  const given = new Set<string>();
  for (const part of text.split(",")) {
    const match = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(part.trim());
    const name = NAMES.find((known) => known === match?.[1]);
    if (name === undefined) {
      throw new InputError(
        `--${flag}`,
        `expected none, or ${NAMES.join("=…, ")}=… with commas between, found "${part}"`,
      );
    }
    const value = Number(match![2]);
    if (value > 1) throw new InputError(`--${flag}`, `expected ${name} from 0 to 1, found "${match![2]}"`);
    if (given.has(name)) throw new InputError(`--${flag}`, `expected ${name} once, found it twice`);
    given.add(name);
    deviations[name] = value;
  }
  return deviations;
}
