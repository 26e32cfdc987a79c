import { expect } from "chai";
import { ethers } from "hardhat";

import type { BookEntryHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, maxOf, named, type Field, type Values } from "../../../helpers/drawnWords";

describe("BookEntry", () => {
  let harness: BookEntryHarness;
  before(async () => (harness = await ethers.deployContract("BookEntryHarness")));

  const slots = drawnLayout("PileState");
  const REGISTERED = 1n << 255n;
  /** An entry before ranking; `displayedWh` is what it shows. */
  const bitsBefore = { pile: 16, displayedWh: 20, priceTicks: 24, sequence: 32, waited: 7, charge: 1, gridEligible: 1 };
  const fields: Record<string, Field> = Object.fromEntries(
    Object.entries(bitsBefore).map(([name, bits]) => [name, { shift: 0, bits }]),
  );

  async function entryOf(values: Values): Promise<bigint> {
    const { pile, displayedWh, priceTicks, sequence, waited, charge, gridEligible } = values;
    const slot = drawnWord(slots, {
      balance: maxOf(slots.balance!),
      nonce: maxOf(slots.nonce!),
      remainingWh: displayedWh!,
      peakWh: maxOf(slots.peakWh!),
      priceTicks: priceTicks!,
      sequence: sequence!,
      charge: charge!,
    });
    return harness.packEntry(slot | REGISTERED, pile!, waited!, charge === 1n, gridEligible === 1n);
  }

  const read = async (entry: bigint): Promise<Values> => named(await harness.readEntry(entry));

  it("keeps what ranking needs apart, for bids and asks", async () => {
    for (const values of extremes(fields)) {
      const entry = await entryOf(values);
      const seen = await read(entry);
      expect(seen.pile).to.equal(values.pile);
      expect(seen.leftWh).to.equal(values.displayedWh);
      expect(seen.price).to.equal(values.priceTicks);
      expect(seen.sequence).to.equal(values.sequence);
      expect(seen.waited).to.equal(values.waited);
      expect(seen.gridEligible).to.equal(values.gridEligible);
      // Best price first: the lowest ask, the highest bid.
      const key = values.charge === 1n ? (1n << 24n) - 1n - values.priceTicks! : values.priceTicks!;
      expect(entry >> 232n).to.equal(key);
    }
  });

  it("takes a priority and fills without one field reaching into another", async () => {
    const largest = (1n << 32n) - 1n;
    for (const values of extremes(fields)) {
      const entry = await entryOf(values);
      for (const priority of [0n, largest]) {
        const ranked = await harness.withPriority(entry, priority);
        const { pile, leftWh, price, gridEligible, sequence, priority: f } = await read(ranked);
        expect({ pile, leftWh, price, gridEligible, sequence, f }).to.deep.equal({
          pile: values.pile,
          leftWh: values.displayedWh,
          price: values.priceTicks,
          gridEligible: values.gridEligible,
          sequence: values.sequence,
          f: priority,
        });
        // Two fills: one that leaves something, where there is something to leave, and one that leaves nothing.
        const firstWh = values.displayedWh! / 2n;
        let filled = ranked;
        for (const energyWh of [firstWh, values.displayedWh! - firstWh]) {
          filled = await harness.withEntryFill(filled, energyWh);
          const after = await read(filled);
          expect(after.sequence).to.equal(values.sequence);
          expect(after.priority).to.equal(priority);
          expect([after.pile, after.price, after.gridEligible]).to.deep.equal([
            values.pile,
            values.priceTicks,
            values.gridEligible,
          ]);
        }
        expect((await read(filled)).leftWh).to.equal(0n);
      }
    }
  }).timeout(20_000);
});
