import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { ethers } from "hardhat";

import {
  decodePileState,
  decodePosting,
  type PackedFill,
  packMeterReading,
  READING_TYPES,
} from "../../../scripts/chain/packedWords";
import { ContractRefusal, decodeRefusal } from "../../../scripts/chain/refusal";
import type { DeploymentParameters } from "../../../scripts/market/defaults";
import { goTo, PILE_BALANCE } from "../../helpers/market";
import {
  deliveryDomain,
  hashWords,
  packFill,
  packPublication,
  pokeRecord,
  type SignedReading,
  signReading,
} from "./deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, nth, PENNY, stranger } from "./fixtures";

const READING_SECONDS = 3600;
const F = 1800;

describe("Delivery", () => {
  /** Frame `frame`: pile 2 sold pile 1 1 kWh at 13 p and 3 p wheeling, the grid sold it 0.5 kWh; it is over. */
  async function fixtureOf(overrides: Partial<DeploymentParameters> = {}) {
    const d = await deployDirect(4, {
      wheelingCap: 4n * PENNY,
      bondPrice: PENNY,
      readingSeconds: READING_SECONDS,
      ...overrides,
    });
    const { market, parameters } = d;
    const start = await freshFrame(market, parameters, { wheelingPrice: 3n * PENNY });
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
    return { ...d, start, frame, words, publication, a, b, c, sign, settle, refusals, free };
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

    it("keeps zero and the largest energies of neighbours apart", async () => {
      const { market, delivery, frame, sign } = await loadFixture(fixture);
      await goTo(frame + 1);
      const most = 2n ** 24n - 1n;
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
      const { market, delivery, token, parameters, frame, words, publication, sign, settle, refusals, piles } =
        await loadFixture(fixture);
      await goTo(frame + 1);
      await delivery.submit(market, [await sign(1, 1500n, 0n), await sign(2, 0n, 1000n)]);
      const later = frame + 64;
      await pokeRecord(market, later, hashWords([publication, ...words]));
      await goTo(later + 1);
      const next = await sign(1, 700n, 0n, later);
      expect(await refusals([next])).to.deep.equal(["ReadingsOccupied"]);
      await settle();
      await expectSolvent(market, token, parameters);
      expect(await refusals([next])).to.deep.equal([]);
      expect(await delivery.readingOf(market, 1, later)).to.deep.equal([true, 700n, 0n]);
      expect((await delivery.readingOf(market, 2, later)).stored).to.equal(false);
      // An older frame that is still open has lost its place; its readings can be handed in at settlement.
      await pokeRecord(market, frame, hashWords([publication, ...words]));
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
      // The seller produced nothing: the buyer bought its 1 kWh from the grid at 20 p, 7 p of which the seller owes it.
      expect(postings.map(({ pile, silent }) => [pile, silent])).to.deep.equal([
        [2, true],
        [1, false],
      ]);
      expect(await free(1)).to.equal(PILE_BALANCE - 300_000n + 70_000n);
      expect(await free(2)).to.equal(PILE_BALANCE - 70_000n);
      expect(await market.gridBalance()).to.equal(300_000n);
      await expectSolvent(market, token, parameters);
    });

    it("takes a silent buyer to have consumed all that its pile can", async () => {
      const { market, token, parameters, frame, sign, settle, free } = await loadFixture(fixture);
      await goTo(frame + 1, READING_SECONDS);
      await settle([await sign(2, 0n, 1000n)]);
      // 3 500 Wh at 7 kW: 1 kWh of the trade, 2.5 kWh of the grid fill.
      expect(await free(1)).to.equal(PILE_BALANCE - 130_000n - 30_000n - 500_000n);
      await expectSolvent(market, token, parameters);
      expect(decodePileState(await market.pileState(1)).credit).to.equal(4926n);
    });

    it("settles the match and a later round by one digest over both", async () => {
      const { market, delivery, token, parameters, frame, sign, publication, words } = await loadFixture(fixture);
      const round: PackedFill = { sell: 0, buy: 3, energyWh: 10n, price: 20n * PENNY };
      const first = hashWords([publication, ...words]);
      const all = [...words, packFill(round)];
      await pokeRecord(market, frame, hashWords([(first >> 72n) << 72n, ...all.slice(words.length)]));
      await token.faucet(market, 2_000n);
      await goTo(frame + 1);
      const readings = [await sign(1, 1500n, 0n), await sign(2, 0n, 1000n), await sign(3, 10n, 0n)];
      for (const matched of [0, 1, all.length]) {
        await expect(delivery.settle(market, frame, publication, all, matched, readings))
          .to.be.revertedWithCustomError(delivery, "WrongFills")
          .withArgs(frame);
      }
      await delivery.settle(market, frame, publication, all, words.length, readings);
      await expectSolvent(market, token, parameters);
    });

    it("posts for the market's delivery contract alone", async () => {
      const { market, delivery, frame, publication, words, admin } = await loadFixture(fixture);
      await goTo(frame + 1, READING_SECONDS);
      await expect(market.post(frame, ethers.toBeHex(hashWords([publication, ...words]), 32), 0n, []))
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

  describe("what nobody can pay", () => {
    /** Pile 2 owes the buyer 7 p for each kWh that it did not deliver, and has nothing but its bond. */
    async function indebted() {
      const d = await fixtureOf();
      await d.market.connect(d.b).withdraw(d.b, await d.free(2));
      await goTo(d.frame + 1, READING_SECONDS);
      await d.settle([await d.sign(1, 1500n, 0n)]);
      return d;
    }

    it("becomes a debt, never a hole", async () => {
      const { market, token, parameters, free } = await loadFixture(indebted);
      expect(await free(2)).to.equal(0n);
      expect(await market.debtOf(2)).to.equal(60_000n);
      expect(await free(1)).to.equal(PILE_BALANCE - 300_000n + 10_000n);
      await expectSolvent(market, token, parameters);
    });

    it("keeps the pile from placing and withdrawing until it is paid, to the operator", async () => {
      const { market, token, parameters, b, frame } = await loadFixture(indebted);
      await expect(market.connect(b).place(ask(PENNY, 10n, frame + 9)))
        .to.be.revertedWithCustomError(market, "PileInDebt")
        .withArgs(2n, 60_000n);
      await expect(market.deposit(b, 50_000n)).to.emit(market, "DebtChanged").withArgs(2n, 10_000n);
      await expect(market.connect(b).withdraw(b, 1n))
        .to.be.revertedWithCustomError(market, "PileInDebt")
        .withArgs(2n, 10_000n);
      const grid = await market.gridBalance();
      await expect(market.deposit(b, 10_001n)).to.emit(market, "DebtChanged").withArgs(2n, 0n);
      expect(await market.gridBalance()).to.equal(grid + 10_000n);
      await market.connect(b).withdraw(b, 1n);
      await expectSolvent(market, token, parameters);
    });
  });

  it("leaves a pile in debt what it has beyond its debt: an order that it cancelled later, while entry is paused", async () => {
    const { market, token, parameters, start, frame, b, settle, sign, free } = await loadFixture(fixture);
    await market.connect(b).place(ask(PENNY, 2_000_000n, start + 90));
    await market.connect(b).withdraw(b, await free(2));
    await goTo(frame + 1, READING_SECONDS);
    await settle([await sign(1, 1500n, 0n)]);
    const debt = await market.debtOf(2);
    await market.setEntryPaused(true);
    await goTo(frame + 5, 1);
    await market.connect(b).cancel();
    const had = await free(2);
    expect([debt, had > debt]).to.deep.equal([60_000n, true]);
    for (const amount of [had - debt + 1n, had, had + 1n]) {
      await expect(market.connect(b).withdraw(b, amount))
        .to.be.revertedWithCustomError(market, "PileInDebt")
        .withArgs(2n, debt);
    }
    await expect(market.connect(b).withdraw(b, ethers.MaxUint256))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(had, ethers.MaxUint256);
    await market.connect(b).withdraw(b, had - debt);
    await market.setEntryPaused(false);
    // Any deposit has the rest pay the debt.
    const grid = await market.gridBalance();
    await market.deposit(b, 1n);
    expect([await market.debtOf(2), await free(2), await market.gridBalance()]).to.deep.equal([0n, 1n, grid + debt]);
    await expectSolvent(market, token, parameters);
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
      await pokeRecord(market, frame, hashWords([publication, trade]));
      await token.faucet(market, 160_000n);
      const before = await free(2);
      await goTo(frame + 1);
      const readings = await Promise.all([
        signReading(delivery, market, a, { pile: 5, frame, consumedWh: 1000n, producedWh: 0n }),
        signReading(delivery, market, b, { pile: 2, frame, consumedWh: 0n, producedWh: 1000n }),
      ]);
      await delivery.settle(market, frame, publication, [trade], 1, readings);
      expect((await free(2)) - before).to.equal(130_000n + 10_000n);
      for (const pile of [2, 5]) {
        const { credit, creditWh } = decodePileState(await market.pileState(pile));
        expect([credit, creditWh]).to.deep.equal([5000n, 100_000n]);
      }
    });

    it("is judged mildly where the registrar says that the weather is to blame, for later frames only", async () => {
      const { market, delivery, parameters, start, frame, words, publication, sign } = await loadFixture(fixture);
      await goTo(start + 1, 1);
      await delivery.setWeatherFactor(market, 2, 2_500n);
      const next = start + 2 + parameters.leadFrames;
      await pokeRecord(market, next, hashWords([publication, ...words]));
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
  });

  describe("a breach, where the defaulter pays", () => {
    /** What buyer and seller get of a trade of 1 kWh at `price` when half of it was delivered, beside what was agreed. */
    async function halfDelivered(price: bigint, consumedWh: bigint, producedWh: bigint): Promise<[bigint, bigint]> {
      const { market, delivery, token, parameters, frame, publication, sign, free } = await loadFixture(fixture);
      const trade = packFill({ sell: 2, buy: 1, energyWh: 1000n, price });
      await pokeRecord(market, frame, hashWords([publication, trade]));
      await token.faucet(market, price + 30_000n + parameters.bondPrice);
      await market.depositGrid(10n ** 6n);
      const before = [await free(1), await free(2)] as const;
      await goTo(frame + 1);
      const readings = [await sign(1, consumedWh, 0n), await sign(2, 0n, producedWh)];
      await delivery.settle(market, frame, publication, [trade], 1, readings);
      // 500 Wh at the agreed price and wheeling; the seller's bond comes back.
      const [traded, wheeled] = [price / 2n, 15_000n];
      return [
        (await free(1)) - before[0] - (price + 30_000n) + traded + wheeled,
        (await free(2)) - before[1] - parameters.bondPrice - traded,
      ];
    }

    // The import tariff is 20 p, the export tariff 5 p a kWh.
    for (const [what, price, consumedWh, producedWh, buyer, seller] of [
      ["a buyer that falls short pays what the export tariff lacks", 13n, 500n, 1000n, -40_000n, 40_000n + 25_000n],
      ["a buyer that falls short of a price below the export tariff owes nothing", 4n, 500n, 1000n, 0n, 25_000n],
      ["a seller that falls short pays what the import tariff adds", 13n, 1000n, 500n, -100_000n + 35_000n, -35_000n],
      ["a seller that falls short of a price above the import tariff owes nothing", 22n, 1000n, 500n, -100_000n, 0n],
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
      await pokeRecord(market, frame, hashWords([publication, ...trades]));
      await token.faucet(market, (3n * (price + 30_000n + 10_000n)) / 2n);
      await market.depositGrid(10n ** 6n);
      const before = [await free(1), await free(2), await free(3)] as const;
      await goTo(frame + 1);
      const readings = [await sign(1, 1000n, 0n), await sign(2, 0n, 1900n), await sign(3, 500n, 0n)];
      await delivery.settle(market, frame, publication, trades, 2, readings);
      // 400 Wh more than it sold go to the grid.
      expect((await free(2)) - before[1]).to.equal(195_000n + 15_000n + 20_000n);
      expect([(await free(1)) - before[0], (await free(3)) - before[2]]).to.deep.equal([0n, 0n]);
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
    const d = await deployDirect(2, { readingSeconds: 60, breach: "counterparty", overBps: 10_000n });
    const { market, delivery, token, parameters } = d;
    await market.depositGrid(1_000_000n);
    const start = await freshFrame(market, parameters);
    for (const [i, [price, consumedKWh, producedKWh, buyerPays, sellerGets, gridGets]] of rows.entries()) {
      const frame = start + i;
      const word = packFill({ sell: 2, buy: 1, energyWh: 200_000n, price });
      const publication = packPublication(frame, 6150n, 4100n, 200n);
      await pokeRecord(market, frame, hashWords([publication, word]));
      // What the clearing would have set aside.
      const aside = 200n * (price + 200n);
      await token.faucet(market, aside);
      const before = await Promise.all([1, 2].map(async (pile) => market.freeBalanceOfPile(pile)));
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
      expect(await market.freeBalanceOfPile(1), `row ${(i + 1).toString()}`).to.equal(
        nth(before, 0) + aside - buyerPays,
      );
      expect(await market.freeBalanceOfPile(2)).to.equal(nth(before, 1) + sellerGets);
      expect(await market.gridBalance()).to.equal(grid + gridGets);
    }
    await expectSolvent(market, token, parameters);
  });
});
