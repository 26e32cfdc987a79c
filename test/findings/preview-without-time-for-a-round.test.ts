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
    // The order's last frame, in which it is filled at once, and not its first: it is an iceberg.
    const round = frame + 2;
    await market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, round));
    const shown = async (seconds: number) => {
      await goTo(round, seconds);
      await market.setEntryPaused(false);
      const [fills] = await lens.preview(market, round);
      const [verdict, filledWh] = await lens.explain(market, nth(s.piles, 0), round);
      return { fills: fills.map(decodeFill), verdict, filledWh };
    };
    const whole = fill(0, 1, 2_000n, 20n * PENNY);
    const LEFT_TO_ROUND = 13n;
    expect(await shown(-360)).to.deep.equal({ fills: [], verdict: LEFT_TO_ROUND, filledWh: 0n });
    // Was: the same as before.
    expect(await shown(-359)).to.deep.equal({ fills: [whole], verdict: 0n, filledWh: 2_000n });
    const { fills } = clearedOf(market, await (await market.clear(round)).wait());
    expect(fills).to.deep.equal([whole]);
  });
});
