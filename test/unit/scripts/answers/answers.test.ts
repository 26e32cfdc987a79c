import { expect } from "chai";

import { askPlanner, withinSeconds } from "../../../../scripts/answers/ask";
import { decisionProblem } from "../../../../scripts/answers/decision";
import { planProblem } from "../../../../scripts/answers/plan";
import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { FrozenBook, Plan } from "../../../../scripts/model/benefit";
import type { Decision, OrderPolicy } from "../../../../scripts/piles/agent";
import { runDay } from "../../../../scripts/simulation/day";
import type { DayResult } from "../../../../scripts/simulation/dayResult";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { ModelPort } from "../../../../scripts/simulation/modelPort";

const day = (policy: OrderPolicy, patienceSeconds = 1): Promise<DayResult> =>
  runDay({ ...defaultDay({ seed: 1, evs: 10, policy }), patienceSeconds }, new ModelPort(DEFAULT_PARAMETERS));
const answering = (answer: unknown): OrderPolicy => ({ name: "thrifty", decide: () => answer as Decision });

async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.have.property("name", "InputError");
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("what agents answer", function () {
  this.timeout(30_000);
  const stay = { side: "charge" } as Parameters<typeof decisionProblem>[1]["stay"];
  const view = { frame: 51, market: { tickSize: 1 } } as Parameters<typeof decisionProblem>[2];
  const problem = (answer: unknown) => decisionProblem(answer, { stay, remainingWh: 9_996 }, view);
  const order = { price: 200_000, energyWh: 9_996 };

  it("is let through where an order can be like that", () => {
    for (const answer of [
      undefined,
      "cancel",
      order,
      { ...order, peakWh: 0, expiryFrame: 52 },
      { ...order, energyWh: 0.5 },
    ]) {
      expect(problem(answer)).to.equal(undefined);
    }
  });

  for (const [what, answer, found] of [
    ["a misspelt field", { prize: 14, energyWh: 100 }, "price is missing; found prize"],
    [
      "a stranger beside the fields",
      { ...order, peekWh: 3 },
      "peekWh is no field of an order; its fields are price, energyWh, peakWh, expiryFrame",
    ],
    ["a promise", Promise.resolve(undefined), "decide answered a promise; it is to answer at once, without async"],
    ["a word", "buy", 'decide answered "buy", a text; expected undefined, "cancel" or'],
    ["null", null, "decide answered null; expected undefined"],
    ["a list", [order], "decide answered a list of 1; expected undefined"],
    ["a bigint", { ...order, price: 14n }, "price is 14n, a bigint; expected a number of money units per kWh"],
    ["a text for a figure", { ...order, energyWh: "100" }, 'energyWh is "100", a text; expected a number of Wh'],
    ["no number", { ...order, price: NaN }, "price is NaN; expected a number"],
    ["no end", { ...order, energyWh: Infinity }, "energyWh is Infinity; expected a number of Wh"],
    ["less than nothing", { ...order, energyWh: -5 }, "energyWh is -5; expected a number of Wh from 0 to 9996"],
    ["a negative price", { ...order, price: -1 }, "price is -1; expected"],
    [
      "more than the EV takes",
      { ...order, energyWh: 29_988 },
      "energyWh is 29988; expected a number of Wh from 0 to 9996, which the EV still takes",
    ],
    [
      "a price beyond the field",
      { ...order, price: 2 ** 24 },
      "price is 16777216; expected a number of money units per kWh from 0 to 16777215",
    ],
    ["a peak that is none", { ...order, peakWh: -1 }, "peakWh is -1; expected"],
    ["a frame that is over", { ...order, expiryFrame: 51 }, "expiryFrame is 51; expected a whole number from 52 on"],
    ["half a frame", { ...order, expiryFrame: 52.5 }, "expiryFrame is 52.5; expected a whole number"],
  ] as const) {
    it(`is refused in words: ${what}`, () => expect(problem(answer)).to.include(found));
  }

  it("is named with agent, pile and frame", async () => {
    expect(await errorOf(day(answering({ prize: 1, energyWh: 1 })))).to.match(
      /^thrifty, P\d{3}, frame \d+: price is missing; found prize$/,
    );
  });

  it("leaves no battery above its need", async () => {
    const greedy: OrderPolicy = {
      name: "greedy",
      decide: ({ remainingWh, order: live }) => (live ? undefined : { price: 200_000, energyWh: 3 * remainingWh }),
    };
    expect(await errorOf(day(greedy))).to.match(/^greedy, P\d{3}, frame \d+: energyWh is \d+; expected/);
  });

  it("is named where the agent throws, with the line of its file", async () => {
    const broken: OrderPolicy = {
      name: "broken",
      decide: (own) => (own as unknown as { need: { wh: Decision } }).need.wh,
    };
    expect(await errorOf(day(broken))).to.match(
      /^broken, P\d{3}, frame \d+: threw TypeError: .*'wh'.* \(at test\/unit\/scripts\/answers\/answers\.test\.ts:\d+:\d+\)$/,
    );
  });

  it("is not what an agent writes into what it was shown", async () => {
    const lying: OrderPolicy = {
      name: "lying",
      decide(own) {
        "use strict";
        (own.stay as { targetSoc: number }).targetSoc = 0;
        return undefined;
      },
    };
    expect(await errorOf(day(lying))).to.include("threw TypeError: Cannot assign to read only property 'targetSoc'");
  });

  it("comes in time, or the run ends with the agent's name", async () => {
    const endless: OrderPolicy = {
      name: "endless",
      decide() {
        for (;;);
      },
    };
    expect(await errorOf(day(endless, 0.01))).to.match(
      /^endless, P\d{3}, frame \d+: decide did not answer within 0\.1 s/,
    );
    expect(() =>
      withinSeconds(
        () => void JSON.parse("{"),
        1,
        () => new Error("late"),
      ),
    ).to.throw(SyntaxError);
  });
});

describe("what planners answer", () => {
  const horizon = 3;
  const good = { drawWh: [1n, 2n, 3n], dischargeWh: [0n, 0n, 0n] };
  const expiry = { horizon, allotment: "expiry" } as const;
  const laxity = { horizon, allotment: "laxity" } as const;
  const levels = { drawLevel: [1n, 2n, 3n], dischargeLevel: [0n, 0n, 0n] };

  it("is let through where a plan can be like that", () => expect(planProblem(good, expiry)).to.equal(undefined));

  for (const [what, answer, found] of [
    ["nothing", undefined, "plan answered undefined; expected { drawWh, dischargeWh }"],
    ["a misspelt field", { draw: [], dischargeWh: [] }, "drawWh is missing; found draw"],
    [
      "a figure for a list",
      { ...good, dischargeWh: 5n },
      "dischargeWh is 5n, a bigint; expected a list of 3 bigints, Wh",
    ],
    ["too few figures", { ...good, drawWh: [1n] }, "drawWh has 1 figure; expected 3, one for each frame"],
    ["numbers", { ...good, drawWh: [1n, 2, 3n] }, "drawWh[1] is 2; expected a bigint of Wh from 0n to 16777215n"],
    ["a hole", { ...good, drawWh: Object.assign([1n, 2n], { 2: undefined }) }, "drawWh[2] is undefined; expected"],
    ["less than nothing", { ...good, dischargeWh: [0n, 0n, -5n] }, "dischargeWh[2] is -5n, a bigint; expected"],
    ["more than a field holds", { ...good, drawWh: [2n ** 24n, 0n, 0n] }, "drawWh[0] is 16777216n"],
    ["a stranger", { ...good, note: "x" }, "note is no field of a plan"],
  ] as const) {
    it(`is refused in words: ${what}`, () => expect(planProblem(answer, expiry)).to.include(found));
  }

  it("may be levels where plans are by laxity, and totals there as well", () => {
    expect(planProblem(levels, laxity)).to.equal(undefined);
    expect(planProblem(good, laxity)).to.equal(undefined);
    expect(planProblem(levels, expiry)).to.include("drawWh is missing; found drawLevel, dischargeLevel");
    expect(planProblem({ ...levels, drawLevel: [1n, 2n, 2n ** 24n] }, laxity)).to.include(
      "drawLevel[2] is 16777216n, a bigint; expected a bigint of 2^-17 of a frame from 0n to 16777215n",
    );
    expect(planProblem({ ...levels, drawWh: [] }, laxity)).to.include("drawWh is no field of a plan");
  });

  const book = { frame: 52, horizon } as FrozenBook;
  const asking = (plan: () => Promise<Plan>, seconds = 0.05) =>
    errorOf(askPlanner({ name: "level", plan }, book, seconds));

  it("is named with planner and frame, thrown, wrong or never come", async () => {
    expect(await asking(async () => ({ drawWh: [], dischargeWh: [] }), 20)).to.match(
      /^level, frame 52: drawWh has 0 figures/,
    );
    expect(await asking(() => Promise.reject(new RangeError("no")), 20)).to.match(
      /^level, frame 52: threw RangeError: no/,
    );
    expect(await asking(() => new Promise<never>(() => undefined))).to.equal(
      "level, frame 52: plan did not answer within 0.05 s",
    );
    expect(
      await asking(() => {
        for (;;);
      }),
    ).to.equal("level, frame 52: plan did not answer within 0.05 s");
  });
});
