import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { Impatient } from "./impatient";
import { Patient } from "./patient";

/** A feeder on which half of the agents wait for a low price ({@link Patient}) and half take any ({@link Impatient}). */
export class HalfPatient implements OrderPolicy {
  readonly name = "half patient, half impatient";
  private readonly patient = new Patient();
  private readonly impatient = new Impatient();

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    return (HalfPatient.isPatient(random) ? this.patient : this.impatient).decide(own, view, random);
  }

  /** Whether the agent with this stream waits. */
  static isPatient(random: Random): boolean {
    return random.stream("patience").chance(0.5);
  }
}
