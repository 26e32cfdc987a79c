import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState, type PackedFill } from "../../../scripts/chain/packedWords";
import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../../scripts/market/defaults";
import { Random } from "../../../scripts/random";
import type { Delivery, Market, TestToken } from "../../../typechain-types";
import { goTo } from "../../helpers/market";
import { type DeliveryRules, type PlainPile, setAside, settlePlainly } from "../../helpers/plainDelivery";
import {
  hashWords,
  keptOf,
  packFill,
  packPublication,
  pokeRecord,
  type SignedReading,
  signReading,
} from "./deliveryFixtures";
import { deployFor, nth } from "./fixtures";
import { cases } from "../../helpers/cases";

const PILES = 8;
const FRAMES = cases(25, 8);
const READING_SECONDS = 600;
const RATED_W = 7000;
const REACH_WH = 3500n;

/** Markets that settle differently. */
const VARIANTS: Record<string, Partial<DeploymentParameters>> = {
  "counterparty, no bonds": { breach: "counterparty" },
  "counterparty, much over": { breach: "counterparty", overBps: 10_000n, bondPrice: 30_000n },
  "defaulter, no bonds": { breach: "defaulter" },
  "defaulter, a little over, small bonds": { breach: "defaulter", overBps: 700n, bondPrice: 13_000n },
  "no prior credit": { breach: "defaulter", initialCredit: 0n, creditPriorWh: 0n, overBps: 3_333n, bondPrice: 1n },
};

describe("Delivery against its plain twin", () => {
  const seen = new Map<string, number>();

  for (const [name, variant] of Object.entries(VARIANTS)) {
    it(`settles ${FRAMES.toString()} random frames to the unit: ${name}`, async () => {
      const bench = await RandomFrames.deploy(name, variant);
      for (let i = 0; i < FRAMES; i++) await bench.settleOne();
      for (const [what, count] of Object.entries(bench.seen)) seen.set(what, (seen.get(what) ?? 0) + count);
    });
  }

  it("met what must be met: silence, debts, dues between piles and surplus that nobody could pay", () => {
    for (const [what, count] of seen) expect(count, what).to.be.greaterThan(0);
  });
});

/** One market whose frames are made up: fills are bound in its storage as if it had cleared them. */
class RandomFrames {
  readonly seen = { silent: 0, debts: 0, cutDues: 0, cutSurpluses: 0 };

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
    const parameters = { ...DEFAULT_PARAMETERS, readingSeconds: READING_SECONDS, wheelingCap: 10n ** 6n, ...variant };
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
    const rules: DeliveryRules = {
      importPrice: BigInt(random.integer(0, 300_000)),
      exportPrice: BigInt(random.integer(0, 200_000)),
      wheelingPrice: BigInt(random.integer(0, 30_000)),
      bondPrice: parameters.bondPrice,
      overBps: parameters.overBps,
      defaulterPays: parameters.breach === "defaulter",
    };
    const { fills, matched } = this.fills(rules);
    const publication = packPublication(frame, rules.importPrice, rules.exportPrice, rules.wheelingPrice);
    const words = fills.map(packFill);
    const first = hashWords([publication, ...words.slice(0, matched)]);
    const digest =
      matched === 0 || matched === words.length
        ? hashWords([publication, ...words])
        : hashWords([keptOf(first), ...words.slice(matched)]);
    await pokeRecord(market, frame, digest);
    await token.faucet(market, setAside(fills, rules));
    if (random.chance(0.3)) await market.deposit(random.pick(this.piles), random.integer(1, 600_000));
    if (random.chance(0.2)) await market.depositGrid(random.integer(1, 200_000));
    const account = await market.gridBalance();
    if (account !== 0n && random.chance(0.4)) await market.withdrawGrid(nth(this.piles, 0), account);

    const numbers = [...new Set(fills.flatMap(({ sell, buy }) => [sell, buy]))].filter((number) => number !== 0);
    const before = new Map<number, PlainPile>();
    for (const number of numbers) before.set(number, await this.pile(number));
    const gridBefore = await market.gridBalance();
    const stored: SignedReading[] = [];
    const handed: SignedReading[] = [];
    await goTo(frame + 1, 5);
    for (const [number, pile] of before) {
      if (random.chance(0.15)) {
        this.seen.silent++;
        continue;
      }
      const reading = {
        pile: number,
        frame,
        consumedWh: this.energy(fills, number),
        producedWh: this.energy(fills, number),
      };
      pile.reading = reading;
      (random.chance(0.4) ? stored : handed).push(
        await signReading(delivery, market, nth(this.piles, number - 1), reading),
      );
    }
    await delivery.submit(market, stored);
    await goTo(frame + 1, READING_SECONDS);
    await delivery.settle(market, frame, publication, words, matched, handed);

    const expected = settlePlainly(fills, rules, before, gridBefore);
    for (const [number, outcome] of expected.piles) {
      const { free, debt, credit, creditWh } = await this.pile(number);
      expect({ free, debt, credit, creditWh }, `pile ${number.toString()}`).to.deep.equal(outcome);
      if (debt !== 0n) this.seen.debts++;
    }
    expect(await market.gridBalance()).to.equal(expected.grid);
    this.seen.cutDues += expected.cut.dues;
    this.seen.cutSurpluses += expected.cut.surpluses;
    await this.expectSolvent();
  }

  /** The tokens that the market holds are the sum of everybody's claims. */
  private async expectSolvent(): Promise<void> {
    let claims = await this.market.gridBalance();
    for (let number = 1; number <= PILES; number++) claims += (await this.pile(number)).free;
    expect(await this.token.balanceOf(this.market)).to.equal(claims);
  }

  /** Trades between piles 1 to 4 and 5 to 8, then fills from and to the grid, some of them of a later round. */
  private fills(rules: DeliveryRules): { fills: PackedFill[]; matched: number } {
    const { random } = this;
    const fills: PackedFill[] = [];
    const energyWh = (): bigint => BigInt(random.chance(0.1) ? 1 : random.integer(1, 1_200));
    for (let i = random.integer(0, 6); i > 0; i--) {
      const [sell, buy] = [random.integer(5, 8), random.integer(1, 4)];
      fills.push({ sell, buy, energyWh: energyWh(), price: BigInt(random.integer(1, 400_000)) });
    }
    const grid = random.integer(fills.length === 0 ? 1 : 0, 3);
    for (let i = 0; i < grid; i++) {
      fills.push({ sell: 0, buy: 1 + i, energyWh: energyWh(), price: rules.importPrice });
    }
    const exports = random.integer(0, 2);
    for (let i = 0; i < exports; i++) {
      fills.push({ sell: 5 + i, buy: 0, energyWh: energyWh(), price: rules.exportPrice });
    }
    return { fills, matched: random.integer(0, fills.length) };
  }

  /** What a meter counts: about what was agreed, or something else altogether. */
  private energy(fills: readonly PackedFill[], number: number): bigint {
    const { random } = this;
    const agreed = fills
      .filter(({ sell, buy }) => sell === number || buy === number)
      .reduce((sum, fill) => sum + fill.energyWh, 0n);
    if (random.chance(0.3)) return agreed;
    if (random.chance(0.1)) return 0n;
    if (random.chance(0.05)) return 2n ** 24n - 1n;
    return (agreed * BigInt(random.integer(0, 2_500))) / 1_000n;
  }

  private async pile(number: number): Promise<PlainPile> {
    const { balance, credit, creditWh, indebted } = decodePileState(await this.market.pileState(number));
    const debt = await this.market.debtOf(number);
    expect(indebted).to.equal(debt !== 0n);
    return {
      free: balance,
      debt,
      credit,
      creditWh,
      reachWh: REACH_WH,
      weatherBps: this.weather.get(number)!,
      operator: number % 4 === 1 ? 1 : number % 4 === 2 ? 0 : number,
    };
  }
}
