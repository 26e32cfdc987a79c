import type { Strategy } from "../../strategy";
import { loadedEvening } from "./feeder";

/** Published beyond the true load of the homes, W. */
const INVENTED_W = 30_000n;

/** The operator publishes a higher load than there is. */
export const falseLoad: Strategy = {
  name: "false-load",
  cheating: "the operator publishes 30 kW more for the homes than they draw, so that premiums are 3 p higher",
  honest: "the operator publishes what the homes draw",
  rule: "none: what the operator publishes is believed; leadFrames before, so that whoever orders knows it (1)",
  bound:
    "r − x per kWh, no more than by a tariff that is higher by as much: the operator's to set up to importCapPerKwh",
  cheat: "operator",
  unpriced: [],
  build: (random, cheats) => loadedEvening(random, cheats ? INVENTED_W : 0n),
};
