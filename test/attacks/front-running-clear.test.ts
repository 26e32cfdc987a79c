import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";
import { bystanders, F, GAS, inOneBlock } from "./bystanders";

describe("Attack: front-running of clear", () => {
  it("a better order placed in the window is too late: the frame's book is what the window found", async () => {
    const { market, start, m, n } = await loadFixture(bystanders);
    const opens = (start + 1) * F - 600;
    await inOneBlock(opens, [
      async () => market.connect(m).place(bid(20n * PENNY - 1n, 1000n, start + 5), GAS),
      async () => market.connect(n).place(ask(1n, 1000n, start + 5), GAS),
      async () => market.clear(start + 1, GAS),
    ]);
    const [event] = await market.queryFilter(market.filters.FrameCleared());
    expect(event?.args.fills).to.deep.equal([BigInt(2) | (1n << 16n) | (1000n << 32n) | ((13n * PENNY) << 56n)]);
    expect(decodePileState(await market.pileState(3)).firstFrame).to.equal(start + 2);
  });

  it("neither withdrawing nor depositing nor skipping nonces changes what is decided", async () => {
    const { market, lens, start, a, b } = await loadFixture(bystanders);
    await time.increaseTo((start + 1) * F - 600);
    const [expected] = await lens.preview(market, start + 1);
    await market.connect(a).withdraw(a, await market.freeBalanceOf(a));
    await market.connect(b).withdraw(b, await market.freeBalanceOf(b));
    await market.connect(a).skipNonce();
    const { words } = await clear(market, start + 1, { offset: -1 });
    expect(words).to.deep.equal([...expected]);
  });

  it("who clears, and at which second of the window, changes nothing where ranks are of price and time", async () => {
    const outcomes: string[] = [];
    for (const offset of [-600, -300, -1]) {
      const { market, start, m } = await loadFixture(bystanders);
      const { words, loadW, pflW } = await clear(market.connect(m), start + 1, { offset });
      outcomes.push([...words, loadW, pflW].join());
    }
    expect(new Set(outcomes).size).to.equal(1);
  });

  it("two clearings in one block are one", async () => {
    const { market, token, parameters, start, m, n } = await loadFixture(bystanders);
    await inOneBlock((start + 1) * F - 600, [
      async () => market.connect(m).clear(start + 1, GAS),
      async () => market.connect(n).clear(start + 1, GAS),
    ]);
    expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(1);
    await expectSolvent(market, token, parameters);
  });

  it("the same order in the clearing's own block, after it, may leave", async () => {
    const { market, start, a } = await loadFixture(bystanders);
    await market.connect(a).replace(bid(11n * PENNY, 1000n, start + 5));
    await inOneBlock((start + 1) * F - 600, [
      async () => market.clear(start + 1, GAS),
      async () => market.connect(a).cancel(GAS),
    ]);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
  });

  for (const settledFirst of [false, true]) {
    it(`known limit: where credit ranks, an older frame settled ${settledFirst ? "before" : "after"} the clearing decides who comes first`, async () => {
      const d = await deployDirect(4, { readingSeconds: 600, matching: "credit" });
      const { market, delivery } = d;
      const start = await freshFrame(market, d.parameters);
      const [a, b, seller, another] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
      const older = start + 1;
      await market.connect(a).place(bid(14n * PENNY, 3_000n, older));
      await market.connect(seller).place(ask(12n * PENNY, 3_000n, older));
      const { words } = await clear(market, older);
      const publication = await market.publication(older);
      const frame = start + 3;
      await goTo(older + 1, 5);
      for (const buyer of [a, b]) await market.connect(buyer).place(bid(14n * PENNY, 1_000n, frame));
      await market.connect(another).place(ask(12n * PENNY, 1_000n, frame));
      await goTo(frame, -500);
      // Pile 1 took nothing of what it had bought, which costs it credit.
      const readings = [
        await signReading(delivery, market, a, { pile: 1, frame: older, consumedWh: 0n, producedWh: 0n }),
        await signReading(delivery, market, seller, { pile: 3, frame: older, consumedWh: 0n, producedWh: 3_000n }),
      ];
      if (settledFirst) await delivery.settle(market, older, publication, words, words.length, readings);
      const { fills } = await clear(market, frame, { offset: -400 });
      expect(fills.map(({ sell, buy }) => [sell, buy])).to.deep.equal([[4, settledFirst ? 2 : 1]]);
    });
  }
});
