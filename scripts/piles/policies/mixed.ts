import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { Impatient } from "./impatient";
import { Valley } from "./valley";
import { Waterline } from "./waterline";

/**
 * A feeder on which a share of the agents act for themselves, half of them at once ({@link Impatient}) and half of them
 * in the valley of the published load ({@link Valley}), while the others follow the one plan of {@link Waterline}.
 *
 * Which agents are selfish follows from a draw of each one's own stream: raising the share makes no selfish agent
 * cooperate.
 */
export class Mixed implements OrderPolicy {
  readonly name: string;
  private readonly cooperative = new Waterline();
  private readonly selfish = [new Impatient(), new Valley()] as const;

  /** @param selfishShare 0 to 1. */
  constructor(private readonly selfishShare: number) {
    if (!(selfishShare >= 0 && selfishShare <= 1)) throw new RangeError(`a share is 0 to 1: ${selfishShare}`);
    this.name = `waterline, ${Math.round(100 * selfishShare)} % selfish`;
  }

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    const kind = random.stream("selfish");
    if (!kind.chance(this.selfishShare)) return this.cooperative.decide(own, view, random);
    return this.selfish[kind.chance(0.5) ? 0 : 1].decide(own, view, random);
  }
}
