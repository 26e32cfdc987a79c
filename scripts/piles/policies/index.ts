import type { OrderPolicy } from "../agent";
import { Impatient } from "./impatient";
import { Patient } from "./patient";
import { Valley } from "./valley";
import { Waterline } from "./waterline";
import { WholeNeed } from "./wholeNeed";

/** The policies by name, as they come. */
export const POLICIES: Readonly<Record<string, () => OrderPolicy>> = {
  waterline: () => new Waterline(),
  impatient: () => new Impatient(),
  valley: () => new Valley(),
  patient: () => new Patient(),
  wholeNeed: () => new WholeNeed(),
};
