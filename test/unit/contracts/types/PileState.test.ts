import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState } from "../../../../scripts/chain/packedWords";
import type { PileStateHarness } from "../../../../typechain-types";
import {
  drawnLayout,
  drawnWord,
  extremes,
  maxOf,
  minOf,
  named,
  normal,
  type Values,
} from "../../../helpers/drawnWords";

describe("PileState", () => {
  let harness: PileStateHarness;
  before(async () => (harness = await ethers.deployContract("PileStateHarness")));

  const layout = drawnLayout("PileState");
  // Set once, by registration, and read by nobody.
  delete layout.registered;
  const { nonce, credit, creditWh, payout, ...ofOrder } = layout;
  const REGISTERED = 1n << 255n;

  /** Values as readers return them, for values as they are drawn. */
  const asRead = ({ spanFrames, ...values }: Values): Values => ({
    ...values,
    expiryFrame: values.firstFrame! + spanFrames!,
  });

  it("has its fields where they are drawn, for Solidity and TypeScript", async () => {
    expect(Object.keys(layout)).to.have.length(14);
    for (const values of extremes(layout)) {
      const word = drawnWord(layout, values);
      for (const beside of [0n, REGISTERED]) {
        expect(named(await harness.readPileState(word | beside))).to.deep.equal(asRead(values));
        expect(normal(decodePileState(word | beside))).to.deep.equal(asRead(values));
      }
    }
  });

  it("takes an order into any slot, keeping what lasts", async () => {
    for (const values of extremes(ofOrder)) {
      for (const full of [false, true]) {
        const end = full ? maxOf : minOf;
        const lasting = {
          nonce: end(nonce!),
          credit: end(credit!),
          creditWh: end(creditWh!),
          payout: end(payout!),
        };
        for (const suspended of [0n, 1n]) {
          const old = { ...values, balance: 5n, suspended, ...lasting };
          // The slot held the opposite of what is put in.
          const opposite = Object.fromEntries(
            Object.entries(ofOrder).map(([name, field]) => [name, maxOf(field) - values[name]!]),
          );
          const slot = drawnWord(layout, { ...opposite, suspended, ...lasting }) | REGISTERED;
          const { spanFrames, ...rest } = asRead({ ...old, balance: values.balance! }) as Record<string, bigint>;
          expect(spanFrames).to.equal(undefined);
          const written = await harness.withOrder(slot, {
            ...rest,
            charge: rest.charge === 1n,
            iceberg: rest.iceberg === 1n,
            suspended: false,
            payout: false,
          } as unknown as PileStateHarness.PileFieldsStruct);
          expect(written).to.equal(drawnWord(layout, { ...old, balance: values.balance! }) | REGISTERED);
        }
      }
    }
  }).timeout(20_000);

  it("changes one thing at a time", async () => {
    for (const values of extremes(layout)) {
      const word = drawnWord(layout, values) | REGISTERED;
      const with_ = (changed: Partial<Values>) => drawnWord(layout, { ...values, ...(changed as Values) }) | REGISTERED;
      for (const balance of [0n, maxOf(layout.balance!)]) {
        expect(await harness.withBalance(word, balance)).to.equal(with_({ balance }));
      }
      expect(await harness.withSuspended(word, true)).to.equal(with_({ suspended: 1n }));
      expect(await harness.withSuspended(word, false)).to.equal(with_({ suspended: 0n }));
      expect(await harness.withPayout(word, true)).to.equal(with_({ payout: 1n }));
      expect(await harness.withPayout(word, false)).to.equal(with_({ payout: 0n }));
      if (values.nonce! < maxOf(nonce!)) {
        expect(await harness.withNextNonce(word)).to.equal(with_({ nonce: values.nonce! + 1n }));
      }
      // Whoever has used every nonce stays at the last.
      const used = values.nonce! < maxOf(nonce!) ? values.nonce! + 1n : values.nonce!;
      expect(await harness.withNonceUsed(word)).to.equal(with_({ nonce: used }));
      expect(await harness.less(word, values.balance!)).to.equal(with_({ balance: 0n }));
      const { balance, suspended } = values;
      const lasting = { credit: values.credit!, creditWh: values.creditWh!, payout: values.payout! };
      expect(await harness.withoutOrder(word)).to.equal(
        drawnWord(layout, { balance: balance!, suspended: suspended!, nonce: values.nonce!, ...lasting }) | REGISTERED,
      );
      const filledWh = values.remainingWh!;
      const freed = maxOf(layout.balance!) - balance!;
      expect(await harness.withFill(word, filledWh, freed)).to.equal(
        with_({ remainingWh: 0n, balance: maxOf(layout.balance!) }),
      );
      expect(await harness.withFill(word, 0, 0)).to.equal(word);
    }
  }).timeout(20_000);

  it("is born with nothing but its registration and its initial credit", async () => {
    expect(await harness.registeredPile(0, 0)).to.equal(REGISTERED);
    const values = { credit: 10_000n, creditWh: maxOf(creditWh!) };
    expect(await harness.registeredPile(10_000, values.creditWh)).to.equal(drawnWord(layout, values) | REGISTERED);
  });

  it("moves the credit to the mean weighted by energy, halves up, and touches nothing else", async () => {
    const others = Object.fromEntries(Object.entries(layout).map(([name, field]) => [name, maxOf(field)]));
    for (const [C, W, agreedWh, creditedWh, next] of [
      [5000n, 100_000n, 0n, 0n, 5000n],
      [5000n, 100_000n, 1500n, 1500n, 5074n],
      [5000n, 100_000n, 1000n, 250n, 4975n],
      [0n, 0n, 1n, 1n, 10_000n],
      [0n, 0n, 7n, 0n, 0n],
      // 1 / 2 rounds up, 1 / 3 down.
      [1n, 1n, 1n, 0n, 1n],
      [1n, 1n, 2n, 0n, 0n],
      [10_000n, maxOf(creditWh!), (1n << 24n) - 1n, 0n, 8000n],
    ] as const) {
      const word = drawnWord(layout, { ...others, credit: C, creditWh: W });
      const sum = W + agreedWh > maxOf(creditWh!) ? maxOf(creditWh!) : W + agreedWh;
      expect(await harness.withDelivery(word, agreedWh, creditedWh)).to.equal(
        drawnWord(layout, { ...others, credit: next, creditWh: sum }),
      );
    }
  });

  it("takes part from its first frame to its last, with something left and in good standing", async () => {
    for (const firstFrame of [1n, 1000n, maxOf(layout.firstFrame!)]) {
      for (const spanFrames of [0n, 1n, 96n, 127n]) {
        for (const [remainingWh, suspended] of [
          [1n, 0n],
          [maxOf(layout.remainingWh!), 0n],
          [0n, 0n],
          [5n, 1n],
        ] as const) {
          const everythingElse = {
            balance: maxOf(layout.balance!),
            nonce: maxOf(nonce!),
            sequence: maxOf(layout.sequence!),
          };
          const word = drawnWord(layout, { ...everythingElse, firstFrame, spanFrames, remainingWh, suspended });
          for (const frame of [
            0n,
            firstFrame - 1n,
            firstFrame,
            firstFrame + spanFrames,
            firstFrame + spanFrames + 1n,
          ]) {
            const { takes, waited, last } = await harness.partIn(word, frame);
            const within = frame >= firstFrame && frame <= firstFrame + spanFrames;
            expect(takes, `${frame} of ${firstFrame} + ${spanFrames}`).to.equal(
              within && remainingWh > 0n && suspended === 0n,
            );
            if (takes) expect([waited, last]).to.deep.equal([frame - firstFrame, frame === firstFrame + spanFrames]);
          }
        }
      }
    }
  });

  it("shows its peak, or what is left where that is less", async () => {
    for (const [remainingWh, peakWh, shown] of [
      [0n, 5n, 0n],
      [5n, 5n, 5n],
      [4n, 5n, 4n],
      [6n, 5n, 5n],
      [(1n << 24n) - 1n, (1n << 20n) - 1n, (1n << 20n) - 1n],
    ] as const) {
      const { displayedWh } = await harness.partIn(drawnWord(layout, { remainingWh, peakWh }), 0);
      expect(displayedWh).to.equal(shown);
    }
  });
});
