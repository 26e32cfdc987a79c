import { expect } from "chai";

import { isWithin, MARKET_BOUNDS, marketProblem, ratedProblem } from "../../../../scripts/core/bounds";
import { DEFAULT_PARAMETERS, withDefaults } from "../../../../scripts/core/parameters";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { wouldOpenMarket } from "../../../helpers/boundedMarket";

describe("bounds of a market", function () {
  this.timeout(120_000);

  it("take the market that comes along, and name the figure that none has", () => {
    expect(marketProblem(DEFAULT_PARAMETERS)).to.equal(undefined);
    expect(marketProblem({ ...DEFAULT_PARAMETERS, icebergPeakWh: 0n })).to.equal(
      "icebergPeakWh is 0; expected a whole number of Wh, 1 to 1048575",
    );
    expect(marketProblem({ capacityW: 5n, lossAllowanceW: 6n })).to.include("lossAllowanceW is 6; expected at most");
    expect(marketProblem({ ...DEFAULT_PARAMETERS, leadFrames: 0 })).to.include("leadFrames is 0; expected");
    expect(marketProblem({ minCredit: 1n, initialCredit: 0n })).to.include("expected at most initialCredit, 0");
    expect(marketProblem({ matching: "credit", readingSeconds: 0 })).to.include("expected readingSeconds above 0");
    expect(marketProblem(withDefaults({ readingSeconds: 3_600 }))).to.equal(undefined);
    expect(marketProblem({ ...DEFAULT_PARAMETERS, readingSeconds: 3_600 })).to.include(
      "expected at least importCapPerKwh",
    );
    expect(isWithin(1.5, MARKET_BOUNDS.priceWeight)).to.equal(false);
  });

  it("hold for the model: no pile of no power, no more piles than a contract has", async () => {
    const port = () => new ModelPort(DEFAULT_PARAMETERS);
    const piles = (count: number) => Array.from({ length: count }, (_, i) => ({ pile: `P${i}`, ratedW: 7_000n }));
    const errorOf = (promise: Promise<void>) =>
      promise.then(
        () => "none",
        (error: Error) => error.message,
      );
    expect(await errorOf(port().register([{ pile: "A", ratedW: 0n }]))).to.include(
      "pile A: rated power is 0 W; expected",
    );
    expect(await errorOf(port().register(piles(512)))).to.equal("none");
    expect(await errorOf(port().register(piles(513)))).to.include("513 piles; a market takes 512 at most");
    expect(() => new ModelPort({ ...DEFAULT_PARAMETERS, tickSize: 65_536n })).to.throw("market: tickSize is 65536");
    expect(ratedProblem(1n, 1_800)).to.include("enough to move 1 Wh in a frame of 1800 s");
  });

  it("are those of the contract, figure by figure", async () => {
    for (const [name, { least, most }] of Object.entries(MARKET_BOUNDS)) {
      // Parameters with a second condition of their own: a window within its frame, a round within its gas.
      if (["frameSeconds", "auctionSeconds", "capacityW", "lossAllowanceW", "maxHorizon"].includes(name)) continue;
      // Rounds and readings depend on the frame's length; the market without either takes any.
      if (["roundSeconds", "finaliseSeconds", "readingSeconds"].includes(name)) continue;
      const as = (value: number | bigint) => {
        const whole = typeof DEFAULT_PARAMETERS[name as keyof typeof MARKET_BOUNDS] === "bigint";
        // The least credit to trade with is at most the first; the highest leaves room for the former.
        const beside = name === "minCredit" ? { initialCredit: 10_000n } : {};
        return { ...beside, [name]: whole ? BigInt(value) : Number(value) };
      };
      expect(await wouldOpenMarket(as(least)), `${name} ${least}`).to.equal(true);
      expect(await wouldOpenMarket(as(most)), `${name} ${most}`).to.equal(true);
      const [below, above] = [BigInt(least) - 1n, BigInt(most) + 1n];
      if (least > 0) expect(await wouldOpenMarket(as(below)), `${name} ${below}`).to.equal(false);
      expect(await wouldOpenMarket(as(above)), `${name} ${above}`).to.equal(false);
    }
  });
});
