import { expect } from "chai";

import { decodeFill } from "../../scripts/chain/packedWords";
import { goTo } from "../helpers/market";
import { bid, clearedOf, fill, nth, PENNY } from "../unit/contracts/fixtures";
import { setting } from "../unit/contracts/roundFixtures";

/**
 * The differential campaign found it. The lens took icebergs for a round's to fill wherever a market has rounds; a clearing
 * so late in its window that no round fits does the whole of step 3 itself (SPEC 4). Nobody lost anything: the lens only
 * shows.
 */
describe("Finding: the lens forgot that a late clearing opens no round", () => {
  it("shows what the clearing will do, a second before and after the last that has time for a round", async () => {
    const s = await setting();
    const { market, lens, frame } = s;
    await market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, frame + 1));
    const shown = async (seconds: number) => {
      await goTo(frame + 1, seconds);
      await market.setEntryPaused(false);
      const [fills] = await lens.preview(market, frame + 1);
      const [verdict, filledWh] = await lens.explain(market, nth(s.piles, 0), frame + 1);
      return { fills: fills.map(decodeFill), verdict, filledWh };
    };
    const whole = fill(0, 1, 2_000n, 20n * PENNY);
    const LEFT_TO_ROUND = 13n;
    expect(await shown(-360)).to.deep.equal({ fills: [], verdict: LEFT_TO_ROUND, filledWh: 0n });
    // Was: the same as before.
    expect(await shown(-359)).to.deep.equal({ fills: [whole], verdict: 0n, filledWh: 2_000n });
    const { fills } = clearedOf(market, await (await market.clear(frame + 1)).wait());
    expect(fills).to.deep.equal([whole]);
  });
});
