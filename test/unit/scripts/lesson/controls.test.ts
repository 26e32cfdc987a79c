import { expect } from "chai";

import { readControls } from "../../../../scripts/lesson/controls";
import { InputError } from "../../../../scripts/core/errors";

describe("scripts/lesson/controls", () => {
  it("reads letters and words, apart by spaces or commas", () => {
    const kinds = readControls("n next, F u\n? a e show q", "x").map(({ kind }) => kind);
    expect(kinds).to.deep.equal(["step", "step", "frame", "undo", "help", "answer", "end", "show", "quit"]);
  });

  it("reads the frame to run to, with a space or without", () => {
    expect(readControls("r 5 r12 run 3", "x")).to.deep.equal([
      { kind: "run", frame: 5 },
      { kind: "run", frame: 12 },
      { kind: "run", frame: 3 },
    ]);
  });

  it("says what it does not know and what it takes", () => {
    expect(() => readControls("n jump", "--steps")).to.throw(
      InputError,
      /^--steps: there is no step "jump"; accepted are n \(next\)/,
    );
    expect(() => readControls("r", "--steps")).to.throw(InputError, 'expected a frame after "r", such as "r 5"');
    expect(() => readControls("r soon", "--steps")).to.throw(InputError, "expected a frame");
  });
});
