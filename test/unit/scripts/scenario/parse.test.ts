import { expect } from "chai";
import fc from "fast-check";

import { InputError, parseScenario } from "../../../../scripts/scenario/parse";
import { publicationOf } from "../../../../scripts/scenario/scenario";
import { AMPLE_BALANCE } from "../../../../scripts/scenario/schema";
import { PARAMETERS } from "../model/fixtures";
import { EXAMPLE, scenario } from "./fixtures";
import { cases } from "../../../helpers/cases";

const parse = (value: unknown) => parseScenario(JSON.stringify(value), "day.json");
const order = { side: "charge", price: 1, energyWh: 1, expiryFrame: 3 } as const;

const ORDERED = { price: 250_000n, energyWh: 5_000n, peakWh: 0n };

function message(text: string): string {
  try {
    parseScenario(text, "day.json");
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("expected an InputError");
}

/** The message, without the position, for a scenario that is fine but for this. */
function complaint(overrides: Record<string, unknown>): string {
  return message(JSON.stringify({ ...scenario(), ...overrides })).replace(/^day\.json:1:\d+: /, "");
}

describe("parseScenario", () => {
  it("takes a list of sessions, each an order from arrival to departure, and says what is wrong with one", () => {
    const piles = [
      { id: "A", ratedW: 7_000 },
      { id: "B", ratedW: 7_000 },
    ];
    const session = { pile: "A", arrivalFrame: 1, departureFrame: 3, energyWh: 5_000, price: 250_000 };
    const with_ = (...sessions: object[]) => ({ ...scenario(), piles, frames: 6, events: [], sessions });
    expect(
      parse(with_(session, { ...session, side: "discharge", arrivalFrame: 3, departureFrame: 5 })).events,
    ).to.have.deep.members([
      { frame: 1, pile: "A", action: { kind: "place", order: { ...ORDERED, side: "charge", expiryFrame: 3 } } },
      { frame: 3, pile: "A", action: { kind: "place", order: { ...ORDERED, side: "discharge", expiryFrame: 5 } } },
    ]);
    // A battery of 90 % gets 5 kWh of 5 556 Wh drawn, and gives up 5 kWh for 4 500 Wh fed in.
    const lossy = { ...session, efficiency: 9_000 };
    const drawn = { ...ORDERED, side: "charge", expiryFrame: 3, energyWh: 5_556n };
    const fedIn = { ...ORDERED, side: "discharge", expiryFrame: 3, energyWh: 4_500n };
    expect(parse(with_(lossy, { ...lossy, pile: "B", side: "discharge" })).events).to.have.deep.members([
      { frame: 1, pile: "A", action: { kind: "place", order: drawn } },
      { frame: 1, pile: "B", action: { kind: "place", order: fedIn } },
    ]);
    const wrong = (...sessions: object[]) => complaint(with_(...sessions));
    expect(wrong({ ...session, efficiency: 4_999 })).to.match(/^sessions\[0\]\.efficiency: expected a whole number/);
    expect(wrong({ ...lossy, energyWh: 2 ** 32 - 1 })).to.match(
      /^sessions\[0\]\.energyWh: must be at most 4294967295 Wh/,
    );
    expect(wrong({ ...session, pile: "C" })).to.equal('sessions[0].pile: must be one of the piles, found "C"');
    expect(wrong({ ...session, arrivalFrame: 6 })).to.match(/^sessions\[0\]\.arrivalFrame: must be 0 to 5/);
    expect(wrong({ ...session, departureFrame: 1 })).to.match(
      /departureFrame: must be after arrivalFrame \(1\), found 1/,
    );
    expect(wrong(session, { ...session, arrivalFrame: 2, departureFrame: 4 })).to.equal(
      'sessions[1].pile: must be free, but sessions[0] is at pile "A" from frame 1 to 3',
    );
    expect(wrong({ ...session, energy: 5 })).to.match(
      /^sessions\[0\]\.energy: is unknown; expected only the fields pile/,
    );
  });

  it("reads the example of SPEC 9", () => {
    const { market, publications, piles, frames, events, ...rest } = parseScenario(EXAMPLE, "example.json");
    // The largest import tariff of the file is the cap.
    expect(market).to.deep.equal({ ...PARAMETERS, icebergPeakWh: 2000n, importCapPerKwh: 200_000n });
    expect(publications).to.have.length(48);
    expect(publications[47]).to.deep.equal({
      baseLoadW: 33_000n,
      importPricePerKwh: 200_000n,
      exportPricePerKwh: 50_000n,
      wheelingPricePerKwh: 0n,
    });
    expect(piles[2]).to.deep.equal({ id: "C", ratedW: 7000n, balance: AMPLE_BALANCE });
    expect(frames).to.equal(4);
    expect(events).to.have.length(5);
    expect(events[0]).to.deep.equal({
      frame: 0,
      pile: "A",
      action: {
        kind: "place",
        order: { side: "charge", price: 140_000n, energyWh: 1500n, peakWh: 0n, expiryFrame: 10 },
      },
    });
    expect(events[3]).to.deep.equal({ frame: 1, pile: "C", action: { kind: "cancel" } });
    expect(rest).to.deep.equal({
      fileName: "example.json",
      proposals: [],
      readings: new Map(),
      operatorPrefund: 0n,
      missedClearings: new Set(),
      unpublished: new Set(),
    });
  });

  it("fills in the market of the example where none is given", () => {
    expect(parse(scenario()).market).to.deep.equal(parseScenario(EXAMPLE, "").market);
    expect(parse(scenario()).publications[0]).to.include({ importPricePerKwh: 200_000n, exportPricePerKwh: 50_000n });
  });

  it("takes one figure or 48, repeated daily", () => {
    const importPricePerKwh = Array.from({ length: 48 }, (_, frame) => 10 + frame);
    const parsed = parse(
      scenario({ market: { importPricePerKwh, exportPricePerKwh: 7 }, frames: 100, unpublished: [50] }),
    );
    expect(publicationOf(parsed, 47)?.importPricePerKwh).to.equal(57n);
    expect(publicationOf(parsed, 49)?.importPricePerKwh).to.equal(11n);
    expect(publicationOf(parsed, 49)?.exportPricePerKwh).to.equal(7n);
    expect(publicationOf(parsed, 50)).to.equal(undefined);
  });

  it("caps wheeling at the largest charge unless told otherwise", () => {
    const wheelingPricePerKwh = Array.from({ length: 48 }, (_, frame) => (frame === 9 ? 30 : 20));
    expect(parse(scenario({ market: { wheelingPricePerKwh } })).market.wheelingCapPerKwh).to.equal(30n);
    expect(
      parse(scenario({ market: { wheelingPricePerKwh, wheelingCapPerKwh: 40 } })).market.wheelingCapPerKwh,
    ).to.equal(40n);
    expect(parse(scenario({ market: { wheelingCapPerKwh: 5 } })).market.wheelingCapPerKwh).to.equal(5n);
  });

  it("caps the import tariff at the largest unless told otherwise, and lets bonds cover it where they must", () => {
    const importPricePerKwh = Array.from({ length: 48 }, (_, frame) => (frame === 9 ? 300_000 : 200_000));
    expect(parse(scenario({ market: { importPricePerKwh } })).market).to.include({
      importCapPerKwh: 300_000n,
      bondPricePerKwh: 0n,
    });
    const meters = { importPricePerKwh, readingSeconds: 600 };
    expect(parse(scenario({ market: meters })).market.bondPricePerKwh).to.equal(300_000n);
    expect(parse(scenario({ market: { ...meters, importCapPerKwh: 400_000 } })).market.bondPricePerKwh).to.equal(
      400_000n,
    );
    expect(parse(scenario({ market: { ...meters, breach: "counterparty" } })).market.bondPricePerKwh).to.equal(0n);
  });

  it("refuses markets that would be useless or unsafe", () => {
    const importPricePerKwh = Array.from({ length: 48 }, (_, frame) => 100 + frame);
    const cases: [Record<string, unknown>, string][] = [
      [{ leadFrames: 0 }, "market.leadFrames: expected a whole number of frames, 1 to 95, found 0"],
      [{ importCapPerKwh: 9 }, "market.importPricePerKwh: must be at most importCapPerKwh (9), found 200000"],
      [
        { exportPricePerKwh: 200_001 },
        "market.exportPricePerKwh: must be at most importPricePerKwh (200000), found 200001",
      ],
      [
        { importPricePerKwh, exportPricePerKwh: 101 },
        "market.exportPricePerKwh: must be at most importPricePerKwh (100), found 101",
      ],
      [
        {
          importPricePerKwh,
          exportPricePerKwh: importPricePerKwh.map((price, frame) => (frame === 5 ? price + 1 : price)),
        },
        "market.exportPricePerKwh[5]: must be at most importPricePerKwh (105), found 106",
      ],
      [
        { settlement: "benefit", finaliseSeconds: 0 },
        "market.finaliseSeconds: must be above 0 where plans compete, found 0",
      ],
      [
        { settlement: "benefit", roundSeconds: 241 },
        "market.roundSeconds: must leave 2 roundSeconds + finaliseSeconds within auctionSeconds (600), found 602",
      ],
      [{ minCredit: 5_001 }, "market.minCredit: must be at most initialCredit (5000), found 5001"],
      [{ matching: "credit" }, 'market.matching: "credit" needs a market with meters: market.readingSeconds above 0'],
      [
        { readingSeconds: 600, bondPricePerKwh: 199_999 },
        "market.bondPricePerKwh: must be at least importCapPerKwh (200000) with meters where a defaulter pays, found 199999",
      ],
    ];
    for (const [market, problem] of cases) expect(complaint({ market })).to.equal(problem);
  });

  it("refuses readings above what a pile moves in a frame", () => {
    const events = [{ frame: 1, pile: "A", reading: { consumedWh: 3_501, producedWh: 0 } }];
    expect(complaint({ market: { readingSeconds: 600 }, events })).to.equal(
      'events[0].reading.consumedWh: must be at most what pile "A" moves in a frame, 3500 Wh, found 3501',
    );
  });

  it("reads every kind of event", () => {
    const events = [
      { place: { ...order, peakWh: 9 } },
      { replace: order },
      { cancel: true as const },
      { suspend: true as const },
      { readmit: true as const },
      { deposit: 5 },
      { withdraw: 6 },
    ].map((action) => ({ frame: 1, pile: "A", ...action }));
    const actions = parse(scenario({ events })).events.map(({ action }) => action);
    expect(actions.map(({ kind }) => kind)).to.deep.equal([
      "place",
      "replace",
      "cancel",
      "suspend",
      "readmit",
      "deposit",
      "withdraw",
    ]);
    expect(actions[0]).to.deep.include({
      order: { side: "charge", price: 1n, energyWh: 1n, peakWh: 9n, expiryFrame: 3 },
    });
    expect(actions.slice(5)).to.deep.equal([
      { kind: "deposit", amount: 5n },
      { kind: "withdraw", amount: 6n },
    ]);
  });

  it("reads balances and operators", () => {
    const { piles } = parse(scenario({ piles: [{ id: "A", ratedW: 2, balance: 0, operator: "Vattenfall" }] }));
    expect(piles).to.deep.equal([{ id: "A", ratedW: 2n, balance: 0n, operator: "Vattenfall" }]);
  });

  describe("says where, what is wrong and what is accepted:", () => {
    it("file, line and column", () => {
      expect(message(EXAMPLE.replace('"ratedW": 7000', '"ratedW": "7 kW"'))).to.equal(
        'day.json:4:38: piles[0].ratedW: expected a whole number of W, 1 to 16777215, found "7 kW"',
      );
      expect(message(EXAMPLE.replace('"frames": 4,', '"frames": 4'))).to.equal(
        'day.json:6:3: not valid JSON: expected "," or "}", found """',
      );
    });

    it("has no stack", () => {
      try {
        parse(null);
      } catch (error) {
        expect((error as Error).stack).to.equal(`InputError: ${(error as Error).message}`);
      }
    });

    it("the figure as it stands in the file, which a double may not hold", () => {
      const text = JSON.stringify({ piles: [], frames: 3, baseLoadW: 123456 }).replace("123456", "9007199254740993");
      expect(() => parseScenario(text, "x.json")).to.throw(/-2147483647 to 2147483647.*found 9007199254740993$/);
    });

    it("more piles than a contract takes", () => {
      const piles = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `P${i}`, ratedW: 7_000 }));
      const problem = (count: number, market: object) => complaint({ piles: piles(count), events: [], market });
      const tooMany = (most: number) =>
        `piles: must be at most ${most}, as many as such a market has, found ${most + 1}`;
      expect(problem(1_025, {})).to.equal(tooMany(1_024));
      expect(problem(513, { readingSeconds: 3_600 })).to.equal(tooMany(512));
      expect(problem(513, { settlement: "benefit", maxHorizon: 48 })).to.equal(tooMany(512));
      const full = { piles: piles(1_024), frames: 3, baseLoadW: 0 };
      expect(parseScenario(JSON.stringify(full), "x.json").piles).to.have.length(1_024);
    });

    it("not an object", () => {
      const fields = "{ market, baseLoadW, piles, frames, events, sessions, missedClearings, unpublished }";
      expect(message("[]")).to.equal(`day.json:1:1: expected an object: ${fields}, found a list of 0`);
      expect(message("null")).to.equal(`day.json:1:1: expected an object: ${fields}, found null`);
    });

    const place = (overrides: Record<string, unknown>) => ({
      events: [{ frame: 0, pile: "A", place: { ...order, ...overrides } }],
    });
    const propose = { frame: 0, propose: { proposer: "P1", draw: [0], discharge: [0] } };
    const ofPrice = "a whole number of money units per kWh, 0 to 9007199254740991";
    const cases: [string, Record<string, unknown>, string][] = [
      ["missing field", { frames: undefined }, "frames: is missing; expected a whole number, 1 to 17568"],
      [
        "unknown field",
        { frame: 3 },
        "frame: is unknown; expected only the fields market, baseLoadW, piles, frames, events, sessions, missedClearings, unpublished",
      ],
      [
        "misspelt field",
        { events: [{ frame: 0, pile: "A", place: { side: "charge", price: 1, energy: 1, expiryFrame: 3 } }] },
        "events[0].place.energy: is unknown; expected only the fields side, price, energyWh, expiryFrame, peakWh",
      ],
      ["null", { frames: null }, "frames: expected a whole number, 1 to 17568, found null"],
      ["fraction", { frames: 1.5 }, "frames: expected a whole number, 1 to 17568, found 1.5"],
      ["too many frames", { frames: 17569 }, "frames: expected a whole number, 1 to 17568, found 17569"],
      ["number too large", place({ price: 1e300 }), `events[0].place.price: expected ${ofPrice}, found 1e+300`],
      ["negative price", place({ price: -1 }), `events[0].place.price: expected ${ofPrice}, found -1`],
      ["side", place({ side: "buy" }), 'events[0].place.side: expected "charge" or "discharge", found "buy"'],
      [
        "settlement",
        { market: { settlement: "poa" } },
        'market.settlement: expected "adbev" or "benefit", found "poa"',
      ],
      [
        "proposal without a round",
        { events: [propose] },
        'events[0].propose: needs a market with "settlement": "benefit"',
      ],
      [
        "proposal of a pile",
        { market: { settlement: "benefit" }, events: [{ ...propose, pile: "A" }] },
        "events[0].pile: must not stand beside propose",
      ],
      [
        "event of no pile",
        { events: [{ frame: 0, cancel: true }] },
        "events[0].pile: is missing; expected the id of one of the piles",
      ],
      [
        "weather above 0.3",
        { piles: [{ id: "A", ratedW: 7000, weather: 3000 }] },
        "piles[0].weather: expected a whole number of 1/10 000, 0 to 2999, found 3000",
      ],
      [
        "attribute beyond its scale",
        { piles: [{ id: "A", ratedW: 7000, attributes: { renewable: 1001 } }] },
        "piles[0].attributes.renewable: expected a whole number, 0 to 1000, found 1001",
      ],
      [
        "reading without meters",
        { events: [{ frame: 1, pile: "A", reading: { consumedWh: 1, producedWh: 0 } }] },
        "events[0].reading: needs a market with meters: market.readingSeconds above 0",
      ],
      [
        "silence without meters",
        { events: [{ frame: 1, pile: "A", silent: true }] },
        "events[0].silent: needs a market with meters: market.readingSeconds above 0",
      ],
      [
        "reading of frame 0",
        { market: { readingSeconds: 1 }, events: [{ frame: 0, pile: "A", silent: true }] },
        "events[0].frame: must be 1 or more, as nothing is delivered in frame 0, found 0",
      ],
      [
        "two readings of one frame",
        {
          market: { readingSeconds: 1 },
          events: [
            { frame: 1, pile: "A", silent: true },
            { frame: 1, pile: "A", reading: { consumedWh: 1, producedWh: 0 } },
          ],
        },
        'events[1]: must be the only reading or silence of pile "A" in frame 1',
      ],
      [
        "short list",
        { market: { importPricePerKwh: [1, 2] } },
        `market.importPricePerKwh: expected ${ofPrice}, or a list of 48 of them, found a list of 2`,
      ],
      [
        "wrong figure in a list",
        { market: { importPricePerKwh: Array.from({ length: 48 }, (_, i) => (i === 40 ? "x" : 1)) } },
        `market.importPricePerKwh[40]: expected ${ofPrice}, found "x"`,
      ],
      [
        "base load",
        { baseLoadW: "high" },
        'baseLoadW: expected a whole number of W, -2147483647 to 2147483647, or a list of 48 of them, found "high"',
      ],
      [
        "missing base load",
        { baseLoadW: undefined },
        "baseLoadW: is missing; expected a whole number of W, -2147483647 to 2147483647, or a list of 48 of them",
      ],
      ["not a list", { piles: {} }, "piles: expected a list of piles, found {}"],
      ["empty id", { piles: [{ id: "", ratedW: 1 }] }, 'piles[0].id: expected a text of 1 to 64 characters, found ""'],
      [
        "cancel false",
        { events: [{ frame: 0, pile: "A", cancel: false }] },
        "events[0].cancel: expected true, found false",
      ],
      [
        "window",
        { market: { auctionSeconds: 1800 } },
        "market.auctionSeconds: must be below frameSeconds (1800), found 1800",
      ],
      [
        "tick",
        { market: { tickSize: 7 } },
        "market.importPricePerKwh: must be a multiple of tickSize (7), found 200000",
      ],
      [
        "tariff range",
        { market: { exportPricePerKwh: 2 ** 24 } },
        "market.exportPricePerKwh: must be at most 16777215 times tickSize (1), found 16777216",
      ],
      [
        "wheeling cap",
        { market: { wheelingPricePerKwh: 2, wheelingCapPerKwh: 1 } },
        "market.wheelingPricePerKwh: must be at most wheelingCapPerKwh (1), found 2",
      ],
      [
        "twice the same pile",
        {
          piles: [
            { id: "A", ratedW: 9 },
            { id: "A", ratedW: 9 },
          ],
        },
        'piles[1].id: must be unique, but "A" is used before',
      ],
      [
        "a pile that moves nothing",
        { piles: [{ id: "A", ratedW: 1 }] },
        "piles[0].ratedW: must move 1 Wh in a frame of 1800 s: at least 2 W, found 1",
      ],
      [
        "late event",
        { events: [{ frame: 5, pile: "A", cancel: true }] },
        "events[0].frame: must be 0 to 4, as the scenario has 5 frames, found 5",
      ],
      [
        "unknown pile",
        { events: [{ frame: 0, pile: "Z", cancel: true }] },
        'events[0].pile: must be one of the piles (A, B), found "Z"',
      ],
      [
        "no pile at all",
        { piles: [], events: [{ frame: 0, pile: "Z", cancel: true }] },
        'events[0].pile: must be one of the piles (there are none), found "Z"',
      ],
      [
        "nothing to do",
        { events: [{ frame: 0, pile: "A" }] },
        "events[0]: must have exactly one of place, replace, cancel, suspend, readmit, deposit, withdraw, reading, silent, found none",
      ],
      [
        "two things to do",
        { events: [{ frame: 0, pile: "A", cancel: true, deposit: 1 }] },
        "events[0]: must have exactly one of place, replace, cancel, suspend, readmit, deposit, withdraw, reading, silent, found cancel and deposit",
      ],
      ["missed frame 0", { missedClearings: [0] }, "missedClearings[0]: must be 1 to 4, found 0"],
      ["missed twice", { missedClearings: [1, 1] }, "missedClearings[1]: must be listed once, but 1 is listed before"],
      ["unpublished beyond the end", { unpublished: [0, 5] }, "unpublished[1]: must be 0 to 4, found 5"],
      [
        "missed in a scenario of one frame",
        { frames: 1, missedClearings: [1] },
        "missedClearings[0]: no frame is cleared in so short a scenario, found 1",
      ],
    ];
    for (const [what, overrides, expected] of cases) {
      it(what, () => expect(complaint(overrides)).to.equal(expected));
    }
  });

  it("answers any text with a scenario or an InputError", () => {
    const cut = fc.tuple(
      fc.nat({ max: EXAMPLE.length }),
      fc.nat({ max: 40 }),
      fc.constantFrom("", "0", '"', "{", "-", "null"),
    );
    fc.assert(
      fc.property(cut, ([from, length, insert]) => {
        try {
          parseScenario(EXAMPLE.slice(0, from) + insert + EXAMPLE.slice(from + length), "day.json");
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).to.match(/^day\.json:\d+:\d+: [^\n]+$/);
        }
      }),
      { seed: 9, numRuns: cases(2000) },
    );
  });
});
