import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState, type PackedFill } from "../../../scripts/chain/packedWords";
import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../../scripts/core/parameters";
import { Random } from "../../../scripts/core/random";
import type { Delivery, Market, TestToken } from "../../../typechain-types";
import { cases } from "../../helpers/cases";
import { goTo } from "../../helpers/market";
import {
  type DeliveryRules,
  type PlainOutcome,
  type PlainPile,
  setAside,
  settlePlainly,
} from "../../helpers/plainDelivery";
import {
  digestOf,
  keptOf,
  LEVEL,
  packFill,
  packPublication,
  pokeRecord,
  type SignedReading,
  signReading,
} from "./deliveryFixtures";
import { deployFor, nth } from "./fixtures";

const PILES = 8;
const FRAMES = cases(25, 8);
const READING_SECONDS = 600;
const RATED_W = 7000;
const REACH_WH = 3500n;
const IMPORT_CAP = 300_000n;

/** Markets that settle differently. */
const VARIANTS: Record<string, Partial<DeploymentParameters>> = {
  "counterparty, no bonds": { breach: "counterparty", bondPricePerKwh: 0n },
  "counterparty, much over": { breach: "counterparty", toleranceBps: 10_000n, bondPricePerKwh: 30_000n },
  "defaulter, the smallest bonds": { breach: "defaulter" },
  "defaulter, a little over, keepers are paid": { breach: "defaulter", toleranceBps: 700n, keeperReward: 777n },
  "no prior credit": { breach: "defaulter", initialCredit: 0n, creditPriorWh: 0n, toleranceBps: 3_333n },
};

/** A frame that is being settled. */
interface Cleared {
  frame: number;
  publication: bigint;
  fills: readonly PackedFill[];
  matched: number;
  rules: DeliveryRules;
}

describe("Delivery against its plain twin", () => {
  const seen = new Map<string, number>();

  for (const [name, variant] of Object.entries(VARIANTS)) {
    it(`settles ${FRAMES.toString()} random frames to the unit: ${name}`, async () => {
      const bench = await RandomFrames.deploy(name, variant);
      for (let i = 0; i < FRAMES; i++) await bench.settleOne();
      for (const [what, count] of Object.entries(bench.seen)) seen.set(what, (seen.get(what) ?? 0) + count);
    });
  }

  it("met what must be met: silence, parts, margins that pay, claims and their payment, premiums and subsidies", () => {
    for (const [what, count] of seen) expect(count, what).to.be.greaterThan(0);
  });
});

/** One market whose frames are made up: fills are bound in its storage as if it had cleared them. */
class RandomFrames {
  readonly seen = {
    ...{ silent: 0, late: 0, parts: 0, marginsThatPay: 0, frames: 0, claims: 0, claimsPaid: 0 },
    ...{ premiums: 0, subsidies: 0, keptAtAgreed: 0 },
  };

  /** Who in the frame moves a quarter more than agreed; where sellers do, buyers keep to what was agreed. */
  private moreThanAgreed: "nobody" | "sellers" | "everybody" = "nobody";

  private constructor(
    private readonly random: Random,
    private readonly market: Market,
    private readonly delivery: Delivery,
    private readonly token: TestToken,
    private readonly parameters: DeploymentParameters,
    private readonly piles: readonly HardhatEthersSigner[],
    private readonly weather: ReadonlyMap<number, bigint>,
  ) {}

  static async deploy(name: string, variant: Partial<DeploymentParameters>): Promise<RandomFrames> {
    const random = new Random(2026).stream(name);
    const token = await ethers.deployContract("TestToken", [6]);
    const parameters = {
      ...DEFAULT_PARAMETERS,
      ...{
        readingSeconds: READING_SECONDS,
        wheelingCapPerKwh: 10n ** 6n,
        importCapPerKwh: IMPORT_CAP,
        bondPricePerKwh: IMPORT_CAP,
      },
      ...variant,
    };
    const { market, delivery, admin } = await deployFor(token, parameters);
    await token.faucet(admin, 10n ** 18n);
    await token.approve(market, ethers.MaxUint256);
    const piles = (await ethers.getSigners()).slice(1, 1 + PILES);
    const weather = new Map<number, bigint>();
    for (const [i, pile] of piles.entries()) {
      // Piles 1 and 5, a buyer and a seller, have one operator; 2 and 6 have none.
      const operator = i % 4 === 1 ? ethers.ZeroAddress : nth(piles, i % 4).address;
      await market.registerPile(pile, i % 4 === 0 ? operator : i % 4 === 1 ? operator : pile, pile, RATED_W);
      const factor = BigInt(random.integer(0, 2_999));
      await delivery.setWeatherFactor(market, i + 1, factor);
      weather.set(i + 1, factor);
    }
    await time.increase(1800 * (2 + parameters.leadFrames));
    return new RandomFrames(random, market, delivery, token, parameters, piles, weather);
  }

  async settleOne(): Promise<void> {
    const { market, delivery, token, random, parameters } = this;
    const frame = Math.floor((await time.latest()) / 1800) + 1;
    const [one, other] = [BigInt(random.integer(0, 300_000)), BigInt(random.integer(0, 300_000))];
    const rules: DeliveryRules = {
      importPricePerKwh: one > other ? one : other,
      exportPricePerKwh: one > other ? other : one,
      wheelingPricePerKwh: BigInt(random.integer(0, 30_000)),
      bondPricePerKwh: parameters.bondPricePerKwh,
      toleranceBps: parameters.toleranceBps,
      defaulterPays: parameters.breach === "defaulter",
    };
    const { fills, matched } = this.fills(rules);
    this.moreThanAgreed = random.pick(["nobody", "sellers", "everybody"] as const, [45, 20, 35]);
    const publication = packPublication(
      frame,
      rules.importPricePerKwh,
      rules.exportPricePerKwh,
      rules.wheelingPricePerKwh,
    );
    await pokeRecord(market, frame, await this.digest(frame, publication, fills, matched));
    await token.faucet(
      market,
      setAside(fills, matched, rules, () => REACH_WH),
    );
    if (random.chance(0.2)) await market.depositGrid(random.integer(1, 200_000));
    const unclaimed = await delivery.unclaimedOf(market);
    if (unclaimed !== 0n && random.chance(0.5)) await market.withdrawGrid(nth(this.piles, 0), unclaimed);
    if (random.chance(0.3)) await this.collect();

    const readings = new Map<number, SignedReading>();
    const known = new Map<number, NonNullable<PlainPile["reading"]>>();
    for (const number of new Set(fills.flatMap(({ sell, buy }) => [sell, buy]).filter((pile) => pile !== 0))) {
      const reading = {
        ...{ pile: number, frame },
        ...{ consumedWh: this.energy(fills, number), producedWh: this.energy(fills, number) },
      };
      known.set(number, reading);
      readings.set(number, await signReading(delivery, market, nth(this.piles, number - 1), reading));
    }
    const silent = [...known.keys()].filter(() => random.chance(0.1));
    const late = [...known.keys()].filter((number) => !silent.includes(number) && random.chance(0.2));
    this.seen.silent += silent.length;
    this.seen.late += late.length;
    const early = [...known.keys()].filter((number) => !silent.includes(number) && !late.includes(number));
    const stored = early.filter(() => random.chance(0.4));
    await goTo(frame + 1, 5);
    await delivery.submit(
      market,
      stored.map((number) => readings.get(number)!),
    );
    const read = new Map(early.map((number) => [number, known.get(number)!]));
    const handed = (numbers: readonly number[]) =>
      numbers.filter((number) => !stored.includes(number)).map((number) => readings.get(number)!);
    const cleared: Cleared = { frame, publication, fills, matched, rules };
    const waiting = await this.settle(cleared, read, handed(early), false);
    if (waiting.length > 0) {
      for (const number of late) read.set(number, known.get(number)!);
      await goTo(frame + 1, READING_SECONDS);
      const rest = waiting.length === fills.length ? fills : waiting;
      const restMatched = rest.filter((fill) => fills.indexOf(fill) < matched).length;
      await this.settle({ ...cleared, fills: rest, matched: restMatched }, read, handed([...early, ...late]), true);
    }
    this.seen.frames++;
    await this.expectSolvent();
  }

  /** Settles what can be settled, and compares. @returns the fills that wait */
  private async settle(
    { frame, publication, fills, matched, rules }: Cleared,
    read: ReadonlyMap<number, NonNullable<PlainPile["reading"]>>,
    handed: readonly SignedReading[],
    overdue: boolean,
  ): Promise<PackedFill[]> {
    const { market, delivery } = this;
    const before = new Map<number, PlainPile>();
    for (const number of new Set(fills.flatMap(({ sell, buy }) => [sell, buy]).filter((pile) => pile !== 0))) {
      before.set(number, { ...(await this.pile(number)), reading: read.get(number) });
    }
    const [gridBefore, claimedBefore] = [await market.gridBalance(), await delivery.claimedOf(market)];
    const expected = settlePlainly(fills, matched, rules, before, overdue, gridBefore, claimedBefore);
    const settling = delivery.settle(market, frame, publication, fills.map(packFill), matched, [...handed]);
    if (expected.piles.size === 0) {
      await expect(settling).to.be.revertedWithCustomError(delivery, "ReadingsAwaited");
      return expected.waiting;
    }
    await settling;
    await this.compare(before, expected);
    const complete = expected.waiting.length === 0;
    const reward = complete ? this.parameters.keeperReward : 0n;
    expect(await market.gridBalance(), "account of the operator").to.equal(expected.grid);
    expect(await delivery.claimedOf(market), "claims").to.equal(claimedBefore + expected.claimed + reward);
    this.seen.parts += Number(!complete);
    this.seen.marginsThatPay += Number(expected.fromMargins > 0n);
    this.seen.claims += Number(expected.claimed > 0n);
    this.seen.keptAtAgreed += expected.keptAtAgreed;
    return expected.waiting;
  }

  /** Who is settled has what the twin says, and everybody else what they had. */
  private async compare(before: ReadonlyMap<number, PlainPile>, { piles }: PlainOutcome): Promise<void> {
    for (const [number, pile] of before) {
      const { free, claim, credit, creditWh } = await this.pile(number);
      const expected = piles.get(number) ?? {
        ...{ free: pile.free, claim: pile.claim },
        ...{ credit: pile.credit, creditWh: pile.creditWh },
      };
      expect({ free, claim, credit, creditWh }, `pile ${number.toString()}`).to.deep.equal(expected);
    }
  }

  /** Somebody's claim is paid as far as the account lasts. */
  private async collect(): Promise<void> {
    const { market, delivery, token } = this;
    for (const pile of this.piles) {
      const claim = await delivery.claimOf(market, pile);
      const account = await market.gridBalance();
      if (claim === 0n || account === 0n) continue;
      const paid = claim < account ? claim : account;
      await expect(delivery.connect(pile).collectClaim(market, pile)).to.changeTokenBalance(token, pile, paid);
      expect(await delivery.claimOf(market, pile)).to.equal(claim - paid);
      expect(await market.gridBalance()).to.equal(account - paid);
      this.seen.claimsPaid++;
      return;
    }
  }

  /** Digest in a frame's record. */
  private async digest(
    frame: number,
    publication: bigint,
    fills: readonly PackedFill[],
    matched: number,
  ): Promise<bigint> {
    const words = fills.map(packFill);
    if (matched === 0) return digestOf(this.market, frame, publication, words, LEVEL.round);
    const first = await digestOf(this.market, frame, publication, words.slice(0, matched), LEVEL.match);
    if (matched === words.length) return first;
    return digestOf(this.market, frame, keptOf(first), words.slice(matched), LEVEL.roundAfterMatch);
  }

  /** The tokens that the market holds are the sum of everybody's money. */
  private async expectSolvent(): Promise<void> {
    let owned = await this.market.gridBalance();
    for (let number = 1; number <= PILES; number++) owned += (await this.pile(number)).free;
    expect(await this.token.balanceOf(this.market)).to.equal(owned);
  }

  /**
   * Trades between piles 1 to 4 and 5 to 8, then fills from and to the grid, some of them of a later round. A pile's
   * displayed energy, and so its fills, is at most the energy that it moves in a frame.
   */
  private fills(rules: DeliveryRules): { fills: PackedFill[]; matched: number } {
    const { random } = this;
    const fills: PackedFill[] = [];
    const leftWh = Array.from({ length: PILES + 1 }, () => REACH_WH);
    const energyWh = (...piles: number[]): bigint => {
      const most = piles.reduce((least, pile) => (leftWh[pile]! < least ? leftWh[pile]! : least), REACH_WH);
      const wanted = BigInt(random.pick([1, random.integer(1, 1_200), 3_500], [10, 80, 10]));
      const energy = wanted < most ? wanted : most;
      for (const pile of piles) leftWh[pile] = leftWh[pile]! - energy;
      return energy;
    };
    for (let i = random.integer(0, 6); i > 0; i--) {
      const [sell, buy] = [random.integer(5, 8), random.integer(1, 4)];
      const price = BigInt(random.integer(1, 400_000));
      fills.push({ sell, buy, energyWh: energyWh(sell, buy), price, ...this.gap() });
    }
    const grid = random.integer(fills.length === 0 ? 1 : 0, 3);
    for (let i = 0; i < grid; i++) {
      fills.push({ sell: 0, buy: 1 + i, energyWh: energyWh(1 + i), price: rules.importPricePerKwh });
    }
    const exports = random.integer(0, 2);
    for (let i = 0; i < exports; i++) {
      fills.push({ sell: 5 + i, buy: 0, energyWh: energyWh(5 + i), price: rules.exportPricePerKwh });
    }
    const some = fills.filter((fill) => fill.energyWh > 0n);
    return { fills: some, matched: random.integer(0, some.length) };
  }

  /** Premium and subsidy of a trade, of which many have none. */
  private gap(): Pick<PackedFill, "premium" | "subsidy"> {
    const { random } = this;
    const some = (): bigint => (random.chance(0.5) ? BigInt(random.integer(1, 250_000)) : 0n);
    if (random.chance(0.4)) return {};
    const [premium, subsidy] = [some(), some()];
    this.seen.premiums += Number(premium !== 0n);
    this.seen.subsidies += Number(subsidy !== 0n);
    return { premium, subsidy };
  }

  /**
   * Energy that a meter counts: about the agreed energy, or something else altogether that the pile can move.
   */
  private energy(fills: readonly PackedFill[], number: number): bigint {
    const { random } = this;
    const agreed = fills
      .filter(({ sell, buy }) => sell === number || buy === number)
      .reduce((sum, fill) => sum + fill.energyWh, 0n);
    if (this.moreThanAgreed !== "nobody") {
      const buys = fills.some(({ buy }) => buy === number);
      const wanted = buys && this.moreThanAgreed === "sellers" ? agreed : agreed + agreed / 4n + 1n;
      return wanted < REACH_WH ? wanted : REACH_WH;
    }
    if (random.chance(0.3)) return agreed;
    if (random.chance(0.2)) return 0n;
    if (random.chance(0.1)) return REACH_WH;
    const moved = (agreed * BigInt(random.integer(0, 2_500))) / 1_000n;
    return moved < REACH_WH ? moved : REACH_WH;
  }

  private async pile(number: number): Promise<PlainPile> {
    const { balance, credit, creditWh } = decodePileState(await this.market.pileState(number));
    return {
      free: balance,
      claim: await this.delivery.claimOf(this.market, nth(this.piles, number - 1)),
      credit,
      creditWh,
      reachWh: REACH_WH,
      weatherBps: this.weather.get(number)!,
      operator: number % 4 === 1 ? 1 : number % 4 === 2 ? 0 : number,
    };
  }
}
