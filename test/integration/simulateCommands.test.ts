import { expect } from "chai";

import { hardhatIntoSlowPipe } from "../helpers/hardhatCommand";

describe("simulation commands", function () {
  this.timeout(120_000);

  it("JSON goes into a pipe whole, however long it is", async () => {
    const { code, stdout } = await hardhatIntoSlowPipe("simulate:day", "--on", "model", "--json");
    expect(code).to.equal(0);
    expect(stdout.length).to.be.greaterThan(65_536);
    expect((JSON.parse(stdout) as { frames: unknown[] }).frames).to.have.length(48);
  });
});
