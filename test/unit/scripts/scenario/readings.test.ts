import { expect } from "chai";

import { parseScenario } from "../../../../scripts/scenario/parse";
import { replayOnModel } from "../../../../scripts/scenario/replayOnModel";
import { type ScenarioResultJson, toJson } from "../../../../scripts/scenario/result";
import type { ScenarioInput } from "../../../../scripts/scenario/schema";
import { scenario } from "./fixtures";

type Event = NonNullable<ScenarioInput["events"]>[number];

/** A sells B 2 kWh at 0.12 in frame 1, and again in frame 2; tariffs 0.2 and 0.05. */
const TRADES: Event[] = [0, 1].flatMap((frame): Event[] => [
  {
    frame,
    pile: "A",
    place: { side: "discharge", price: 100_000, energyWh: 2_000, expiryFrame: frame + 1 },
  },
  {
    frame,
    pile: "B",
    place: { side: "charge", price: 140_000, energyWh: 2_000, expiryFrame: frame + 1 },
  },
]);

function play(overrides: Partial<ScenarioInput>, readingSeconds = 3600): ScenarioResultJson {
  const { market = {}, events = [], ...rest } = overrides;
  const file = scenario({ market: { readingSeconds, ...market }, events: [...TRADES, ...events], ...rest });
  return toJson(replayOnModel(parseScenario(JSON.stringify(file), "day.json")));
}

describe("a scenario with meters", () => {
  it("settles as agreed where nothing is said", () => {
    const { settlements } = play({});
    expect(settlements!.map(({ frame }) => frame)).to.deep.equal([1, 2]);
    expect(settlements![0]).to.deep.equal({
      frame: 1,
      piles: [
        {
          ...{ pile: "B", side: "charge", agreedWh: 2_000, consumedWh: 2_000, producedWh: 0, silent: false },
          ...{ owed: 240_000, earned: 0, claimed: 0, credit: 5_098 },
        },
        {
          ...{ pile: "A", side: "discharge", agreedWh: 2_000, consumedWh: 0, producedWh: 2_000, silent: false },
          ...{ owed: 0, earned: 240_000, claimed: 0, credit: 5_098 },
        },
      ],
      grid: 0,
      imbalance: {
        ...{ overConsumption: 0, underConsumption: 0, overProduction: 0, underProduction: 0 },
        silence: 0,
      },
    });
  });

  it("has no settlements without them", () => {
    expect(play({}, 0)).not.to.have.property("settlements");
  });

  it("settles by the readings of the frame that was delivered", () => {
    const { settlements } = play({
      events: [
        { frame: 1, pile: "B", reading: { consumedWh: 2_500, producedWh: 0 } },
        { frame: 2, pile: "A", reading: { consumedWh: 0, producedWh: 1_500 } },
      ],
    });
    const [first, second] = settlements!;
    expect(first!.piles[0]).to.include({ pile: "B", consumedWh: 2_500, owed: 415_000 });
    expect(first!.imbalance.overConsumption).to.equal(175_000);
    expect(second!.piles[1]).to.include({ pile: "A", producedWh: 1_500, owed: 75_000, earned: 180_000 });
    expect(second!.imbalance.underProduction).to.equal(75_000);
    // 5 098 on 102 kWh, then 1.5 of 2 kWh.
    expect(second!.piles[1]!.credit).to.equal(5_144);
  });

  it("settles a frame with a silent pile later than those after it", () => {
    const { settlements } = play({ events: [{ frame: 1, pile: "B", silent: true }] });
    expect(settlements!.map(({ frame }) => frame)).to.deep.equal([2, 1]);
    expect(settlements![1]!.piles[0]).to.include({ pile: "B", silent: true, consumedWh: 3_500, owed: 765_000 });
    expect(settlements![1]!.imbalance.silence).to.equal(525_000);
    // Both frames: 2 of 4 kWh on 100.
    expect(settlements![1]!.piles[0]!.credit).to.equal(5_000);
  });

  it("settles what is overdue after the end", () => {
    const { settlements } = play({ frames: 3, events: [{ frame: 2, pile: "A", silent: true }] });
    expect(settlements!.map(({ frame }) => frame)).to.deep.equal([1, 2]);
    expect(settlements![1]!.piles[1]).to.include({ pile: "A", silent: true, earned: 0 });
  });

  it("pays surplus out of what the operator put in", () => {
    const events: Event[] = [{ frame: 1, pile: "A", reading: { consumedWh: 0, producedWh: 3_000 } }];
    const surplus = (operatorPrefund: number) =>
      play({ market: { operatorPrefund }, events }).settlements![0]!.piles[1];
    expect(surplus(0)).to.include({ earned: 240_000, claimed: 50_000 });
    expect(surplus(30_000)).to.include({ earned: 270_000, claimed: 20_000 });
    expect(surplus(50_000)).to.include({ earned: 290_000, claimed: 0 });
  });

  it("knows a pile's weather, operator and attributes", () => {
    const piles = (more: object) => [
      { id: "A", ratedW: 7000, ...more },
      { id: "B", ratedW: 7000, operator: "one" },
    ];
    const events: Event[] = [{ frame: 1, pile: "A", reading: { consumedWh: 0, producedWh: 1_000 } }];
    const credit = (more: object) => play({ piles: piles(more), events }).settlements![0]!.piles[1]!.credit;
    expect(credit({})).to.equal(5_000);
    expect(credit({ weather: 2_500 })).to.equal(5_025);
    expect(credit({ operator: "one", weather: 2_500 })).to.equal(5_000);

    const asks = ["A", "B"].map((pile): Event => ({
      ...{ frame: 0, pile, place: { side: "discharge", price: 100_000, energyWh: 1_000, expiryFrame: 1 } },
    }));
    const buyer: Event = {
      frame: 0,
      pile: "C",
      place: { side: "charge", price: 100_000, energyWh: 1_000, expiryFrame: 1 },
    };
    const file = scenario({
      market: { matching: "credit", readingSeconds: 600 },
      piles: [
        { id: "A", ratedW: 7000 },
        { id: "B", ratedW: 7000, attributes: { renewable: 1_000 } },
        { id: "C", ratedW: 7000 },
      ],
      events: [...asks, buyer],
    });
    const { frames } = replayOnModel(parseScenario(JSON.stringify(file), "day.json"));
    expect(frames[0]!.trades).to.deep.equal([{ sell: "B", buy: "C", price: 100_000n, energyWh: 1_000n }]);
  });

  it("stops a pile whose credit is too low, and one that could not pay for what it may take", () => {
    const again: Event = {
      frame: 4,
      pile: "B",
      place: { side: "charge", price: 100_000, energyWh: 1_000, expiryFrame: 5 },
    };
    const nothing = [1, 2].map((frame): Event => ({ frame, pile: "B", reading: { consumedWh: 0, producedWh: 0 } }));
    const events = [...nothing, again];
    expect(play({ market: { minCredit: 5_000 }, events }).rejected).to.deep.equal([
      { frame: 4, pile: "B", error: "CreditTooLow" },
    ]);
    // 280 000 for the bid and 1 225 000 for the 3.5 kWh that its pile moves in a frame.
    const poor = (balance: number) => [
      { id: "A", ratedW: 7000 },
      { id: "B", ratedW: 7000, balance },
    ];
    const over: Event = { frame: 1, pile: "B", reading: { consumedWh: 3_500, producedWh: 0 } };
    const { settlements, rejected } = play({ piles: poor(1_505_000), events: [over, again] });
    expect(settlements![0]!.piles[0]).to.include({ owed: 765_000 });
    expect(rejected).to.deep.equal([{ frame: 1, pile: "B", error: "InsufficientBalance" }]);
    const without = play({ piles: poor(1_504_999), events: [again] });
    expect([without.settlements, without.rejected]).to.deep.equal([[], []]);
    expect(without.frames[0]!.trades).to.deep.equal([]);
  });
});
