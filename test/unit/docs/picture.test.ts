import { readFileSync } from "node:fs";

import { expect } from "chai";

import { dayPicture } from "../../../scripts/quality/docs/dayPicture";

describe("docs/day.svg", function () {
  this.timeout(60_000);

  it("is the default day of seed 1", async () => {
    const advice = "if that is meant, `npx hardhat docs:picture --write`";
    expect(readFileSync("docs/day.svg", "utf8"), advice).to.equal(await dayPicture(1));
  });
});
