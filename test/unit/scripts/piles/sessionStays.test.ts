import { expect } from "chai";

import type { Session } from "../../../../scripts/data/import/sessionRow";
import { sessionStays, type StaysOptions } from "../../../../scripts/piles/populations/sessions";

const HOUR = 3600;

const session = (part: Partial<Session>): Session => ({
  ...{ line: 2, arrival: 18 * HOUR, departure: 20 * HOUR, energyWh: 13_000, pile: "A", ratedW: 7_400, side: "charge" },
  ...part,
});
const staysOf = (sessions: Session[], options: Partial<StaysOptions> = {}) =>
  sessionStays(sessions, { file: "sessions.csv", origin: 0, frameSeconds: 1800, ratedW: 7_000, ...options });

describe("stays of recorded sessions", () => {
  it("keep the whole need, whatever the stay allows", () => {
    expect(staysOf([session({})])).to.deep.equal([
      {
        ...{ pile: "A", side: "charge", arrivalFrame: 36, departureFrame: 39, batteryWh: 13_000 },
        ...{ initialSoc: 0, targetSoc: 1, ratedW: 7_400, recorded: true },
      },
    ]);
    const short = staysOf([session({ arrival: 18 * HOUR + 60, departure: 18 * HOUR + 120 })]);
    expect(
      short.map(({ arrivalFrame, departureFrame, batteryWh }) => [arrivalFrame, departureFrame, batteryWh]),
    ).to.deep.equal([[36, 36, 13_000]]);
    expect(staysOf([session({ energyWh: 0 })])).to.deep.equal([]);
  });

  it("sell what they hold, and have the rated power told where the file has none", () => {
    const [stay] = staysOf([session({ side: "discharge", ratedW: undefined })]);
    expect(stay).to.deep.include({ side: "discharge", initialSoc: 1, targetSoc: 0, ratedW: 7_000 });
  });

  it("go to free piles where the file names none", () => {
    const at = (from: number, to: number) => session({ pile: undefined, arrival: from * HOUR, departure: to * HOUR });
    expect(staysOf([at(8, 12), at(9, 10), at(13, 15)]).map(({ pile }) => pile)).to.deep.equal(["P001", "P002", "P001"]);
  });

  describe("two at one pile at once", () => {
    const two = [session({}), session({ line: 3, arrival: 19 * HOUR, departure: 22 * HOUR })];

    it("are an error that says what people then need", () => {
      expect(() => staysOf(two)).to.throw(
        "sessions.csv:3: pile: pile A is still taken by the session of line 2; say --overlap queue (plugs in once it is free), " +
          "--overlap split (a pile with several outlets), or --columns pile= (any free pile)",
      );
      const items = two.map((one, index) => ({ ...one, path: `_items[${index}]` }));
      expect(() => staysOf(items)).to.throw(
        "sessions.csv:3: _items[1].pile: pile A is still taken by the session of _items[0]",
      );
    });

    it("queue: the later one waits, and may get no frame at all", () => {
      const within = session({ line: 4, arrival: 19 * HOUR, departure: 19.4 * HOUR });
      const frames = (overlap: "queue" | "split", sessions: Session[]) =>
        staysOf(sessions, { overlap }).map(({ pile, arrivalFrame, departureFrame }) => [
          pile,
          arrivalFrame,
          departureFrame,
        ]);
      expect(frames("queue", two)).to.deep.equal([
        ["A", 36, 39],
        ["A", 39, 43],
      ]);
      const [, waiting] = frames("queue", [session({}), within]);
      expect(waiting![1]).to.equal(waiting![2]);
      expect(frames("split", [...two, within])).to.deep.equal([
        ["A", 36, 39],
        ["A#2", 38, 43],
        ["A#3", 38, 38],
      ]);
    });

    it("is none where one leaves in the half-hour in which the next arrives", () => {
      const next = session({ line: 3, arrival: 20 * HOUR - 60, departure: 22 * HOUR });
      expect(staysOf([session({}), next]).map(({ pile }) => pile)).to.deep.equal(["A", "A"]);
    });
  });
});
