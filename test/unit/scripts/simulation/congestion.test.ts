import { expect } from "chai";

import { withDefaults } from "../../../../scripts/core/parameters";
import type { NamedMatching } from "../../../../scripts/core/matching";
import type { OrderPolicy } from "../../../../scripts/piles/agent";
import { HalfPatient } from "../../../../scripts/piles/policies/halfPatient";
import { Patient } from "../../../../scripts/piles/policies/patient";
import { runDay } from "../../../../scripts/simulation/day";
import type { DayResult, EvReport } from "../../../../scripts/simulation/dayResult";
import { defaultDay, PENNY } from "../../../../scripts/simulation/defaults";
import { ModelPort } from "../../../../scripts/simulation/modelPort";

const SEEDS = [2];
/** Tariffs, in pence: lower where premiums come on top. */
const TARIFF: Partial<Record<NamedMatching, number>> = { congestion: 18, adbev: 20 };

/** Agents by whether they wait, seen as they are asked. */
class Watched implements OrderPolicy {
  readonly name = "watched";
  readonly waits = new Map<string, boolean>();
  private readonly policy = new HalfPatient();

  readonly decide: OrderPolicy["decide"] = (own, view, random) => {
    this.waits.set(keyOf(own), HalfPatient.isPatient(random));
    return this.policy.decide(own, view, random);
  };
}

const keyOf = ({ stay }: Pick<EvReport, "stay">): string => `${stay.pile} ${stay.arrivalFrame}`;

async function dayUnder(matching: NamedMatching, seed: number, policy: OrderPolicy): Promise<DayResult> {
  const day = defaultDay({ seed, policy, importPricePerKwh: TARIFF[matching]! * PENNY });
  return runDay(day, new ModelPort(withDefaults({ matching })));
}

/** Mean price of what charging EVs got, money units per kWh. */
function meanPrice(evs: readonly EvReport[]): number {
  const charging = evs.filter(({ stay }) => stay.side === "charge");
  const wh = charging.reduce((sum, { servedWh }) => sum + servedWh, 0);
  return (Number(charging.reduce((sum, { cost }) => sum + cost, 0n)) * 1000) / wh;
}

describe("a price for patience", function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`makes waiting worth its while among those who do not wait, seed ${seed}`, async () => {
      const policy = new Watched();
      const { evs } = await dayUnder("congestion", seed, policy);
      const those = (waits: boolean) => evs.filter((ev) => policy.waits.get(keyOf(ev)) === waits);
      expect(meanPrice(those(true))).to.be.below(0.97 * meanPrice(those(false)));
    });

    it(`makes agents that act for themselves calmer than the flat tariff does, seed ${seed}`, async () => {
      const steps = async (matching: NamedMatching) => {
        const { loads } = await dayUnder(matching, seed, new Patient());
        expect(loads.market.unservedShare).to.be.below(0.01);
        return loads.market.absoluteStepsW;
      };
      expect(await steps("congestion")).to.be.below(0.6 * (await steps("adbev")));
    });
  }
});
