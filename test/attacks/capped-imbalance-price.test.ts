import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, nth, PENNY } from "../unit/contracts/fixtures";
import { metered } from "./metered";
import { NOTHING_EXPECTED } from "../helpers/expectedLoad";

describe("Attack: an import tariff published to fine who takes a little too much", () => {
  const CAP = 20n * PENNY;
  const fixture = async () => metered(2, { importCapPerKwh: CAP }, { importPricePerKwh: CAP, exportPricePerKwh: 0n });

  it("10 Wh over on a trade of 130 000 cost at most twice the cap that piles knew, 4 000, not 167 772", async () => {
    const s = await loadFixture(fixture);
    const frame = s.start + 1;
    await s.market.connect(nth(s.piles, 0)).place(bid(13n * PENNY, 1_000n, frame));
    await s.market.connect(nth(s.piles, 1)).place(ask(13n * PENNY, 1_000n, frame));
    const { words } = await clear(s.market, frame);
    await s.settle(frame, words, [await s.read(1, frame, 1_010n, 0n), await s.read(2, frame, 0n, 1_000n)]);
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - 130_000n - (2n * CAP * 10n) / 1_000n);
    await expect(
      s.market.publish([
        {
          frame: frame + 40,
          baseLoadW: 0,
          importPricePerKwh: 2n ** 24n - 1n,
          exportPricePerKwh: 0,
          wheelingPricePerKwh: 0,
          ...NOTHING_EXPECTED,
        },
      ]),
    )
      .to.be.revertedWithCustomError(s.market, "ImportAboveCap")
      .withArgs(2n ** 24n - 1n, CAP);
  });
});
