import { expect } from "chai";

import { effortOf, FULL_CALLS, minimaOf, SHORT_CALLS } from "../../../../../scripts/quality/invariant/efforts";
import { CAMPAIGNS } from "../../../../../scripts/quality/invariant/forge";
import {
  addUp,
  type CampaignTally,
  COUNTERS,
  type Counters,
  faults,
  type HandlerTally,
  type Minima,
  readForge,
  readRuns,
} from "../../../../../scripts/quality/invariant/tally";
import { InputError } from "../../../../../scripts/core/errors";

const MINIMA: Minima = {
  calls: 100,
  successShare: 0.5,
  perHandler: 5,
  clearingsWithTrades: 10,
  roundsExecuted: 3,
  settlements: 4,
  pricesOfLoad: 2,
};
const FUNCTIONS = { Market: ["place", "bookSettlement"], Delivery: ["settle"] };

const handler = (contract: string, name: string, succeeded: number, reverted: number): HandlerTally => ({
  contract,
  name,
  calls: succeeded + reverted,
  succeeded,
  reverted,
});
const campaign = (handlers: HandlerTally[], failure?: string): CampaignTally => ({
  name: "AdbevCampaign",
  failure,
  sequence: failure === undefined ? [] : ["OrdersHandler.place(7)"],
  calls: 0,
  reverted: 0,
  handlers,
});
const counters = (figures: Partial<Counters> = {}): Counters => ({
  ...(Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters),
  clearingsWithTrades: 10,
  plansExecuted: 1,
  fallbacksExecuted: 2,
  settlements: 4,
  pricesOfLoad: 2,
  ...figures,
});
/** Handlers that {@link MINIMA} and {@link FUNCTIONS} ask for. */
const ENOUGH = [
  handler("OrdersHandler", "place", 70, 10),
  handler("DeliveryHandler", "settle", 10, 0),
  handler("HostileHandler", "bookSettlement", 0, 10),
];

const forgeResult = (status: string, kind: unknown): string =>
  `a warning\n${JSON.stringify({
    "test/invariant/Campaign.t.sol:AdbevCampaign": {
      test_results: {
        "invariant_adbev()": {
          status,
          reason: status === "Success" ? null : "INV-3 a fill above a bid's limit",
          counterexample:
            status === "Success"
              ? null
              : {
                  Sequence: [
                    9,
                    [{ contract_name: "a/b.sol:FramesHandler", func_name: "clear", args: "12345 [1.234e4]" }],
                  ],
                },
          kind,
        },
      },
    },
  })}`;
const INVARIANT = {
  Invariant: {
    calls: 12,
    reverts: 3,
    metrics: {
      "test/invariant/handlers/FramesHandler.sol:FramesHandler.clear": { calls: 12, reverts: 2, discards: 1 },
    },
  },
};

describe("the tally of the invariant campaigns", () => {
  it("reads forge's metrics, discarded calls among those that did nothing", () => {
    expect(readForge(forgeResult("Success", INVARIANT))).to.deep.equal([
      {
        name: "AdbevCampaign",
        failure: undefined,
        sequence: [],
        calls: 12,
        reverted: 3,
        handlers: [handler("FramesHandler", "clear", 9, 3)],
      },
    ]);
  });

  it("reads a broken invariant with the calls that led to it", () => {
    const [read] = readForge(forgeResult("Failure", INVARIANT));
    expect(read?.failure).to.equal("INV-3 a fill above a bid's limit");
    expect(read?.sequence).to.deep.equal(["FramesHandler.clear(12345)"]);
  });

  it("says what forge said where that is no result, and where a campaign could not begin", () => {
    expect(() => readForge("Error: Compiler run failed")).to.throw(InputError, "Compiler run failed");
    expect(() => readForge("")).to.throw(InputError, "nothing at all");
    expect(() => readForge(forgeResult("Failure", { Unit: { gas: 1 } }))).to.throw(InputError, "did not begin");
  });

  it("adds runs up, the gas of a clearing aside, and counts a replayed run once", () => {
    const line = (name: string, figure: number) => `${name} ${COUNTERS.map(() => figure).join(" ")}\n`;
    const sum = readRuns(line("adbev", 3) + line("adbev", 5) + line("adbev", 5) + line("benefit", 1), 2);
    expect(sum.clearings).to.equal(9);
    expect(sum.maxClearingGas).to.equal(5);
    expect(() => readRuns("adbev 1 2\n", 2)).to.throw(InputError, "without all its figures");
  });

  it("adds the same handler of several campaigns up", () => {
    const one = campaign([handler("OrdersHandler", "place", 3, 1)]);
    expect(addUp([one, one])).to.deep.equal([handler("OrdersHandler", "place", 6, 2)]);
  });

  it("finds no fault with a campaign that did enough", () => {
    expect(faults([campaign(ENOUGH)], counters(), MINIMA, FUNCTIONS)).to.deep.equal([]);
  });

  const cases: [string, CampaignTally, Counters, string][] = [
    ["a broken invariant, and nothing else", campaign([], "INV-1"), counters(), "AdbevCampaign: INV-1"],
    [
      "too few calls",
      campaign([handler("OrdersHandler", "place", 60, 10), ...ENOUGH.slice(1)]),
      counters(),
      "calls: 90, at least 100 wanted",
    ],
    [
      "too many that revert",
      campaign([handler("OrdersHandler", "place", 30, 60), ...ENOUGH.slice(1)]),
      counters(),
      "not reverting: 36.4 %, at least 50.0 % wanted",
    ],
    [
      "a handler that hardly succeeds",
      campaign([...ENOUGH, handler("OrdersHandler", "cancel", 4, 30)]),
      counters(),
      "OrdersHandler.cancel succeeded: 4, at least 5 wanted",
    ],
    [
      "an attack that is hardly refused",
      campaign([...ENOUGH, handler("HostileHandler", "act", 90, 1)]),
      counters(),
      "HostileHandler.act refused: 1, at least 5 wanted",
    ],
    ["hardly any trades", campaign(ENOUGH), counters({ clearingsWithTrades: 9 }), "clearings with trades: 9"],
    ["hardly any rounds", campaign(ENOUGH), counters({ plansExecuted: 0 }), "rounds executed: 2, at least 3 wanted"],
    ["hardly any settlements", campaign(ENOUGH), counters({ settlements: 3 }), "settlements: 3, at least 4 wanted"],
    [
      "hardly any premiums",
      campaign(ENOUGH),
      counters({ pricesOfLoad: 1 }),
      "premium of the load: 1, at least 2 wanted",
    ],
  ];
  for (const [what, tally, figures, fault] of cases) {
    it(`finds ${what}`, () => {
      const found = faults([tally], figures, MINIMA, FUNCTIONS);
      expect(found).to.have.length(1);
      expect(found[0]).to.include(fault);
    });
  }

  it("finds a function of the ABIs that no handler stands for; an attack under its name is none", () => {
    const hostile = campaign([...ENOUGH, handler("HostileHandler", "submit", 0, 9)]);
    const functions = { ...FUNCTIONS, Market: ["place", "bookSettlement", "submit"] };
    expect(faults([hostile], counters(), MINIMA, functions)).to.have.length(1);
    expect(faults([hostile], counters(), MINIMA, functions)[0]).to.match(/^Market\.submit has no handler of its name/);
  });

  it("asks the full campaign for a million calls and more than 1 000 clearings with trades", () => {
    const { runs, depth } = effortOf(FULL_CALLS, 1, "0x1");
    expect(runs * depth * CAMPAIGNS).to.be.at.least(1_000_000);
    expect(minimaOf(FULL_CALLS).clearingsWithTrades).to.be.at.least(1_000);
    expect(minimaOf(SHORT_CALLS).perHandler).to.be.greaterThan(0);
  });
});
