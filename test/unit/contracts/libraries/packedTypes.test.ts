import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { ethers } from "hardhat";

import {
  decodeBookHead,
  decodeMarketTotals,
  decodeFill,
  decodeFrameRecord,
  decodePileState,
  decodePublication,
  ORDER_TYPES,
  orderMessage,
  packSignedTerms,
  type SignedAction,
} from "../../../../scripts/chain/packedWords";
import { Random } from "../../../../scripts/core/random";
import type { PackedTypesHarness } from "../../../../typechain-types";
import { packedTypesHarness, randomWord } from "../../../helpers/libraries";

/** A value of a field; flags are 0 and 1. */
type Values = Readonly<Record<string, bigint>>;

interface Field {
  shift: number;
  bits: number;
  signed?: boolean;
}

/** Where the fields of a type are, as the comment above the type draws them. */
function drawnLayout(type: string, signed: readonly string[] = []): Record<string, Field> {
  const source = readFileSync(join(__dirname, `../../../../contracts/types/${type}.sol`), "utf8");
  const layout: Record<string, Field> = {};
  for (const [, first, last, name] of source.matchAll(/^\/\/\/ {2}(\d+)(?:\.\.(\d+))? +([a-zA-Z]+) /gm)) {
    const shift = Number(first);
    layout[name!] = { shift, bits: Number(last ?? first) - shift + 1, signed: signed.includes(name!) };
  }
  return layout;
}

const maxOf = ({ bits, signed }: Field): bigint => (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
const minOf = ({ bits, signed }: Field): bigint => (signed ? -(1n << BigInt(bits - 1)) : 0n);

/** The word with these fields where they are drawn. */
function drawnWord(layout: Readonly<Record<string, Field>>, values: Values): bigint {
  return Object.entries(layout).reduce(
    (word, [name, { shift, bits }]) => word | (BigInt.asUintN(bits, values[name] ?? 0n) << BigInt(shift)),
    0n,
  );
}

/** Each field at either end while all others are at the other, all at the same end, and random ones. */
function* extremes(layout: Readonly<Record<string, Field>>): Generator<Values> {
  const fields = Object.entries(layout);
  const all = (pick: (field: Field, name: string) => bigint): Values =>
    Object.fromEntries(fields.map(([name, field]) => [name, pick(field, name)]));
  yield all(minOf);
  yield all(maxOf);
  yield all(() => 0n);
  for (const [name] of fields) {
    yield all((field, other) => (other === name ? maxOf(field) : 0n));
    yield all((field, other) => (other === name ? maxOf(field) : minOf(field)));
    yield all((field, other) => (other === name ? minOf(field) : maxOf(field)));
    yield all((field, other) => (other === name ? 0n : maxOf(field)));
  }
  const random = new Random(97);
  for (let i = 0; i < 20; i++) yield all((field) => minOf(field) + randomWord(random, field.bits));
}

const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** Numbers, bigints and flags alike. */
function normal(fields: object): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "boolean" ? flag(value) : BigInt(value as bigint),
    ]),
  );
}

describe("Packed types", () => {
  let harness: PackedTypesHarness;

  before(async () => {
    harness = await packedTypesHarness();
  });

  /** A returned struct by the names of its fields. */
  const named = (result: unknown): Values =>
    normal((result as { toObject(): Record<string, bigint | boolean> }).toObject());

  describe("PileState", () => {
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
            } as unknown as PackedTypesHarness.PileFieldsStruct);
            expect(written).to.equal(drawnWord(layout, { ...old, balance: values.balance! }) | REGISTERED);
          }
        }
      }
    }).timeout(20_000);

    it("changes one thing at a time", async () => {
      for (const values of extremes(layout)) {
        const word = drawnWord(layout, values) | REGISTERED;
        const with_ = (changed: Partial<Values>) =>
          drawnWord(layout, { ...values, ...(changed as Values) }) | REGISTERED;
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
          drawnWord(layout, { balance: balance!, suspended: suspended!, nonce: values.nonce!, ...lasting }) |
            REGISTERED,
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

  describe("BookEntry", () => {
    const slots = drawnLayout("PileState");
    const REGISTERED = 1n << 255n;
    /** An entry before ranking; `displayedWh` is what it shows. */
    const before = { pile: 16, displayedWh: 20, priceTicks: 24, sequence: 32, waited: 7, charge: 1, gridEligible: 1 };
    const fields: Record<string, Field> = Object.fromEntries(
      Object.entries(before).map(([name, bits]) => [name, { shift: 0, bits }]),
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

  describe("BookHead", () => {
    const { sentinel, ...layout } = drawnLayout("BookHead");
    const SENTINEL = 1n << BigInt(sentinel!.shift);
    // Nobody reads how often the sequence has started again.
    delete layout.laps;

    it("has its fields where they are drawn, for Solidity and TypeScript", async () => {
      expect(Object.keys(layout)).to.deep.equal(["live", "sequence", "paused", "moreWords"]);
      for (const values of extremes(layout)) {
        for (const beside of [0n, SENTINEL]) {
          const word = drawnWord(layout, values) | beside;
          expect(named(await harness.readHead(word))).to.deep.equal(values);
          expect(normal(decodeBookHead(word))).to.deep.equal(values);
        }
      }
    });

    it("changes one thing at a time and keeps its sentinel", async () => {
      const ones = maxOf(layout.live!);
      for (const values of extremes(layout)) {
        if (values.sequence === maxOf(layout.sequence!)) continue;
        const word = drawnWord(layout, values) | SENTINEL;
        const with_ = (changed: Values) => drawnWord(layout, { ...values, ...changed }) | SENTINEL;
        for (const [index, live, paused, moreWords] of [
          [0n, 0n, false, 0n],
          [207n, ones, true, 7n],
          [100n, 1n, true, 4n],
        ] as const) {
          const { next, marked, relit, set, grown } = await harness.writeHead(word, index, { live, paused, moreWords });
          expect(next).to.equal(with_({ sequence: values.sequence! + 1n }));
          expect(marked).to.equal(with_({ live: values.live! | (1n << index) }));
          expect(relit).to.equal(with_({ live }));
          expect(set).to.equal(with_({ paused: flag(paused) }));
          expect(grown).to.equal(with_({ moreWords }));
        }
      }
      expect(await harness.emptyHead()).to.equal(SENTINEL);
    });
  });

  describe("MarketTotals", () => {
    const layout = drawnLayout("MarketTotals", ["lastLoadW"]);

    it("has its fields where they are drawn, for Solidity and TypeScript", async () => {
      expect(Object.keys(layout)).to.have.length(7);
      for (const values of extremes(layout)) {
        const word = drawnWord(layout, values);
        const { openFrames, ...others } = values;
        expect(named(await harness.readMarketTotals(word))).to.deep.equal(others);
        expect((await harness.countOpen(word)).open).to.equal(openFrames);
        expect(normal(decodeMarketTotals(word))).to.deep.equal(values);
      }
    });

    it("writes a frame, which ends a round, beside the grid's balance, each of the three without the others", async () => {
      for (const values of extremes(layout)) {
        const { lastFrame, lastLoadW, lastKnown, pflW, gridBalance, roundOpen } = values;
        for (const dirt of [minOf, maxOf]) {
          const dirty = Object.fromEntries(Object.entries(layout).map(([name, field]) => [name, dirt(field)]));
          const word = drawnWord(layout, dirty);
          expect(await harness.withFrame(word, lastFrame!, lastLoadW!, lastKnown === 1n, pflW!)).to.equal(
            drawnWord(layout, {
              ...values,
              gridBalance: dirty.gridBalance!,
              roundOpen: 0n,
              openFrames: dirty.openFrames!,
            }),
          );
          expect(await harness.withGridBalance(word, gridBalance!)).to.equal(
            drawnWord(layout, { ...dirty, gridBalance: gridBalance! }),
          );
          expect(await harness.withRoundOpen(word, roundOpen === 1n)).to.equal(
            drawnWord(layout, { ...dirty, roundOpen: roundOpen! }),
          );
          const open = dirty.openFrames!;
          const { more, less_ } = await harness.countOpen(word);
          if (open === 0n) expect(more).to.equal(drawnWord(layout, { ...dirty, openFrames: 1n }));
          else expect(less_).to.equal(drawnWord(layout, { ...dirty, openFrames: open - 1n }));
        }
      }
    });
  });

  describe("Fill", () => {
    const layout = drawnLayout("Fill");

    it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
      expect(Object.keys(layout)).to.deep.equal(["sell", "buy", "energyWh", "price", "premium", "subsidy"]);
      for (const values of extremes(layout)) {
        const { sell, buy, energyWh, price, premium, subsidy } = values;
        const word = await harness.packFill(sell!, buy!, energyWh!, price!, premium!, subsidy!);
        expect(word).to.equal(drawnWord(layout, values));
        expect(named(await harness.readFill(word))).to.deep.equal(values);
        // Zero fields are left out.
        expect(normal({ premium: 0n, subsidy: 0n, ...decodeFill(word) })).to.deep.equal(values);
      }
    });
  });

  describe("FrameRecord", () => {
    const layout = drawnLayout("FrameRecord", ["loadW"]);

    it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
      expect(Object.keys(layout)).to.deep.equal(["frame", "loadW", "digest"]);
      for (const values of extremes(layout)) {
        const { frame, loadW, digest } = values;
        // The lowest bits of the hash are not kept.
        for (const lost of [0n, (1n << 72n) - 1n]) {
          const hash = ethers.toBeHex((digest! << 72n) | lost, 32);
          const word = await harness.packRecord(frame!, loadW!, hash);
          expect(word).to.equal(drawnWord(layout, values));
          const record = await harness.readRecord(word, hash);
          expect([record.frame, record.loadW, record.open, record.matches]).to.deep.equal([
            frame,
            loadW,
            digest !== 0n,
            true,
          ]);
          expect(record.next).to.equal(word);
          expect((await harness.readRecord(word, ethers.ZeroHash)).next).to.equal(
            drawnWord(layout, { ...values, digest: 0n }),
          );
          if (word !== 0n) {
            expect(decodeFrameRecord(word)).to.deep.equal({ frame: Number(frame), loadW, open: digest !== 0n });
          }
        }
        for (const bit of [72n, 255n]) {
          const other = ethers.toBeHex((digest! << 72n) ^ (1n << bit), 32);
          expect((await harness.readRecord(drawnWord(layout, values), other)).matches).to.equal(false);
        }
      }
      expect(decodeFrameRecord(0n)).to.equal(undefined);
    });
  });

  describe("PublishedFrame", () => {
    const drawn = drawnLayout("PublishedFrame", ["baseLoadW"]);
    const layout: Record<string, Field> = {
      frame: drawn.frame!,
      baseLoadW: drawn.baseLoadW!,
      importTicks: drawn.import!,
      exportTicks: drawn.export!,
      wheelingTicks: drawn.wheeling!,
    };

    it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
      for (const values of extremes(layout)) {
        const { frame, baseLoadW, importTicks, exportTicks, wheelingTicks } = values;
        const word = await harness.packPublication(frame!, baseLoadW!, importTicks!, exportTicks!, wheelingTicks!);
        expect(word).to.equal(drawnWord(layout, values));
        expect(named(await harness.readPublication(word))).to.deep.equal(values);
        if (word !== 0n) expect(normal(decodePublication(word)!)).to.deep.equal(values);
      }
      expect(decodePublication(0n)).to.equal(undefined);
    });
  });

  describe("SignedTerms", () => {
    const layout = drawnLayout("SignedTerms");
    const ACTIONS: readonly SignedAction[] = ["place", "replace", "cancel"];

    it("has its fields where they are drawn; TypeScript packs what Solidity reads", async () => {
      expect(Object.keys(layout)).to.have.length(8);
      for (const values of extremes(layout)) {
        const word = drawnWord(layout, values);
        expect(named(await harness.readTerms(word))).to.deep.equal(values);
        expect(await harness.isWellFormed(word)).to.equal(values.action !== 3n);
        const action = ACTIONS[Number(values.action)];
        if (action === undefined) continue;
        const { charge, price, energyWh, peakWh, expiryFrame, nonce, deadline } = values as Record<string, bigint>;
        const terms = {
          action,
          charge: charge === 1n,
          price: price!,
          energyWh: energyWh!,
          peakWh: peakWh!,
          expiryFrame: Number(expiryFrame),
          nonce: nonce!,
          deadline: Number(deadline),
        };
        expect(packSignedTerms(terms)).to.equal(word);
        const { hash, again, plain } = await harness.structHashes(word);
        expect([hash, again]).to.deep.equal([plain, plain]);
        expect(hash).to.equal(ethers.TypedDataEncoder.hashStruct("Order", ORDER_TYPES, orderMessage(terms)));
      }
    }).timeout(20_000);

    it("is well formed only without a bit that means nothing", async () => {
      const used = Object.values(layout).reduce(
        (bits, { shift, bits: width }) => bits | (((1n << BigInt(width)) - 1n) << BigInt(shift)),
        0n,
      );
      for (let bit = 0n; bit < 256n; bit++) {
        const word = 1n << bit;
        expect(await harness.isWellFormed(word), `bit ${bit}`).to.equal((used & word) !== 0n);
      }
    });

    it("cannot be packed from what does not fit", () => {
      const terms = {
        action: "place",
        charge: true,
        price: 1n,
        energyWh: 1n,
        peakWh: 1n,
        expiryFrame: 1,
        nonce: 1n,
        deadline: 1,
      } as const;
      for (const name of ["price", "energyWh", "peakWh", "nonce"] as const) {
        expect(() => packSignedTerms({ ...terms, [name]: maxOf(layout[name]!) + 1n })).to.throw(RangeError);
        expect(() => packSignedTerms({ ...terms, [name]: -1n })).to.throw(RangeError);
      }
      for (const name of ["expiryFrame", "deadline"] as const) {
        expect(() => packSignedTerms({ ...terms, [name]: Number(maxOf(layout[name]!) + 1n) })).to.throw(RangeError);
      }
    });
  });
});
