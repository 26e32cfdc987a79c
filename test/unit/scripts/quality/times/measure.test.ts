import { expect } from "chai";

import { measure } from "../../../../../scripts/quality/times/measure";
import { remove, treeOf } from "../../../../../scripts/quality/times/tree";

const WORK = "let x = 0; const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end) x++;";

describe("measuring a command", function () {
  this.timeout(60_000);

  it("tells its first line from its end, waiting from working, and adds up what its processes work", async () => {
    const script = `console.log("here"); ${WORK} setTimeout(() => {}, 400);`;
    const taken = await measure(["bash", "-c", 'node -e "$1"; node -e "$1"', "bash", script], process.cwd());
    expect(taken.code).to.equal(0);
    expect(taken.firstLineSeconds).to.be.below(taken.wallSeconds - 1);
    expect(taken.processorSeconds).to.be.above(0.6);
    expect(taken.processorSeconds).to.be.below(taken.wallSeconds);
  });

  it("tells that a command failed", async () => {
    const { code, firstLineSeconds, wallSeconds } = await measure(["bash", "-c", "exit 3"], process.cwd());
    expect(code).to.equal(3);
    expect(firstLineSeconds).to.equal(wallSeconds);
  });

  it("says that git knows no such commit", () => {
    expect(() => remove(treeOf(process.cwd(), "no-such-commit"))).to.throw('git knows no commit "no-such-commit"');
  });
});
