import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { ethers } from "hardhat";

import {
  decodeMarketTotals,
  decodePileState,
  decodePosting,
  type PackedFill,
  packMeterReading,
  READING_TYPES,
} from "../../../scripts/chain/packedWords";
import { ContractRefusal, decodeRefusal } from "../../../scripts/chain/refusal";
import type { DeploymentParameters } from "../../../scripts/core/parameters";
import { goTo, PILE_BALANCE } from "../../helpers/market";
import {
  deliveryDomain,
  digestOf,
  keptOf,
  LEVEL,
  packFill,
  packPublication,
  pokeRecord,
  type SignedReading,
  signReading,
} from "./deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, nth, PENNY, stranger } from "./fixtures";

const READING_SECONDS = 3600;
/** M of a pile of 7 kW: 3.5 kWh at 2 · 20 p − 5 p, and at 3 p of wheeling. */
const MARGIN = (7n * (35n + 3n) * PENNY) / 2n;
const F = 1800;

describe("Delivery", () => {
  /** Frame `frame`: pile 2 sold pile 1 1 kWh at 13 p and 3 p wheeling, the grid sold it 0.5 kWh; it is over. */
  async function fixtureOf(overrides: Partial<DeploymentParameters> = {}) {
    const d = await deployDirect(4, {
      wheelingCapPerKwh: 4n * PENNY,
      importCapPerKwh: 20n * PENNY,
      readingSeconds: READING_SECONDS,
      ...overrides,
    });
    const { market, parameters } = d;
    const start = await freshFrame(market, parameters, { wheelingPricePerKwh: 3n * PENNY });
    const [a, b, c] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2)];
    await market.connect(a).place(bid(22n * PENNY, 1500n, start + 9));
    await market.connect(b).place(ask(4n * PENNY, 1000n, start + 9));
    const frame = start + 1;
    const { words } = await clear(market, frame);
    const publication = await market.publication(frame);
    const sign = async (pile: number, consumedWh: bigint, producedWh: bigint, of = frame): Promise<SignedReading> =>
      signReading(d.delivery, market, nth(d.piles, pile - 1), { pile, frame: of, consumedWh, producedWh });
    const settle = async (readings: SignedReading[] = [], matched = words.length) =>
      d.delivery.settle(market, frame, publication, words, matched, readings);
    const refusals = async (readings: SignedReading[]): Promise<string[]> => {
      const receipt = await (await d.delivery.submit(market, readings)).wait();
      return (receipt?.logs ?? []).flatMap((log) => {
        const parsed = d.delivery.interface.parseLog(log);
        if (parsed?.name !== "ReadingRefused") return [];
        const refusal = decodeRefusal(parsed.args["refusal"] as string, [d.delivery.interface]);
        if (!(refusal instanceof ContractRefusal)) throw new Error("unknown refusal");
        return [refusal.error];
      });
    };
    const free = async (pile: number): Promise<bigint> => market.freeBalanceOf(nth(d.piles, pile - 1));
    const digest = async (of: number, list: readonly bigint[]) => digestOf(market, of, publication, list);
    return { ...d, digest, start, frame, words, publication, a, b, c, sign, settle, refusals, free };
  }
  const fixture = async () => fixtureOf();

  describe("submit", () => {
    it("stores readings that anybody brings, and tells of them", async () => {
      const { market, delivery, frame, sign } = await loadFixture(fixture);
      await goTo(frame + 1);
      const readings = [await sign(1, 1500n, 0n), await sign(2, 0n, 1000n)];
      await expect(delivery.connect(await stranger()).submit(market, readings))
        .to.emit(delivery, "ReadingsStored")
        .withArgs(
          market,
          readings.map(({ reading }) => reading),
        );
      expect(await delivery.readingOf(market, 1, frame)).to.deep.equal([true, 1500n, 0n]);
      expect(await delivery.readingOf(market, 2, frame)).to.deep.equal([true, 0n, 1000n]);
      expect(await delivery.readingOf(market, 3, frame)).to.deep.equal([false, 0n, 0n]);
      expect(await delivery.readingOf(market, 1, frame + 64)).to.deep.equal([false, 0n, 0n]);
    });

    it("says what a meter signs: a reading's hash as typed data, another for another market", async () => {
      const { market, delivery } = await loadFixture(fixture);
      const reading = { pile: 65_535, frame: 2 ** 32 - 1, consumedWh: 2n ** 24n - 1n, producedWh: 1n };
      for (const one of [market, delivery]) {
        const message = { market: await one.getAddress(), ...reading };
        expect(await delivery.readingHash(one, packMeterReading(reading))).to.equal(
          TypedDataEncoder.hash(await deliveryDomain(delivery), READING_TYPES, message),
        );
      }
    });

    it("keeps zero and the largest energies that a pile can move apart from its neighbours'", async () => {
      const { market, delivery, frame, sign } = await loadFixture(fixture);
      await goTo(frame + 1);
      const most = 3_500n;
      await delivery.submit(market, [await sign(2, most, most), await sign(1, 0n, 0n), await sign(3, 0n, most)]);
      expect(await delivery.readingOf(market, 1, frame)).to.deep.equal([true, 0n, 0n]);
      expect(await delivery.readingOf(market, 2, frame)).to.deep.equal([true, most, most]);
      expect(await delivery.readingOf(market, 3, frame)).to.deep.equal([true, 0n, most]);
      // Four piles share a word: the fourth begins the next.
      await delivery.submit(market, [await sign(4, most, 0n)]);
      expect(await delivery.readingOf(market, 4, frame)).to.deep.equal([true, most, 0n]);
      expect(await delivery.readingOf(market, 3, frame)).to.deep.equal([true, 0n, most]);
    });

    it("lets no bad reading sink the others, and says what is wrong with each", async () => {
      const { market, delivery, frame, sign, refusals, piles } = await loadFixture(fixture);
      await goTo(frame + 1);
      const good = await sign(1, 1500n, 0n);
      const asOther = await signReading(delivery, market, nth(piles, 0), {
        pile: 2,
        frame,
        consumedWh: 0n,
        producedWh: 9n,
      });
      const otherChain = await signReading(
        delivery,
        market,
        nth(piles, 1),
        { pile: 2, frame, consumedWh: 0n, producedWh: 1000n },
        5n,
      );
      // The same signature with s in the upper half and the other parity, which ECDSA would accept.
      const { r, s, v } = ethers.Signature.from({ r: good.r, yParityAndS: good.vs });
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const flipped = (order - BigInt(s)) | ((v === 27 ? 1n : 0n) << 255n);
      const malleable = { ...good, r, vs: ethers.toBeHex(flipped, 32) };
      const unknown = await signReading(delivery, market, nth(piles, 0), {
        pile: 9,
        frame,
        consumedWh: 0n,
        producedWh: 0n,
      });
      expect(
        await refusals([
          await sign(1, 1500n, 0n, frame + 1),
          await sign(1, 1500n, 0n, frame - 1),
          asOther,
          otherChain,
          malleable,
          { ...good, r: ethers.ZeroHash },
          unknown,
          { ...good, reading: good.reading | (1n << 96n) },
          { ...good, reading: good.reading + (1n << 48n) },
          await sign(1, 3_501n, 0n),
          await sign(2, 0n, 3_501n),
          good,
          good,
          await sign(1, 0n, 0n),
        ]),
      ).to.deep.equal([
        "FrameNotOver",
        "NothingToSettle",
        "WrongMeterKey",
        "WrongMeterKey",
        "WrongMeterKey",
        "WrongMeterKey",
        "UnknownMeter",
        "MalformedReading",
        "WrongMeterKey",
        "ReadingAboveReach",
        "ReadingAboveReach",
        "ReadingExists",
        "ReadingExists",
      ]);
      expect(await delivery.readingOf(market, 1, frame)).to.deep.equal([true, 1500n, 0n]);
      expect((await delivery.readingOf(market, 2, frame)).stored).to.equal(false);
    });

    it("refuses readings of a settled frame, and of a market without meters", async () => {
      const { frame, sign, settle, refusals } = await loadFixture(fixture);
      await goTo(frame + 1);
      await settle([await sign(1, 1500n, 0n), await sign(2, 0n, 1000n)]);
      expect(await refusals([await sign(1, 1500n, 0n)])).to.deep.equal(["NothingToSettle"]);
      const plain = await fixtureOf({ readingSeconds: 0 });
      await goTo(plain.frame + 1);
      await expect(plain.delivery.submit(plain.market, []))
        .to.be.revertedWithCustomError(plain.delivery, "NoMeters")
        .withArgs(plain.market);
      await expect(plain.settle([await plain.sign(1, 0n, 0n)])).to.be.revertedWithCustomError(
        plain.delivery,
        "NoMeters",
      );
    });

    it("keeps a frame's readings until it is settled, however late, and then uses their slots again", async () => {
      const { market, delivery, token, parameters, frame, words, digest, sign, settle, refusals, piles } =
        await loadFixture(fixture);
      await goTo(frame + 1);
      await delivery.submit(market, [await sign(1, 1500n, 0n), await sign(2, 0n, 1000n)]);
      const later = frame + 64;
      await pokeRecord(market, later, await digest(later, words));
      await goTo(later + 1);
      const next = await sign(1, 700n, 0n, later);
      expect(await refusals([next])).to.deep.equal(["ReadingsOccupied"]);
      await settle();
      await expectSolvent(market, token, parameters);
      expect(await refusals([next])).to.deep.equal([]);
      expect(await delivery.readingOf(market, 1, later)).to.deep.equal([true, 700n, 0n]);
      expect((await delivery.readingOf(market, 2, later)).stored).to.equal(false);
      // An older frame that is still open has lost its place; its readings can be handed in at settlement.
      await pokeRecord(market, frame, await digest(frame, words));
      expect(await refusals([await sign(2, 0n, 1000n)])).to.deep.equal(["ReadingsOccupied"]);
      expect(piles).to.have.length(4);
    });
  });

  describe("settle", () => {
    it("settles as soon as all readings are in, stored or handed in", async () => {
      const { market, delivery, token, parameters, frame, sign, settle, free } = await loadFixture(fixture);
      await goTo(frame + 1);
      await delivery.submit(market, [await sign(2, 0n, 1000n)]);
      await expect(settle())
        .to.be.revertedWithCustomError(delivery, "ReadingsAwaited")
        .withArgs(frame, 1n, (frame + 1) * F + READING_SECONDS);
      await settle([await sign(1, 1500n, 0n)]);
      expect(await free(1)).to.equal(PILE_BALANCE - 130_000n - 30_000n - 100_000n);
      expect(await free(2)).to.equal(PILE_BALANCE + 130_000n);
      expect(await market.gridBalance()).to.equal(130_000n);
      await expectSolvent(market, token, parameters);
      await expect(settle()).to.be.revertedWithCustomError(delivery, "NothingToSettle").withArgs(frame);
    });

    it("prefers what is stored, and the first of what is handed in twice", async () => {
      const { market, delivery, frame, sign, settle, free } = await loadFixture(fixture);
      await goTo(frame + 1);
      await delivery.submit(market, [await sign(2, 0n, 1000n)]);
      await settle([await sign(2, 0n, 0n), await sign(1, 1500n, 0n), await sign(1, 0n, 0n), await sign(3, 5n, 5n)]);
      expect(await free(1)).to.equal(PILE_BALANCE - 260_000n);
      expect(await free(2)).to.equal(PILE_BALANCE + 130_000n);
    });

    it("refuses readings of other frames and by other keys", async () => {
      const { market, delivery, frame, sign, settle, piles } = await loadFixture(fixture);
      await goTo(frame + 2);
      await expect(settle([await sign(1, 1500n, 0n, frame - 1)]))
        .to.be.revertedWithCustomError(delivery, "WrongFrame")
        .withArgs(frame - 1, frame);
      const forged = await signReading(delivery, market, nth(piles, 2), {
        pile: 1,
        frame,
        consumedWh: 0n,
        producedWh: 0n,
      });
      await expect(settle([forged]))
        .to.be.revertedWithCustomError(delivery, "WrongMeterKey")
        .withArgs(1n, nth(piles, 2));
    });

    it("waits for nobody after the deadline; silence never pays", async () => {
      const { market, token, parameters, frame, sign, settle, free } = await loadFixture(fixture);
      await goTo(frame + 1, READING_SECONDS - 1);
      const reading = await sign(1, 1500n, 0n);
      await expect(settle([reading])).to.be.reverted;
      await goTo(frame + 1, READING_SECONDS);
      const receipt = await (await settle([reading])).wait();
      const postings = receipt!.logs.flatMap((log) => {
        const parsed = market.interface.parseLog(log);
        return parsed?.name === "FrameSettled" ? (parsed.args["postings"] as bigint[]).map(decodePosting) : [];
      });
      expect(postings.map(({ pile, silent }) => [pile, silent])).to.deep.equal([
        [2, true],
        [1, false],
      ]);
      // The seller produced nothing: the buyer bought its 1 kWh from the grid at 20 p, 7 p of which the seller owes it. As
      // r − x is 15 p, it owes the grid 8 p more, and for 3.5 kWh that it is taken to have consumed, 35 p each.
      expect(await free(1)).to.equal(PILE_BALANCE - 300_000n + 70_000n);
      expect(await free(2)).to.equal(PILE_BALANCE - 70_000n - 80_000n - 1_225_000n);
      expect(await market.gridBalance()).to.equal(300_000n + 80_000n + 1_225_000n);
      await expectSolvent(market, token, parameters);
    });

    it("takes a silent buyer to have consumed all that its pile can", async () => {
      const { market, token, parameters, frame, sign, settle, free } = await loadFixture(fixture);
      await goTo(frame + 1, READING_SECONDS);
      await settle([await sign(2, 0n, 1000n)]);
      // 3 500 Wh at 7 kW: 1 kWh of the trade, 0.5 kWh as agreed with the grid and 2 kWh more, for 15 p more each.
      expect(await free(1)).to.equal(PILE_BALANCE - 130_000n - 30_000n - 500_000n - 300_000n);
      await expectSolvent(market, token, parameters);
      expect(decodePileState(await market.pileState(1)).credit).to.equal(4926n);
    });

    it("settles the match and a later round by one digest over both", async () => {
      const { market, delivery, token, parameters, frame, sign, publication, words, digest } =
        await loadFixture(fixture);
      const round: PackedFill = { sell: 0, buy: 3, energyWh: 10n, price: 20n * PENNY };
      const first = await digest(frame, words);
      const all = [...words, packFill(round)];
      const whole = await digestOf(market, frame, keptOf(first), [packFill(round)], LEVEL.roundAfterMatch);
      await pokeRecord(market, frame, whole);
      await token.faucet(market, 2_000n + MARGIN);
      await goTo(frame + 1);
      const readings = [await sign(1, 1500n, 0n), await sign(2, 0n, 1000n), await sign(3, 10n, 0n)];
      for (const matched of [0, 1, all.length]) {
        await expect(delivery.settle(market, frame, publication, all, matched, readings))
          .to.be.revertedWithCustomError(delivery, "WrongFills")
          .withArgs(frame);
      }
      await expect(delivery.settle(market, frame, publication, all, all.length + 1, readings))
        .to.be.revertedWithCustomError(delivery, "MatchedOutOfRange")
        .withArgs(all.length + 1, all.length);
      // The kept part of the match's hash in the place of the publication, and the round's fills alone.
      await expect(delivery.settle(market, frame, keptOf(first), [packFill(round)], 0, [nth(readings, 2)]))
        .to.be.revertedWithCustomError(delivery, "WrongFills")
        .withArgs(frame);
      await delivery.settle(market, frame, publication, all, words.length, readings);
      await expectSolvent(market, token, parameters);
    });

    it("settles whoever is known before the deadline, and the others by what is left of the frame", async () => {
      const { market, delivery, token, parameters, frame, words, publication, a, c, digest, sign, free } =
        await loadFixture(fixture);
      // Beside the group of piles 1 and 2 pile 3 has a grid fill, and so has pile 4 by the round.
      const grid = (buy: number) => packFill({ sell: 0, buy, energyWh: 100n, price: 20n * PENNY });
      const matched = [...words, grid(3)];
      const first = await digest(frame, matched);
      await pokeRecord(market, frame, await digestOf(market, frame, keptOf(first), [grid(4)], LEVEL.roundAfterMatch));
      await token.faucet(market, 2n * (20_000n + MARGIN));
      await goTo(frame + 1);
      const all = [...matched, grid(4)];
      const settle = async (fills: bigint[], count: number, readings: SignedReading[]) =>
        delivery.settle(market, frame, publication, fills, count, readings);
      const before = await free(3);
      // Pile 2 is silent: so pile 1 waits, whose reading is there, and pile 4.
      const rest = [...words, grid(4)];
      const left = await digestOf(market, frame, publication, rest, LEVEL.rest, (2n << 16n) | 1n);
      await expect(settle(all, matched.length, [await sign(1, 1500n, 0n), await sign(3, 100n, 0n)]))
        .to.emit(market, "FrameSettled")
        .withArgs(frame, 20_000n, ethers.toBeHex(left, 32), (postings: bigint[]) => postings.length === 1);
      expect(await free(3)).to.equal(before + MARGIN);
      // A settled fill stays settled: neither the whole again nor another list.
      for (const [fills, count] of [
        [all, matched.length],
        [rest, 1],
        [rest, 3],
        [words, words.length],
        [[grid(4)], 0],
        [[grid(3)], 1],
      ] as const) {
        await expect(settle([...fills], count, [])).to.be.revertedWithCustomError(delivery, "WrongFills");
      }
      await expect(settle(rest, words.length, []))
        .to.be.revertedWithCustomError(delivery, "ReadingsAwaited")
        .withArgs(frame, 3n, (frame + 1) * F + READING_SECONDS);
      await delivery.submit(market, [await sign(4, 100n, 0n)]);
      await settle(rest, words.length, []);
      await goTo(frame + 1, READING_SECONDS);
      await settle(words, words.length, [await sign(1, 1500n, 0n)]);
      expect(decodeMarketTotals(await market.marketTotals()).openFrames).to.equal(0);
      expect([a.address, c.address]).to.have.length(2);
      await expectSolvent(market, token, parameters);
    });

    it("leaves a silent seller's exports open, and returns two margins to a pile that match and round filled", async () => {
      const { market, delivery, token, parameters, frame, words, publication, digest, sign, free } =
        await loadFixture(fixture);
      const round = [
        packFill({ sell: 0, buy: 1, energyWh: 100n, price: 20n * PENNY }),
        packFill({ sell: 4, buy: 0, energyWh: 100n, price: 5n * PENNY }),
      ];
      const first = await digest(frame, words);
      await pokeRecord(market, frame, await digestOf(market, frame, keptOf(first), round, LEVEL.roundAfterMatch));
      // The round's set-aside: a bid and the export at their prices, a bond of 20 p per kWh, and two margins.
      await token.faucet(market, 20_000n + 5_000n + 20_000n + 2n * MARGIN);
      await goTo(frame + 1);
      const settle = async (fills: bigint[], matched: number, readings: SignedReading[]) =>
        delivery.settle(market, frame, publication, fills, matched, readings);
      const [buyer, exporter] = [await free(1), await free(4)];
      await settle([...words, ...round], words.length, [await sign(1, 1600n, 0n), await sign(2, 0n, 1000n)]);
      // All that it locked is owed: its two margins come back, whole.
      expect(await free(1)).to.equal(buyer + 2n * MARGIN);
      expect(await free(4)).to.equal(exporter);
      await goTo(frame + 1, READING_SECONDS);
      await settle(round.slice(1), 0, []);
      // 15 p for each kWh that it did not bring, and for all that it may have consumed 20 p and 15 p.
      expect(await free(4)).to.equal(exporter + 20_000n + MARGIN - 15_000n - 1_225_000n);
      expect(decodeMarketTotals(await market.marketTotals()).openFrames).to.equal(0);
      await expectSolvent(market, token, parameters);
    });

    it("posts for the market's delivery contract alone", async () => {
      const { market, delivery, frame, publication, words, admin, digest } = await loadFixture(fixture);
      await goTo(frame + 1, READING_SECONDS);
      await expect(
        market.bookSettlement(frame, ethers.toBeHex(await digest(frame, words), 32), ethers.ZeroHash, 0n, []),
      )
        .to.be.revertedWithCustomError(market, "NotDelivery")
        .withArgs(admin);
      const another = await ethers.deployContract("Delivery");
      await expect(another.settle(market, frame, publication, words, words.length, [])).to.be.revertedWithCustomError(
        market,
        "NotDelivery",
      );
      expect(await delivery.getAddress()).to.equal((await market.parameters()).delivery);
    });
  });

  describe("nobody owes what is not set aside", () => {
    it("takes an order only while its pile has the margin free", async () => {
      const { market, lens, a, b, frame, free } = await loadFixture(fixture);
      await market.connect(b).place(ask(4n * PENNY, 1000n, frame + 9));
      await market.connect(a).place(bid(22n * PENNY, 1500n, frame + 9));
      await market.connect(a).withdraw(a, (await free(1)) - MARGIN + 1n);
      const next = Number(decodePileState(await market.pileState(1)).firstFrame);
      expect(await lens.marginOf(market, 1, next)).to.equal(MARGIN);
      expect(await lens.explain(market, a, next)).to.deep.equal([14n, 0n]);
      await goTo(next, -601);
      expect((await clear(market, next)).fills).to.deep.equal([]);
      await market.deposit(a, 1n);
      expect((await clear(market, next + 1)).fills).to.have.length(2);
      expect(await free(1)).to.be.lessThan(MARGIN);
    });

    it("keeps the margin while the gate is closed, to the unit", async () => {
      const { market, a, frame, free } = await loadFixture(fixture);
      await market.connect(a).place(bid(22n * PENNY, 5500n, frame + 9));
      const { firstFrame } = decodePileState(await market.pileState(1));
      const had = await free(1);
      await goTo(firstFrame, -300);
      await expect(market.connect(a).withdraw(a, had - MARGIN + 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(had - MARGIN, had - MARGIN + 1n);
      await market.connect(a).withdraw(a, had - MARGIN);
      await goTo(firstFrame, 0);
      await market.connect(a).withdraw(a, MARGIN);
      expect(await free(1)).to.equal(0n);
    });

    it("keeps what a pile's own rated power asks for, and no spread where a breach costs the counterparty nothing", async () => {
      const { market, lens, admin, token, start } = await fixtureOf({ breach: "counterparty", bondPricePerKwh: 0n });
      const margin = (ratedW: bigint) => (ratedW * 23n * PENNY) / 2_000n;
      const [small, large] = (await ethers.getSigners()).slice(-2);
      await token.faucet(admin, 10n ** 9n);
      await token.approve(market, ethers.MaxUint256);
      for (const [pile, ratedW] of [
        [small!, 1_000],
        [large!, 22_000],
      ] as const) {
        await market.registerPile(pile, ethers.ZeroAddress, pile, ratedW);
        // A bid of 100 Wh locks 22 p and the highest wheeling charge.
        await market.deposit(pile, 26_000n + margin(1_000n));
        await market.connect(pile).place(bid(22n * PENNY, 100n, start + 9));
      }
      const next = Number(decodePileState(await market.pileState(5)).firstFrame);
      expect(await lens.marginOf(market, 5, next)).to.equal(margin(1_000n));
      expect(await lens.marginOf(market, 6, next)).to.equal(margin(22_000n));
      // One's margin covers its own kilowatt though not the largest pile's; the other stays out.
      const { fills } = await clear(market, next);
      expect(fills.map(({ buy }) => buy).filter((pile) => pile >= 5)).to.deep.equal([5]);
    });

    it("pays everybody in full though a pile that took all it can has nothing beside", async () => {
      const { market, token, parameters, frame, a, b, sign, settle, free } = await loadFixture(fixture);
      // Both left with what was theirs; what may be owed stayed.
      await market.connect(a).withdraw(a, await free(1));
      await market.connect(b).withdraw(b, await free(2));
      await goTo(frame + 1, READING_SECONDS);
      await settle([await sign(1, 3_500n, 0n)]);
      // 1 kWh at 20 p less 7 p from the seller, 0.5 kWh at 20 p, 2 kWh at 35 p; 3 p of wheeling come back.
      expect(await free(1)).to.equal(MARGIN + 260_000n - 200_000n + 70_000n - 100_000n - 700_000n);
      // Its bond is 20 p: 15 p for the missing kWh; its margin: 3.5 kWh at 35 p.
      expect(await free(2)).to.equal(MARGIN + 200_000n - 150_000n - 1_225_000n);
      await expectSolvent(market, token, parameters);
    });
  });

  describe("what the operator's account cannot pay", () => {
    /** Pile 2 produced 3 kWh more than it sold: 15 p that the operator owes it, whose account is empty. */
    async function surplus() {
      const d = await fixtureOf();
      const trade = packFill({ sell: 2, buy: 1, energyWh: 500n, price: 13n * PENNY });
      const publication = packPublication(d.frame, 20n * PENNY, 5n * PENNY, 0n);
      await pokeRecord(d.market, d.frame, await digestOf(d.market, d.frame, publication, [trade]));
      const aside = 65_000n + 100_000n + 2n * ((7n * 35n * PENNY) / 2n);
      await d.token.faucet(d.market, aside);
      await goTo(d.frame + 1);
      await d.market.withdrawGrid(d.admin, await d.market.gridBalance()).catch(() => undefined);
      const readings = [await d.sign(1, 500n, 0n), await d.sign(2, 0n, 3_500n)];
      await d.delivery.settle(d.market, d.frame, publication, [trade], 1, readings);
      return d;
    }

    it("is a claim of the pile's account, paid in tokens as far as the account lasts, before the operator", async () => {
      const { market, delivery, token, admin, b } = await loadFixture(surplus);
      expect(await delivery.claimOf(market, b)).to.equal(150_000n);
      expect(await delivery.claimedOf(market)).to.equal(150_000n);
      await expect(delivery.connect(b).collectClaim(market, b))
        .to.be.revertedWithCustomError(delivery, "NothingClaimed")
        .withArgs(market, b);
      await market.depositGrid(100_000n);
      await expect(market.withdrawGrid(admin, 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(0n, 1n);
      const held = await token.balanceOf(b);
      await expect(delivery.connect(b).collectClaim(market, b))
        .to.emit(delivery, "ClaimPaid")
        .withArgs(market, b, b, 100_000n);
      await market.depositGrid(70_000n);
      await market.withdrawGrid(admin, 20_000n);
      await delivery.connect(b).collectClaim(market, b);
      expect((await token.balanceOf(b)) - held).to.equal(150_000n);
      expect([await market.gridBalance(), await delivery.claimedOf(market)]).to.deep.equal([0n, 0n]);
      await expect(delivery.connect(b).collectClaim(market, b)).to.be.revertedWithCustomError(
        delivery,
        "NothingClaimed",
      );
    });

    it("is paid by the delivery contract alone", async () => {
      const { market, admin } = await loadFixture(surplus);
      await expect(market.payClaim(admin, 1n)).to.be.revertedWithCustomError(market, "NotDelivery").withArgs(admin);
    });
  });

  describe("keepers", () => {
    it("have a claim for clearing and for settling the last part, and nobody can report them but who may", async () => {
      const d = await fixtureOf({ keeperReward: 7n });
      const { market, delivery, admin, frame, sign, settle } = d;
      expect(await delivery.claimOf(market, admin)).to.equal(7n);
      await goTo(frame + 1);
      await settle([await sign(1, 1500n, 0n), await sign(2, 0n, 1000n)]);
      expect(await delivery.claimOf(market, admin)).to.equal(14n);
      const nobody = await stranger();
      await expect(delivery.connect(nobody).rewardFinalising(market, nobody))
        .to.be.revertedWithCustomError(delivery, "NotRounds")
        .withArgs(nobody);
      // Whoever is no market has no reward to give: asking it for one fails.
      await expect(delivery.connect(nobody).rewardClearing(nobody)).to.be.reverted;
    });
  });

  describe("credit", () => {
    it("follows what was delivered, weighted by energy, and keeps whoever has too little out", async () => {
      const { market, frame, sign, settle, b } = await fixtureOf({ minCredit: 5_000n });
      await goTo(frame + 1);
      await settle([await sign(1, 1500n, 0n), await sign(2, 0n, 250n)]);
      // (5 000 * 100 000 + 10 000 * 1 500) / 101 500 and (5 000 * 100 000 + 10 000 * 250) / 101 000.
      const [buyer, seller] = [decodePileState(await market.pileState(1)), decodePileState(await market.pileState(2))];
      expect([buyer.credit, buyer.creditWh]).to.deep.equal([5074n, 101_500n]);
      expect([seller.credit, seller.creditWh]).to.deep.equal([4975n, 101_000n]);
      await expect(market.connect(b).place(ask(PENNY, 10n, frame + 9)))
        .to.be.revertedWithCustomError(market, "CreditTooLow")
        .withArgs(2n, 4975n, 5000n);
    });

    it("is neither earned from a pile of the same operator nor lost to it", async () => {
      const { market, delivery, token, frame, publication, a, b, free } = await loadFixture(fixture);
      // Pile 5 is run by whoever runs pile 2.
      await market.registerPile(await stranger(), b, a, 7000);
      const trade = packFill({ sell: 2, buy: 5, energyWh: 1000n, price: 13n * PENNY });
      await pokeRecord(market, frame, await digestOf(market, frame, publication, [trade]));
      await token.faucet(market, 160_000n + 2n * MARGIN);
      const before = await free(2);
      await goTo(frame + 1);
      const readings = await Promise.all([
        signReading(delivery, market, a, { pile: 5, frame, consumedWh: 1000n, producedWh: 0n }),
        signReading(delivery, market, b, { pile: 2, frame, consumedWh: 0n, producedWh: 1000n }),
      ]);
      await delivery.settle(market, frame, publication, [trade], 1, readings);
      expect((await free(2)) - before).to.equal(130_000n + 200_000n + MARGIN);
      for (const pile of [2, 5]) {
        const { credit, creditWh } = decodePileState(await market.pileState(pile));
        expect([credit, creditWh]).to.deep.equal([5000n, 100_000n]);
      }
    });

    it("is judged mildly where the registrar says that the weather is to blame, for later frames only", async () => {
      const { market, delivery, parameters, start, frame, words, publication, digest, sign } =
        await loadFixture(fixture);
      await goTo(start + 1, 1);
      await delivery.setWeatherFactor(market, 2, 2_500n);
      const next = start + 2 + parameters.leadFrames;
      await pokeRecord(market, next, await digest(next, words));
      await goTo(next + 1);
      const creditOf = async (settled: number) => {
        const readings = [await sign(1, 1500n, 0n, settled), await sign(2, 0n, 400n, settled)];
        const tx = await delivery.settle(market, settled, publication, words, words.length, readings);
        const logs = (await tx.wait())?.logs ?? [];
        const parsed = logs.map((log) => market.interface.parseLog(log)).find((log) => log?.name === "FrameSettled");
        return (parsed?.args["postings"] as bigint[]).map(decodePosting).map(({ creditedWh }) => creditedWh);
      };
      expect(await creditOf(frame)).to.deep.equal([400n, 1500n]);
      expect(await creditOf(next)).to.deep.equal([500n, 1500n]);
    });

    it("is judged to the Wh where a pile draws from the grid: no weather excuses a buyer", async () => {
      const { market, delivery, token, frame, publication, a } = await loadFixture(fixture);
      await market.registerPile(await stranger(), a, a, 40_000);
      const drawn = packFill({ sell: 0, buy: 5, energyWh: 20_000n, price: 20n * PENNY });
      await pokeRecord(market, frame, await digestOf(market, frame, publication, [drawn]));
      await token.faucet(market, 20n * 200_000n);
      await goTo(frame + 1);
      const reading = await signReading(delivery, market, a, { pile: 5, frame, consumedWh: 19_999n, producedWh: 0n });
      const receipt = await (await delivery.settle(market, frame, publication, [drawn], 1, [reading])).wait();
      const settled = receipt!.logs
        .map((log) => market.interface.parseLog(log))
        .find((log) => log?.name === "FrameSettled");
      const [posting] = (settled!.args["postings"] as bigint[]).map(decodePosting);
      expect(posting).to.include({ creditedWh: 19_999n });
    });
  });

  describe("a breach, where the defaulter pays", () => {
    /** Receipts of buyer and seller from a trade of 1 kWh at `price`, half of it delivered, beside the agreed ones. */
    async function halfDelivered(price: bigint, consumedWh: bigint, producedWh: bigint): Promise<[bigint, bigint]> {
      const { market, delivery, token, parameters, frame, publication, sign, free } = await loadFixture(fixture);
      const trade = packFill({ sell: 2, buy: 1, energyWh: 1000n, price });
      await pokeRecord(market, frame, await digestOf(market, frame, publication, [trade]));
      await token.faucet(market, price + 30_000n + parameters.bondPricePerKwh + 2n * MARGIN);
      await market.depositGrid(10n ** 6n);
      const before = [await free(1), await free(2)] as const;
      await goTo(frame + 1);
      const readings = [await sign(1, consumedWh, 0n), await sign(2, 0n, producedWh)];
      await delivery.settle(market, frame, publication, [trade], 1, readings);
      // 500 Wh at the agreed price and wheeling; the seller's bond comes back.
      const [traded, wheeled] = [price / 2n, 15_000n];
      return [
        (await free(1)) - before[0] - (price + 30_000n) - MARGIN + traded + wheeled,
        (await free(2)) - before[1] - parameters.bondPricePerKwh - MARGIN - traded,
      ];
    }

    // The import tariff is 20 p, the export tariff 5 p a kWh: half a kWh that is missing costs 7.5 p, or what the other
    // side loses by it.
    for (const [what, price, consumedWh, producedWh, buyer, seller] of [
      [
        "a buyer that falls short pays the spread, 4 p of it to the seller",
        13n,
        500n,
        1000n,
        -75_000n,
        40_000n + 25_000n,
      ],
      ["a buyer that falls short of a price below the export tariff pays the grid", 4n, 500n, 1000n, -75_000n, 25_000n],
      [
        "a buyer that falls short of a price above the import tariff pays the seller",
        22n,
        500n,
        1000n,
        -85_000n,
        85_000n + 25_000n,
      ],
      [
        "a seller that falls short pays the spread, 3.5 p of it to the buyer",
        13n,
        1000n,
        500n,
        -100_000n + 35_000n,
        -75_000n,
      ],
      [
        "a seller that falls short of a price above the import tariff pays the grid",
        22n,
        1000n,
        500n,
        -100_000n,
        -75_000n,
      ],
    ] as const) {
      it(what, async () => {
        expect(await halfDelivered(price * PENNY, consumedWh, producedWh)).to.deep.equal([buyer, seller]);
      });
    }

    it("counts what a pile moves beyond a fill for its next one, and all that is left for its last", async () => {
      const { market, delivery, token, frame, publication, sign, free } = await loadFixture(fixture);
      const price = 13n * PENNY;
      const trades = [
        packFill({ sell: 2, buy: 1, energyWh: 1000n, price }),
        packFill({ sell: 2, buy: 3, energyWh: 500n, price }),
      ];
      await pokeRecord(market, frame, await digestOf(market, frame, publication, trades));
      await token.faucet(market, (3n * (price + 30_000n + 200_000n)) / 2n + 3n * MARGIN);
      await market.depositGrid(10n ** 6n);
      const before = [await free(1), await free(2), await free(3)] as const;
      await goTo(frame + 1);
      const readings = [await sign(1, 1000n, 0n), await sign(2, 0n, 1900n), await sign(3, 500n, 0n)];
      await delivery.settle(market, frame, publication, trades, 2, readings);
      // 400 Wh more than it sold go to the grid.
      expect((await free(2)) - before[1]).to.equal(195_000n + 300_000n + 20_000n + MARGIN);
      expect([(await free(1)) - before[0], (await free(3)) - before[2]]).to.deep.equal([MARGIN, MARGIN]);
    });
  });

  it("comes to the money of [D Table 2], rows 1 to 6; row 7 by the same rule", async () => {
    // Yuan of 10 000; wheeling, agreed 200 kWh, r = 0.615, x = 0.41, one market for the counterparty's rule.
    const rows: [bigint, bigint, bigint, bigint, bigint, bigint][] = [
      [5500n, 220n, 200n, 1_263_000n, 1_100_000n, 163_000n],
      [5600n, 200n, 200n, 1_160_000n, 1_120_000n, 40_000n],
      [5400n, 180n, 200n, 1_008_000n, 1_054_000n, -46_000n],
      [5400n, 250n, 250n, 1_400_000n, 1_350_000n, 50_000n],
      [5600n, 180n, 180n, 1_044_000n, 1_008_000n, 36_000n],
      [5500n, 190n, 190n, 1_083_000n, 1_045_000n, 38_000n],
      [5400n, 240n, 220n, 1_355_000n, 1_188_000n, 167_000n],
    ];
    // Piles that move 250 kWh in a frame, and their margins at 0.615 and 0.02 a kWh.
    const d = await deployDirect(2, {
      ...{ readingSeconds: 60, breach: "counterparty", toleranceBps: 10_000n, ratedW: 500_000 },
    });
    const margin = 250n * (6150n + 200n);
    const { market, delivery, token, parameters } = d;
    await market.depositGrid(1_000_000n);
    const start = await freshFrame(market, parameters);
    for (const [i, [price, consumedKWh, producedKWh, buyerPays, sellerGets, gridGets]] of rows.entries()) {
      const frame = start + i;
      const word = packFill({ sell: 2, buy: 1, energyWh: 200_000n, price });
      const publication = packPublication(frame, 6150n, 4100n, 200n);
      await pokeRecord(market, frame, await digestOf(market, frame, publication, [word]));
      // The clearing's set-aside.
      const aside = 200n * (price + 200n);
      await token.faucet(market, aside + 2n * margin);
      const free = async (pile: number) => market.freeBalanceOf(nth(d.piles, pile - 1));
      const before = [await free(1), await free(2)];
      const grid = await market.gridBalance();
      await goTo(frame + 1, 1);
      const readings = [
        await signReading(delivery, market, nth(d.piles, 0), {
          pile: 1,
          frame,
          consumedWh: consumedKWh * 1000n,
          producedWh: 0n,
        }),
        await signReading(delivery, market, nth(d.piles, 1), {
          pile: 2,
          frame,
          consumedWh: 0n,
          producedWh: producedKWh * 1000n,
        }),
      ];
      await delivery.settle(market, frame, publication, [word], 1, readings);
      expect(await free(1), `row ${(i + 1).toString()}`).to.equal(nth(before, 0) + aside + margin - buyerPays);
      expect(await free(2)).to.equal(nth(before, 1) + margin + sellerGets);
      expect(await market.gridBalance()).to.equal(grid + gridGets);
    }
    await expectSolvent(market, token, parameters);
  });
});
