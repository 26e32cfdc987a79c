import { expect } from "chai";

import { parseScenario } from "../../../../scripts/scenario/parse";
import { replayOnModel } from "../../../../scripts/scenario/replayOnModel";
import { type ScenarioResultJson, toJson } from "../../../../scripts/scenario/result";
import type { ScenarioInput } from "../../../../scripts/scenario/schema";
import { EXAMPLE, EXAMPLE_RESULT, scenario } from "./fixtures";

function play(overrides: Partial<ScenarioInput>): ScenarioResultJson {
  return toJson(replayOnModel(parseScenario(JSON.stringify(scenario(overrides)), "day.json")));
}

const bid = (price: number, energyWh: number, expiryFrame: number, peakWh = 0) =>
  ({ side: "charge", price, energyWh, expiryFrame, peakWh }) as const;
const ask = (price: number, energyWh: number, expiryFrame: number) =>
  ({ side: "discharge", price, energyWh, expiryFrame }) as const;

const DEAR = 250_000;

describe("replayOnModel", () => {
  it("gives SPEC 9's example exactly, to the order of the fields", () => {
    const result = toJson(replayOnModel(parseScenario(EXAMPLE, "example.json")));
    expect(JSON.stringify(result)).to.equal(JSON.stringify(JSON.parse(EXAMPLE_RESULT)));
  });

  it("gives SPEC 3's worked example exactly", () => {
    const result = play({
      market: { icebergPeakWh: 4000 },
      piles: ["A", "B", "C", "D"].map((id) => ({ id, ratedW: 22_000 })),
      frames: 8,
      events: [
        { frame: 6, pile: "A", place: bid(140_000, 1500, 20) },
        { frame: 6, pile: "B", place: bid(160_000, 6000, 20, 2000) },
        { frame: 6, pile: "C", place: ask(120_000, 1000, 20) },
        { frame: 6, pile: "D", place: ask(150_000, 3000, 20) },
      ],
    });
    expect(result.frames.at(-1)).to.deep.equal({
      frame: 7,
      trades: [
        { sell: "C", buy: "B", price: 140_000, energyWh: 1000 },
        { sell: "D", buy: "B", price: 155_000, energyWh: 1000 },
      ],
      grid: [],
      loadW: 1000,
    });
    expect(result.open).to.deep.equal([
      { pile: "A", side: "charge", price: 140_000, remainingWh: 1500 },
      { pile: "B", side: "charge", price: 160_000, remainingWh: 4000 },
      { pile: "D", side: "discharge", price: 150_000, remainingWh: 2000 },
    ]);
  });

  it("gives frames 1 to frames - 1, and none for a scenario of one frame", () => {
    expect(play({ frames: 5 }).frames.map(({ frame }) => frame)).to.deep.equal([1, 2, 3, 4]);
    const one = play({ frames: 1, events: [{ frame: 0, pile: "A", place: ask(1, 1, 1) }] });
    expect(one).to.deep.equal({
      frames: [],
      pflW: 0,
      open: [{ pile: "A", side: "discharge", price: 1, remainingWh: 1 }],
      rejected: [],
    });
  });

  it("plays the events of a frame in file order, whatever lies between them", () => {
    const result = play({
      events: [
        { frame: 1, pile: "A", cancel: true },
        { frame: 0, pile: "A", place: bid(1, 1, 4) },
        { frame: 1, pile: "A", cancel: true },
        { frame: 0, pile: "B", cancel: true },
      ],
    });
    expect(result.rejected).to.deep.equal([
      { frame: 0, pile: "B", error: "NoLiveOrder" },
      { frame: 1, pile: "A", error: "NoLiveOrder" },
    ]);
  });

  it("plays the last frame's events, which nothing clears", () => {
    const result = play({ events: [{ frame: 4, pile: "B", place: bid(DEAR, 10, 5) }] });
    expect(result.open).to.deep.equal([{ pile: "B", side: "charge", price: DEAR, remainingWh: 10 }]);
  });

  it("repeats 48 figures daily", () => {
    const baseLoadW = Array.from({ length: 48 }, (_, frame) => (frame === 1 ? 500 : 0));
    const { frames, pflW } = play({ baseLoadW, frames: 98 });
    expect(frames.filter(({ loadW }) => loadW !== 0).map(({ frame }) => frame)).to.deep.equal([1, 49, 97]);
    expect(pflW).to.equal(2500);
  });

  it("funds piles amply, or with their balance", () => {
    const events = [
      { frame: 0, pile: "A", place: bid(DEAR, 2000, 9) },
      { frame: 0, pile: "B", place: bid(DEAR, 2000, 9) },
    ];
    const piles = [
      { id: "A", ratedW: 7000 },
      { id: "B", ratedW: 7000, balance: 499_999 },
    ];
    expect(play({ piles, events }).rejected).to.deep.equal([{ frame: 0, pile: "B", error: "InsufficientBalance" }]);
  });

  it("moves money in and out", () => {
    const piles = [{ id: "A", ratedW: 7000, balance: 0 }];
    const event = (action: object) => ({ frame: 0, pile: "A", ...action });
    const result = play({
      piles,
      events: [
        event({ withdraw: 1 }),
        event({ deposit: 100 }),
        event({ withdraw: 60 }),
        event({ place: bid(41, 1000, 9) }),
        event({ place: bid(40, 1000, 9) }),
        event({ withdraw: 1 }),
      ],
    });
    expect(result.rejected.map(({ error }) => error)).to.deep.equal(Array(3).fill("InsufficientBalance"));
    expect(result.open).to.have.length(1);
  });

  it("settles each frame once it is over: a seller can spend what it earned", () => {
    const piles = [
      { id: "A", ratedW: 7000 },
      { id: "B", ratedW: 7000, balance: 0 },
    ];
    const events = (frame: number) => [
      { frame: 0, pile: "A", place: bid(100_000, 1000, 1) },
      { frame: 0, pile: "B", place: ask(100_000, 1000, 1) },
      { frame, pile: "B", withdraw: 100_000 },
    ];
    expect(play({ piles, events: events(1) }).rejected).to.have.length(1);
    expect(play({ piles, events: events(2) }).rejected).to.have.length(0);
  });

  it("replaces, suspends and readmits", () => {
    const result = play({
      events: [
        { frame: 0, pile: "A", place: bid(1, 10, 4) },
        { frame: 0, pile: "A", replace: bid(2, 20, 4) },
        { frame: 0, pile: "B", place: bid(1, 10, 4) },
        { frame: 1, pile: "B", suspend: true },
        { frame: 2, pile: "B", place: bid(1, 10, 4) },
        { frame: 3, pile: "B", readmit: true },
        { frame: 3, pile: "B", place: bid(DEAR, 10, 4) },
        { frame: 3, pile: "B", replace: bid(3, 30, 9) },
      ],
    });
    expect(result.rejected).to.deep.equal([{ frame: 2, pile: "B", error: "PileSuspended" }]);
    expect(result.open).to.deep.equal([{ pile: "B", side: "charge", price: 3, remainingWh: 30 }]);
  });

  it("shows a missed clearing as base load alone", () => {
    const baseLoadW = Array.from({ length: 48 }, (_, frame) => frame * 100);
    const result = play({
      baseLoadW,
      missedClearings: [2],
      events: [{ frame: 1, pile: "A", place: bid(DEAR, 500, 4) }],
    });
    expect(result.frames.map(({ grid, loadW }) => [grid.length, loadW])).to.deep.equal([
      [0, 100],
      [0, 200],
      [1, 1300],
      [0, 400],
    ]);
    expect(result.pflW).to.equal(100 + 100 + 1100 + 900);
  });

  it("counts no step before the one into the first frame cleared, nor after the last", () => {
    const baseLoadW = Array.from({ length: 48 }, (_, frame) => frame * 100);
    expect(play({ baseLoadW, missedClearings: [1, 2] }).pflW).to.equal(200);
    expect(play({ baseLoadW, missedClearings: [4] }).pflW).to.equal(300);
  });

  it("an order whose last frame nobody clears is dead in it", () => {
    const place = { frame: 0, pile: "A", place: bid(DEAR, 500, 4) };
    expect(play({ missedClearings: [1, 2, 3, 4], events: [place] }).open).to.deep.equal([]);
    const later = { frame: 0, pile: "A", place: bid(DEAR, 500, 5) };
    expect(play({ missedClearings: [1, 2, 3, 4], events: [later] }).open).to.have.length(1);
  });

  it("fills nothing from the grid in an unpublished frame, whose steps PFL skips", () => {
    const result = play({
      unpublished: [2],
      events: [{ frame: 1, pile: "A", place: bid(DEAR, 500, 4) }],
    });
    expect(result.frames.map(({ grid, loadW }) => [grid.length, loadW])).to.deep.equal([
      [0, 1000],
      [0, 0],
      [1, 2000],
      [0, 1000],
    ]);
    expect(result.pflW).to.equal(1000);
    expect(play({ unpublished: [0] }).pflW).to.equal(0);
    expect(play({ unpublished: [2], missedClearings: [2] }).frames[1]).to.deep.include({ loadW: 0, trades: [] });
  });

  it("works with any lead, frame and window", () => {
    for (const leadFrames of [1, 2, 95]) {
      const market = { leadFrames, frameSeconds: 900, auctionSeconds: 899 };
      const result = play({ market, frames: 150, events: [{ frame: 0, pile: "A", place: bid(DEAR, 500, 4) }] });
      expect(result.frames[0]?.loadW).to.equal(3000);
      expect(result.pflW).to.equal(4000);
    }
  });
});

describe("toJson", () => {
  it("refuses figures that a JSON number cannot hold", () => {
    const result = { frames: [], pflW: 2n ** 53n, open: [], rejected: [] };
    expect(() => toJson(result)).to.throw(RangeError, "9007199254740992");
  });
});

describe("replayOnModel with rounds [SPEC 4]", () => {
  const events = [{ frame: 1, pile: "A", place: bid(DEAR, 6000, 4, 2000) }];
  const propose = (frame: number, proposer: string, draw: number[], discharge = draw.map(() => 0)) => ({
    frame,
    propose: { proposer, draw, discharge },
  });
  const benefit = { settlement: "benefit", icebergPeakWh: 2000 } as const;

  it("executes the best plan, tells whose it was and why others were refused", () => {
    const result = play({
      market: benefit,
      frames: 6,
      events: [
        ...events,
        propose(1, "P1", [1500, 1500, 1500]),
        propose(1, "P2", [2000, 2000, 2000]),
        propose(1, "P3", [2001, 0, 0]),
        propose(1, "P4", [1]),
      ],
    });
    expect(result.frames[1]).to.deep.equal({
      frame: 2,
      trades: [],
      grid: [{ pile: "A", side: "charge", price: 200_000, energyWh: 2000 }],
      loadW: 5000,
      round: {
        winner: "P2",
        // One step of 4 kW.
        lambda: "62499996093",
        unservedWh: 0,
        refused: [
          { proposer: "P3", error: "PlanNotAllottable" },
          { proposer: "P4", error: "WrongHorizon" },
        ],
      },
    });
    expect(result.frames[0]).not.to.have.property("round");
  });

  it("executes the fallback where nobody beats it, and rejects plans for frames without a round", () => {
    const result = play({
      market: benefit,
      frames: 6,
      missedClearings: [3],
      events: [
        propose(0, "P1", [1]),
        ...events,
        propose(1, "P1", [0, 0, 2000]),
        propose(1, "P2", [0, 0, 1999]),
        propose(2, "P3", [0, 0]),
      ],
    });
    expect(result.frames[1]!.round).to.deep.include({ winner: "fallback", unservedWh: 4000, refused: [] });
    expect(result.rejected).to.deep.equal([
      { frame: 0, pile: "P1", error: "NoOpenRound" },
      { frame: 2, pile: "P3", error: "NoOpenRound" },
    ]);
  });

  it("pays exports out of what the operator paid in", () => {
    const sells = [{ frame: 1, pile: "A", place: ask(40_000, 1000, 2) }];
    const sell = (operatorPrefund: number) =>
      play({
        market: { ...benefit, operatorPrefund },
        baseLoadW: Array.from({ length: 48 }, (_, frame) => (frame < 2 ? 1000 : 3000)),
        frames: 3,
        events: [...sells, propose(1, "P1", [0], [1000])],
      }).frames[1];
    expect(sell(50_000)).to.deep.include({ loadW: 1000 });
    expect(sell(50_000)!.grid).to.deep.equal([{ pile: "A", side: "discharge", price: 50_000, energyWh: 1000 }]);
    expect(sell(0)).to.deep.include({ loadW: 3000, grid: [] });
  });

  it("settles what a round moved by the readings, as it settles what was matched", () => {
    const { settlements } = play({
      market: { ...benefit, operatorPrefund: 50_000, readingSeconds: 600 },
      baseLoadW: Array.from({ length: 48 }, (_, frame) => (frame < 2 ? 1000 : 3000)),
      frames: 3,
      events: [
        { frame: 1, pile: "A", place: ask(40_000, 1000, 2) },
        propose(1, "P1", [0], [1000]),
        { frame: 2, pile: "A", reading: { consumedWh: 0, producedWh: 900 } },
      ],
    });
    // 0.9 kWh at 5 pence to the pile; 0.1 kWh at 15 pence, by which the tariffs differ, from it.
    expect(settlements!.map(({ frame, grid }) => [frame, grid])).to.deep.equal([[2, 15_000 - 45_000]]);
    expect(settlements![0]!.piles[0]).to.deep.include({
      pile: "A",
      agreedWh: 1000,
      producedWh: 900,
      earned: 45_000,
      owed: 15_000,
    });
  });
});
