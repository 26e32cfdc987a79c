import { expect } from "chai";

import { withDefaults } from "../../../../scripts/core/parameters";
import type { OrderPolicy } from "../../../../scripts/piles/agent";
import type { BookPlanner } from "../../../../scripts/planners/book/planners";
import { asapPlanner } from "../../../../scripts/planners/book/planners";
import { runDay } from "../../../../scripts/simulation/day";
import { type DaySettings, defaultDay } from "../../../../scripts/simulation/defaults";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { dayWarnings, warningsBySeed } from "../../../../scripts/simulation/warnings";

async function warningsOf(settings: Omit<DaySettings, "seed">, market = {}, proposers: BookPlanner[] = []) {
  const options = { ...defaultDay({ seed: 1, evs: 30, ...settings }), proposers };
  const day = await runDay(options, new ModelPort(withDefaults(market)));
  return dayWarnings(day, settings, market);
}

describe("warnings of a day", function () {
  this.timeout(30_000);

  it("are none on a day as usual", async () => expect(await warningsOf({})).to.deep.equal([]));

  it("say what is unserved, and that calm is then no gain", async () => {
    const idle: OrderPolicy = { name: "idle", decide: () => undefined };
    const warnings = await warningsOf({ policy: idle });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^unserved: 100\.0 % of the energy asked for, (\d+\.\d) kWh of \1 kWh; /);
  });

  it("count refused orders by error", async () => {
    const wrong: OrderPolicy = {
      name: "wrong",
      decide: ({ stay }) => ({ price: stay.side === "charge" ? 0 : 150_000, energyWh: 0 }),
    };
    const [, refused] = await warningsOf({ policy: wrong });
    expect(refused).to.match(/^refused: [\d ]+ orders \(PriceOutOfRange [\d ]+, EnergyBelowMinimum [\d ]+\)$/);
  });

  it("name a planner whose plans are refused, and how often", async () => {
    const big: BookPlanner = {
      name: "big",
      plan: async ({ horizon }) => ({
        drawWh: Array.from({ length: horizon }, () => 16_000_000n),
        dischargeWh: Array.from({ length: horizon }, () => 0n),
      }),
    };
    const warnings = await warningsOf({}, { settlement: "benefit" }, [big, asapPlanner()]);
    expect(warnings.join("\n")).to.match(/refused: (\d+) of the \1 plans of big \(PlanNotAllottable \1\)/);
  });

  it("ask about a figure that is off by a power of ten, and about homes above the capacity", async () => {
    const warnings = await warningsOf(
      { importPricePerKwh: 20_000_000 / 2 },
      { capacityW: 250n, importCapPerKwh: 2n ** 24n },
    );
    expect(warnings[0]).to.equal("capacity of 250 W: usual are 10 000 W to 10 000 000 W; it is given in W");
    expect(warnings[1]).to.include("import tariff of 1000.00 p: usual are 1.00 p to 100.00 p");
    expect(warnings[2]).to.match(/^homes alone are above the capacity of 0\.25 kW in 48 frames, by up to 91\.8 kW/);
  });

  it("say once what all seeds have, and the rest with its seed", () => {
    const days = [
      { seed: 1, warnings: ["a", "b"] },
      { seed: 2, warnings: ["a", "c"] },
    ];
    expect(warningsBySeed(days)).to.deep.equal(["a", "seed 1: b", "seed 2: c"]);
  });
});
