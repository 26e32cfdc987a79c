import { expect } from "chai";
import {
  type BytesLike,
  concat,
  getBytes,
  type Interface,
  keccak256,
  SigningKey,
  toBeHex,
  TypedDataEncoder,
  ZeroAddress,
} from "ethers";
import hre, { ethers } from "hardhat";

import { toFrameTariffs } from "../../scripts/chain/actions/publish";
import { contractParameters } from "../../scripts/chain/contractParameters";
import { encodePlan } from "../../scripts/chain/roundWords";
import { DELIVERY_INTERFACE } from "../../scripts/chain/interfaces";
import { ROLE_IDS } from "../../scripts/chain/roleIds";
import {
  decodeBookHead,
  decodeMarketTotals,
  decodeFill,
  decodeFrameRecord,
  decodePileState,
  decodePosting,
  GRID,
  ORDER_TYPES,
  orderMessage,
  packMeterReading,
  packSignedTerms,
  READING_TYPES,
  type SignedTerms,
} from "../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { LEVELS_PER_FRAME } from "../../scripts/core/rounds";
import { MarketModel, MarketRefusal } from "../../scripts/model/model";
import { decide, type FrozenBook, type Plan } from "../../scripts/model/benefit";
import type { FrameSettlement, Reading } from "../../scripts/core/settlement";
import type { FrameOutcome, Order, OrderRequest } from "../../scripts/core/types";
import type { IOrderBook } from "../../typechain-types/contracts/market/Market";
import type { Deployed } from "./market";
import { mechanismFor } from "./mechanisms";
import { type Action, type Agreed, type Meter, resolveExpiry, type SignedStep, type Step } from "./randomMarket";

/** Words of a snapshot before the piles', and for each pile; `contracts/test/MarketSnapshot.sol`. */
const HEAD_WORDS = 4;
const WORDS_PER_PILE = 4;

const SNAPSHOT_SELECTOR = ethers.id("take(address,address,address,uint256[],address[])").slice(0, 10);

const GAS = toBeHex(16_777_216);
const CHAIN_ID = 31_337;
const ORDER_ENCODER = TypedDataEncoder.from(ORDER_TYPES);
const READING_ENCODER = TypedDataEncoder.from(READING_TYPES);
const STRANGER = new SigningKey(ethers.id("stranger"));

/** Who clears, finalises and settles, by the name that the model knows. */
export const KEEPER = "keeper";

/** A pile that can sign. */
interface Signer {
  key: SigningKey;
  address: string;
}

const signers: Signer[] = [];

/** The account of pile `number`; the same in every market. */
function signerOf(number: number): Signer {
  while (signers.length < number) {
    const key = new SigningKey(ethers.id(`pile ${signers.length + 1}`));
    signers.push({ key, address: ethers.computeAddress(key) });
  }
  return signers[number - 1]!;
}

/** Settlements by meter, and what they met. */
export interface Metered {
  frames: number;
  /** Settlements of some groups of a frame, after which others waited. */
  parts: number;
  silent: number;
  /** Surpluses that the operator's account could not pay. */
  claims: number;
  /** Buyers who were paid for what they did not get. */
  compensated: number;
  /** Piles that owed more than their fills had set aside: their margins paid. */
  marginsUsed: number;
}

/** Sightings on the way, which show that a comparison reaches the cases that it is meant to reach. */
export interface Seen {
  steps: number;
  clearings: number;
  trades: number;
  gridFills: number;
  settlements: number;
  /** Settlements of frames whose slot another frame had taken. */
  lateSettlements: number;
  unpublishedClearings: number;
  /** How often each custom error was thrown. */
  refusals: Map<string, number>;
  /** Fills of piles whose live bit is not in the first word. */
  fillsInFurtherWords: number;
  metered: Metered;
  rounds: number;
  /** Rounds that nobody finalised. */
  lostRounds: number;
  exportFills: number;
  /** Orders that were left out of a clearing because their piles had not the margin. */
  marginsLacking: number;
  cancelFees: number;
  claimsPaid: number;
}

/** A {@link Seen} of nothing. */
export function nothingSeen(): Seen {
  return {
    steps: 0,
    clearings: 0,
    trades: 0,
    gridFills: 0,
    settlements: 0,
    lateSettlements: 0,
    unpublishedClearings: 0,
    refusals: new Map(),
    fillsInFurtherWords: 0,
    metered: { frames: 0, parts: 0, silent: 0, claims: 0, compensated: 0, marginsUsed: 0 },
    rounds: 0,
    lostRounds: 0,
    exportFills: 0,
    marginsLacking: 0,
    cancelFees: 0,
    claimsPaid: 0,
  };
}

/** Compared figures of a pile beside its order. */
interface Account {
  free: bigint;
  locked: bigint;
  nonce: bigint;
  /** 1/100 point. */
  credit: bigint;
  creditWh: bigint;
}

/** One pile as it is compared. Of the peak, what is shown of the order counts. */
function lineOf(pile: number, { free, locked, nonce, credit, creditWh }: Account, order?: Order): string {
  const account = `${pile}: ${free} free, ${locked} locked, credit ${credit} of ${creditWh} Wh, nonce ${nonce}`;
  if (order === undefined) return account;
  const { side, price, remainingWh, peakWh, iceberg, firstFrame, expiryFrame, sequence } = order;
  const kind = `${iceberg ? "iceberg" : "normal"} of ${min(peakWh, remainingWh)}`;
  return `${account}, ${side} ${price}, ${remainingWh} Wh, ${kind}, ${firstFrame} to ${expiryFrame}, #${sequence}`;
}

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));

/** Chai's deep comparison, which is slow with the Hardhat matchers, only where there is something to tell. */
function expectSame(contract: unknown, model: unknown, what: string): void {
  if (asText(contract) !== asText(model)) expect(contract, `${what}: contract and model`).to.deep.equal(model);
}

const send = (method: string, ...params: unknown[]): Promise<unknown> => hre.network.provider.send(method, params);

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The words of returned or logged data. */
const wordsOf = (data: string): bigint[] => (data.slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`));

interface Receipt {
  logs: { address: string; topics: string[]; data: string }[];
}

/**
 * One market twice: as the contract and as the model. Every step is done to both, and whatever can be seen of them must
 * be the same, to the unit.
 */
export class TwinMarkets {
  readonly model: MarketModel;
  private readonly interface: Interface;
  private readonly address: string;
  /** Hash of the EIP-712 domain. */
  private readonly domain: string;
  private readonly nonces: bigint[] = [];
  /** By pile, W. */
  private readonly ratedW: number[] = [];
  /** Readings that the contract stores of frames. */
  private readonly stored = new Map<number, Map<string, Reading>>();
  private readonly settleData = new Map<number, { publication: bigint; fills: bigint[]; matched: number }>();
  /** Hash of the EIP-712 domain of readings. */
  private readonly meterDomain: string;
  private readonly clearedFrames: number[] = [];
  /** Tokens that came in and are less than a money unit. */
  private dust = 0n;
  private paused = false;
  private pileCount = 0;
  /** The piles whose balances are compared. */
  private readonly watched: number[] = [];
  private now = 0;

  private constructor(
    private readonly deployed: Deployed,
    private readonly addresses: Record<
      "market" | "lens" | "token" | "snapshot" | "delivery" | "rounds" | "challenger",
      string
    >,
    private readonly watches: (pile: number) => boolean,
    readonly seen: Seen,
  ) {
    this.model = new MarketModel(deployed.parameters);
    this.interface = deployed.market.interface;
    this.address = addresses.market;
    this.domain = TypedDataEncoder.hashDomain({
      name: "AdBEV Market",
      version: "1",
      chainId: CHAIN_ID,
      verifyingContract: this.address,
    });
    this.meterDomain = TypedDataEncoder.hashDomain({
      name: "AdBEV Delivery",
      version: "1",
      chainId: CHAIN_ID,
      verifyingContract: addresses.delivery,
    });
  }

  /**
   * Deploys a market without piles beside another one, whose token and lens it shares. Transactions cost their senders
   * nothing from then on.
   * @param watches the piles whose balances and orders are compared; the others must do nothing
   */
  static async deploy(
    { lens, rounds, delivery, token, admin }: Omit<Deployed, "market" | "parameters" | "piles">,
    parameters: DeploymentParameters,
    watches: (pile: number) => boolean,
    seen: Seen,
  ): Promise<TwinMarkets> {
    const { address } = admin;
    const deliveryAddress = await delivery.getAddress();
    const roundsAddress = await rounds.getAddress();
    const surroundings = {
      ...{ admin: address, gridOperator: address, registrar: address, guardian: address },
      token: await token.getAddress(),
      rounds: roundsAddress,
      delivery: deliveryAddress,
      mechanism: await mechanismFor(parameters.matching),
    };
    const market = await ethers.deployContract("Market", [contractParameters(parameters, surroundings, ZeroAddress)]);
    const snapshot = await ethers.deployContract("MarketSnapshot");
    await token.approve(market, ethers.MaxUint256);
    const [, challenger] = await ethers.getSigners();
    if (parameters.settlement === "benefit") {
      for (const proposer of [address, challenger!.address]) await market.grantRole(ROLE_IDS.proposer, proposer);
    }
    await send("hardhat_setNextBlockBaseFeePerGas", "0x0");
    const [marketAddress, tokenAddress, snapshotAddress] = await Promise.all(
      [market, token, snapshot].map((contract) => contract.getAddress()),
    );
    return new TwinMarkets(
      { market, lens, rounds, delivery, token, admin, parameters, piles: [] },
      {
        market: marketAddress!,
        lens: await lens.getAddress(),
        token: tokenAddress!,
        snapshot: snapshotAddress!,
        delivery: deliveryAddress,
        rounds: roundsAddress,
        challenger: challenger!.address,
      },
      watches,
      seen,
    );
  }

  /** Address of the contract. */
  get marketAddress(): string {
    return this.address;
  }

  get parameters(): DeploymentParameters {
    return this.deployed.parameters;
  }

  /** Does a step to both and compares what came of it. @param deep whether to compare all balances, too */
  async apply(step: Step, deep: boolean): Promise<void> {
    this.now = step.at;
    this.seen.steps++;
    const compared = step.do === "clear" || step.do === "look" || deep;
    if (step.do === "look") {
      await this.skipTo(step.at);
    } else if (step.do === "clear") {
      await this.clear(step);
    } else if (step.do === "settle") {
      await this.settle(step);
    } else if (step.do === "submit") {
      await this.submit(step);
    } else if (step.do === "round") {
      await this.round(step);
    } else if (step.do === "batch") {
      await this.batch(step.orders, step.at);
    } else {
      const expected = this.onModel(step);
      const { data, ...route } = this.call(step);
      await this.transact(expected, data, route);
      if (expected === undefined) await this.afterSuccess(step);
    }
    if (compared) await this.compare();
  }

  /** Compares every balance and order, and that the market holds exactly what it owes. */
  async compare(): Promise<void> {
    const words = wordsOf((await send("eth_call", this.snapshotCall(), "latest")) as string).slice(2);
    const marketTotals = decodeMarketTotals(words[2]!);
    const { tickSize, unit } = this.parameters;

    const contract: string[] = [];
    const model: string[] = [];
    let owed = this.model.inDelivery + this.model.gridBalance + this.model.matchingFund;
    for (const [i, pile] of this.watched.entries()) {
      const [state, free, locked, live] = words.slice(HEAD_WORDS + WORDS_PER_PILE * i) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      owed += free + locked;
      const s = decodePileState(state);
      const order: Order = { ...s, side: s.charge ? "charge" : "discharge", price: s.priceTicks * tickSize };
      const { nonce, credit, creditWh } = s;
      contract.push(lineOf(pile, { free, locked, nonce, credit, creditWh }, live === 0n ? undefined : order));
      const id = String(pile);
      const { hundredths, basisWh } = this.model.credit(id);
      const account: Account = {
        free: this.model.freeBalance(id, this.now),
        locked: this.model.lockedBalance(id, this.now),
        nonce: this.nonces[pile]!,
        credit: hundredths,
        creditWh: basisWh,
      };
      model.push(lineOf(pile, account, this.model.order(id, this.now)));
    }
    const { lastFrame, lastLoadW, pflW, gridBalance, openFrames } = marketTotals;
    const recorded = this.model.recordedLoad ?? { frame: 0, loadW: 0n };
    const grid = this.model.gridBalance;
    contract.push(`grid ${words[1]} ${gridBalance}, PFL ${pflW}, frame ${lastFrame}, load ${lastLoadW}`);
    model.push(`grid ${grid} ${grid}, PFL ${this.model.pflW}, frame ${recorded.frame}, load ${recorded.loadW}`);
    // `owed` is what the contract says is free and locked, beside what the model has in delivery and at the grid.
    contract.push(`held ${words[0]}, paused ${decodeBookHead(words[3]!).paused}`);
    model.push(`held ${owed * unit + this.dust}, paused ${this.paused}`);
    contract.push(`${openFrames} frames to settle`);
    model.push(`${[...this.settleData.values()].filter(({ fills }) => fills.length > 0).length} frames to settle`);
    await this.compareClaims(contract, model);
    expectSame(contract, model, "piles and totals");
  }

  /** Claims are never negative: where the sum and each that the model knows are right, nobody else has one. */
  private async compareClaims(contract: string[], model: string[]): Promise<void> {
    const { market } = this.addresses;
    const claimed = await this.readDelivery("claimedOf", [market]);
    contract.push(`${claimed} claimed, ${await this.readDelivery("availableOf", [market])} available`);
    model.push(`${this.model.claims} claimed, ${this.model.available(this.now)} available`);
    for (const holder of [KEEPER, ...this.watched.map(String)]) {
      const claim = this.model.claim(holder);
      if (claim === 0n) continue;
      contract.push(`${holder} claims ${await this.readDelivery("claimOf", [market, this.accountOf(holder)])}`);
      model.push(`${holder} claims ${claim}`);
    }
  }

  // ---- Steps ---------------------------------------------------------------------------------------------------

  private async clear(step: Extract<Step, { do: "clear" }>): Promise<void> {
    const { frame } = step;
    const book = step.lookFirst ? await this.expectSameBook(frame) : undefined;
    const lacking = this.lackingMargin(frame, step.at);
    let outcome: FrameOutcome | undefined;
    const expected = this.refusalOf(() => {
      outcome = this.model.clear(frame, step.at, KEEPER);
    });
    const receipt = await this.transact(expected, this.interface.encodeFunctionData("clear", [frame]));
    if (outcome === undefined || receipt === undefined) return;

    const [loadW, pflW, , count, ...fills] = this.loggedBy(receipt, "FrameCleared");
    const { trades, grid } = outcome;
    const expectedFills = [
      ...trades.map(({ sell, buy, energyWh, price, ...gap }) => {
        return { sell: Number(sell), buy: Number(buy), energyWh, price, ...gap };
      }),
      ...grid.map(({ pile, energyWh, price, premium }) => ({
        ...{ sell: GRID, buy: Number(pile), energyWh, price },
        ...(premium === undefined ? {} : { premium }),
      })),
    ];
    expectSame(fills.map(decodeFill), expectedFills, "fills");
    expectSame(
      [count, BigInt.asIntN(256, loadW!), pflW],
      [fills.length, outcome.loadW, outcome.pflW].map(BigInt),
      "count, load, PFL",
    );
    if (book !== undefined && this.model.openRound() === undefined) {
      expectSame([book.fills, book.loadW], [fills, outcome.loadW], "preview");
    }

    const recordWord = await this.read("frameRecord", [frame]);
    expectSame(decodeFrameRecord(recordWord), { frame, loadW: outcome.loadW, open: fills.length > 0 }, "record");
    const publication = await this.read("publication", [frame]);
    this.settleData.set(frame, { publication, fills, matched: fills.length });
    this.clearedFrames.push(frame);
    this.seen.clearings++;
    this.seen.marginsLacking += lacking;
    this.seen.trades += trades.length;
    this.seen.gridFills += grid.length;
    if (publication === 0n) this.seen.unpublishedClearings++;
    this.seen.fillsInFurtherWords += expectedFills.filter(({ sell, buy }) => sell > 208 || buy > 208).length;
  }

  private async settle(step: Extract<Step, { do: "settle" }>): Promise<void> {
    const { frame, wrongFills } = step;
    const { publication, fills, matched } = this.settleData.get(frame) ?? { publication: 0n, fills: [], matched: 0 };
    const stored = this.stored.get(frame) ?? new Map<string, Reading>();
    const handed = this.readings(frame, fills, step.meter);
    for (const pile of stored.keys()) handed.delete(pile);
    const signed = [...handed].map(([pile, reading]) => this.signReading(Number(pile), frame, reading));
    const encode = (list: bigint[], word = publication) =>
      DELIVERY_INTERFACE.encodeFunctionData("settle", [
        ...[this.address, frame, word, list],
        ...[list === fills ? matched : list.length, signed],
      ]);
    const to = this.addresses.delivery;
    const over = step.at >= (frame + 1) * this.parameters.frameSeconds;
    if (wrongFills) {
      // The model knows of no fills that are handed in; a settled frame or one without fills refuses first.
      if (!over || fills.length === 0) return this.skipTo(step.at);
      const others = [
        encode(fills.slice(1)),
        encode([...fills].reverse().concat(1n)),
        encode(fills, publication ^ (1n << 112n)),
      ];
      await this.transact("WrongFills", others[frame % others.length]!, { to });
      return;
    }
    const before = this.accountsOf(fills);
    let settlement: FrameSettlement | undefined;
    const expected = this.refusalOf(() => {
      settlement = this.model.settle(frame, step.at, new Map([...stored, ...handed]), KEEPER);
    });
    const receipt = await this.transact(expected, encode(fills), { to });
    if (receipt === undefined || settlement === undefined) return;
    const { complete, piles } = settlement;
    const [gridBalance, rest, , count, ...postings] = this.loggedBy(receipt, "FrameSettled");
    expectSame([gridBalance, rest === 0n], [this.model.gridBalance, complete], "account of the grid, whether complete");
    // Only piles whose account or credit is another are told of.
    const after = this.accountsOf(fills);
    const changed = [...before].filter(([pile, account]) => after.get(pile) !== account).map(([pile]) => Number(pile));
    const posted = postings.map(decodePosting);
    const told = posted.filter(({ money, agreedWh }) => money > 0n || agreedWh > 0n).map(({ pile }) => pile);
    expectSame(count, BigInt(told.length), "postings that tell nothing");
    expectSame(
      changed.filter((pile) => !told.includes(pile)),
      [],
      "changed piles that nothing is told of",
    );
    this.keepRest(frame, new Set(piles.map(({ pile }) => Number(pile))));
    if (this.parameters.readingSeconds > 0) {
      await this.compare();
      const { metered } = this.seen;
      metered.frames++;
      metered.parts += Number(!complete);
      for (const { silent, claimed, side, earned } of piles) {
        metered.silent += Number(silent);
        metered.claims += Number(claimed > 0n);
        metered.compensated += Number(side === "charge" && earned > 0n);
      }
      metered.marginsUsed += piles.filter(({ pile, owed }) => owed > this.securedBy(fills, Number(pile))).length;
    }
    expectSame(decodeFrameRecord(await this.read("frameRecord", [frame]))?.open ?? false, !complete, "left to settle");
    if (!complete) return;
    this.seen.settlements++;
    if (this.clearedFrames.some((later) => later > frame && (later - frame) % 128 === 0)) this.seen.lateSettlements++;
  }

  /** Keeps of a frame the fills of piles that are not settled. */
  private keepRest(frame: number, settled: ReadonlySet<number>): void {
    const { publication, fills, matched } = this.settleData.get(frame)!;
    const waits = (fill: bigint): boolean => {
      const { sell, buy } = decodeFill(fill);
      return !settled.has(sell === GRID ? buy : sell);
    };
    const rest = fills.filter(waits);
    this.settleData.set(frame, { publication, fills: rest, matched: fills.slice(0, matched).filter(waits).length });
  }

  /** Money that the fills of a pile set aside without its margin, money units. */
  private securedBy(fills: readonly bigint[], pile: number): bigint {
    const own = fills.map(decodeFill).filter(({ sell, buy }) => sell === pile || buy === pile);
    const { bondPricePerKwh } = this.parameters;
    return own.reduce((sum, { sell, energyWh, price }) => {
      return sum + ((sell === pile ? bondPricePerKwh : price) * energyWh) / 1000n;
    }, 0n);
  }

  /** Money and credit in the model of the piles that some fills are of. */
  private accountsOf(fills: readonly bigint[]): Map<string, string> {
    const piles = new Set(fills.map(decodeFill).flatMap(({ sell, buy }) => [sell, buy]));
    piles.delete(GRID);
    return new Map(
      [...piles].map((pile) => {
        const id = String(pile);
        return [id, asText([this.model.freeBalance(id, this.now), this.model.credit(id)])];
      }),
    );
  }

  /** Stores what meters say of a frame, one in two of them. */
  private async submit({ frame, meter, at }: Extract<Step, { do: "submit" }>): Promise<void> {
    const { fills } = this.settleData.get(frame) ?? { fills: [] };
    const stored = this.stored.get(frame) ?? new Map<string, Reading>();
    const chosen = [...this.readings(frame, fills, meter)].filter(([pile, { consumedWh, producedWh }]) => {
      const reachWh = this.reachOf(Number(pile));
      return Number(pile) % 2 === frame % 2 && !stored.has(pile) && consumedWh <= reachWh && producedWh <= reachWh;
    });
    if (at < (frame + 1) * this.parameters.frameSeconds || chosen.length === 0) return this.skipTo(at);
    const signed = chosen.map(([pile, reading]) => this.signReading(Number(pile), frame, reading));
    const data = DELIVERY_INTERFACE.encodeFunctionData("submit", [this.address, signed]);
    const receipt = await this.transact(undefined, data, { to: this.addresses.delivery });
    expectSame(receipt!.logs.length, 1, "events of readings that are all stored");
    this.stored.set(frame, new Map([...stored, ...chosen]));
  }

  /** Piles whose order takes part in a frame but for a margin that they have not. */
  private lackingMargin(frame: number, at: number): number {
    const times = this.parameters.settlement === "benefit" ? 2n : 1n;
    return this.watched.map(String).filter((id) => {
      const order = this.model.order(id, at);
      const isFor = order !== undefined && order.firstFrame <= frame && frame <= order.expiryFrame;
      return isFor && this.model.freeBalance(id, at) < times * this.model.margin(id, frame);
    }).length;
  }

  /** Holds the round that a clearing opened, if it did: commits, reveals and executes the best of some plans. */
  private async round({ frame, at, meanwhile, lost }: Extract<Step, { do: "round" }>): Promise<void> {
    const open = this.model.openRound(at);
    if (open?.frame !== frame) return;
    const { roundSeconds } = this.parameters;
    const { interface: rounds } = this.deployed.rounds;
    const to = this.addresses.rounds;
    const { book } = open;
    const logged = await this.deployed.rounds.queryFilter(
      this.deployed.rounds.filters.RoundOpened(this.address, frame),
      "latest",
    );
    const words = [...logged[0]!.args.book];
    const plans = exportPlans(book);
    const { winner, refused } = decide(
      book,
      plans.map((plan, place) => ({ proposer: String(place), plan })),
    );
    const { admin } = this.deployed;
    const { challenger } = this.addresses;
    // Beside the best of some plans one that is refused, where there is one.
    const entered = [
      { proposer: admin.address, plan: winner?.plan },
      { proposer: challenger, plan: plans[Number(refused[frame % Math.max(refused.length, 1)]?.proposer)] },
    ].flatMap(({ proposer, plan }) => (plan === undefined ? [] : [{ proposer, plan, bytes: encodePlan(plan) }]));
    const { rounds: contract } = this.deployed;
    this.now = at;
    for (const { proposer, bytes } of entered) {
      const commitment = await contract.commitmentOf(this.address, frame, proposer, bytes, ethers.ZeroHash);
      this.now++;
      const data = rounds.encodeFunctionData("commit", [this.address, commitment]);
      await this.transact(undefined, data, { to, from: proposer });
    }
    this.now = at + roundSeconds - 1;
    for (const { proposer, plan, bytes } of entered) {
      this.now++;
      const revealed = rounds.encodeFunctionData("reveal", [this.address, words, bytes, ethers.ZeroHash]);
      const expected = this.refusalOf(() => void this.model.propose(frame, proposer, plan, this.now));
      await this.transact(expected, revealed, { to, from: proposer });
    }
    const held = this.now;
    for (const [i, action] of meanwhile.entries()) await this.apply({ ...action, at: held + 1 + i }, true);
    if (lost) {
      this.seen.lostRounds++;
      return;
    }
    this.now = at + 2 * roundSeconds;
    const best = this.model.openRound(this.now)!.best?.plan;
    const bytes = best === undefined ? "0x" : encodePlan(best);
    const receipt = await this.transact(
      undefined,
      rounds.encodeFunctionData("finalise", [this.address, words, bytes]),
      { to },
    );
    const outcome = this.model.executePlan(frame, best ?? "fallback", this.now, KEEPER);
    const { publication, fills, matched } = this.settleData.get(frame)!;
    const [, , , , ...executed] = this.loggedBy(receipt!, "FlexibleFilled");
    this.settleData.set(frame, { publication, fills: [...fills, ...executed], matched });
    const made = outcome.grid.slice(outcome.grid.length - executed.length);
    expectSame(
      executed.map(decodeFill),
      made.map(({ pile, side, energyWh, price }) => ({
        sell: side === "charge" ? GRID : Number(pile),
        buy: side === "charge" ? Number(pile) : GRID,
        ...{ energyWh, price },
      })),
      "fills of the round",
    );
    this.seen.rounds++;
    this.seen.exportFills += made.filter(({ side }) => side === "discharge").length;
    await this.compare();
  }

  /** Readings of a frame's piles, by the names of the model. */
  private readings(frame: number, fills: readonly bigint[], meter: Meter | undefined): Map<string, Reading> {
    const agreed = new Map<number, Agreed>();
    for (const { sell, buy, energyWh } of fills.map(decodeFill)) {
      for (const pile of [sell, buy].filter((one) => one !== GRID)) {
        const before = agreed.get(pile)?.energyWh ?? 0n;
        agreed.set(pile, { sells: pile === sell, energyWh: before + energyWh, reachWh: this.reachOf(pile) });
      }
    }
    return new Map(
      [...agreed].flatMap(([pile, one]) => {
        const reading = meter?.(pile, one);
        return reading === undefined ? [] : [[String(pile), reading] as const];
      }),
    );
  }

  private signReading(pile: number, frame: number, reading: Reading) {
    const message = { market: this.address, pile, frame, ...reading };
    const digest = keccak256(concat(["0x1901", this.meterDomain, READING_ENCODER.hash(message)]));
    const { r, yParityAndS } = signerOf(pile).key.sign(digest);
    return { reading: packMeterReading({ pile, frame, ...reading }), r, vs: yParityAndS };
  }

  private async batch(orders: readonly SignedStep[], at: number): Promise<void> {
    const expected: string[] = [];
    const feesBefore = this.seen.cancelFees;
    const packed = orders.map((order, position) => {
      const { signed, refusal } = this.sign(order, at);
      if (refusal !== undefined) expected.push(`${position} ${refusal}`);
      return signed;
    });
    const receipt = await this.transact(undefined, this.interface.encodeFunctionData("submitBatch", [packed]));
    const logs = receipt!.logs.map(({ topics, data }) => this.interface.parseLog({ topics, data }));
    const refused = logs
      .filter((log) => log?.name === "OrderRefused")
      .map((log) => `${log!.args.getValue("position")} ${this.errorName(log!.args.getValue("refusal") as BytesLike)}`);
    expectSame(refused, expected, "refused of the batch");
    for (const line of expected) this.count(line.split(" ")[1]!);
    const told = logs.filter((log) => log?.name !== "CancellationPaid").length;
    expectSame([told, logs.length - told], [orders.length, this.seen.cancelFees - feesBefore], "events of the batch");
  }

  /** Signs an order, does it to the model and says what the contract must answer. */
  private sign(order: SignedStep, at: number): { signed: IOrderBook.SignedOrderStruct; refusal: string | undefined } {
    const { pile, action } = order;
    const request = resolveExpiry(this.parameters, order.request, at);
    const nonce = this.nonces[pile]! + BigInt(order.nonceOffset);
    const terms: SignedTerms = {
      action,
      charge: request.side === "charge",
      price: request.price,
      energyWh: request.energyWh,
      peakWh: request.peakWh,
      expiryFrame: request.expiryFrame,
      nonce: nonce < 0n ? 0n : nonce,
      deadline: at + order.deadlineOffset,
    };
    let word = packSignedTerms(terms);
    const { key } = order.flaw === "stranger" ? { key: STRANGER } : signerOf(pile);
    const { r, yParityAndS } = key.sign(
      keccak256(concat(["0x1901", this.domain, ORDER_ENCODER.hash(orderMessage(terms))])),
    );
    if (order.flaw === "bits") word |= 8n;
    const signed = { terms: word, r: order.flaw === "signature" ? ethers.ZeroHash : r, vs: yParityAndS };

    let refusal: string | undefined;
    if (order.flaw === "bits") refusal = "MalformedTerms";
    else if (order.flaw === "signature") refusal = "InvalidSignature";
    else if (at > terms.deadline) refusal = "SignatureExpired";
    else if (order.flaw === "stranger") refusal = "NotRegistered";
    else if (terms.nonce !== this.nonces[pile]) refusal = "InvalidNonce";
    else {
      refusal = this.onModelOrder(action, pile, request, at);
      if (refusal === undefined) this.nonces[pile] = this.nonces[pile] + 1n;
    }
    return { signed, refusal };
  }

  /** Does a step to the model. @returns the custom error that it refused with */
  private onModel(step: Step): string | undefined {
    const { unit } = this.parameters;
    switch (step.do) {
      case "place":
      case "replace":
        return this.onModelOrder(step.do, step.pile, resolveExpiry(this.parameters, step.request, step.at), step.at);
      case "cancel":
        return this.refusalOf(() => this.model.cancel(String(step.pile), step.at));
      case "suspend":
      case "readmit":
        return this.refusalOf(() => this.model.setSuspended(String(step.pile), step.do === "suspend"));
      case "deposit":
        if (this.paused) return "EntryPaused";
        // The model counts in money units and has no smallest deposit.
        if (step.tokenAmount < unit) return "AmountTooSmall";
        return this.refusalOf(() => this.model.deposit(String(step.pile), step.tokenAmount / unit, step.at));
      case "withdraw":
        return this.refusalOf(() => this.model.withdraw(String(step.pile), step.amount, step.at));
      case "setMatchingFund":
        return this.refusalOf(() => this.model.setMatchingFund(step.amount, step.at));
      case "withdrawGrid":
        return this.refusalOf(() => this.model.withdrawGrid(step.amount, step.at));
      case "collectClaim":
        return this.refusalOf(() => {
          this.model.collectClaim(step.holder, step.at);
          this.seen.claimsPaid++;
        });
      case "depositGrid":
        if (this.paused) return "EntryPaused";
        return this.refusalOf(() => this.model.depositGrid(step.amount));
      case "weather":
        return this.refusalOf(() => this.model.setWeather(String(step.pile), step.bps, step.at));
      case "attributes":
        return this.refusalOf(() => this.model.setAttributes(String(step.pile), step.attributes));
      case "register": {
        const { frameSeconds, pileCap } = this.parameters;
        if (step.pile > this.pileCount && step.ratedW * frameSeconds < 3600) return "RatedPowerTooSmall";
        if (step.pile > pileCap) return "PileCapReached";
        const options = step.operator === undefined ? {} : { operator: step.operator };
        return this.refusalOf(() => this.model.registerPile(String(step.pile), BigInt(step.ratedW), options));
      }
      case "publish":
        return this.refusalOf(() => {
          for (const { frame, ...publication } of step.frames) this.model.publish(frame, publication, step.at);
        });
      default:
        return undefined;
    }
  }

  private onModelOrder(
    action: SignedStep["action"],
    pile: number,
    request: OrderRequest,
    at: number,
  ): string | undefined {
    const id = String(pile);
    if (this.paused && action !== "cancel") return "EntryPaused";
    const gridBefore = this.model.gridBalance;
    const refusal = this.refusalOf(() => {
      if (action === "cancel") this.model.cancel(id, at);
      else if (action === "place") this.model.place(id, request, at);
      else this.model.replace(id, request, at);
    });
    this.seen.cancelFees += Number(this.model.gridBalance > gridBefore);
    return refusal;
  }

  /** The transaction of a step and who sends it. */
  private call(step: Action & { at: number }): { data: string; from: string; to?: string } {
    const admin = this.deployed.admin.address;
    const encode = (name: string, args: unknown[]): string => this.interface.encodeFunctionData(name, args);
    const byPile = (name: string, ...args: unknown[]) => ({
      data: encode(name, args),
      from: signerOf("pile" in step ? step.pile : 1).address,
    });
    const byAdmin = (name: string, ...args: unknown[]) => ({ data: encode(name, args), from: admin });
    const onDelivery = (name: string, ...args: unknown[]) => ({
      data: DELIVERY_INTERFACE.encodeFunctionData(name, args),
      ...{ from: admin, to: this.addresses.delivery },
    });
    switch (step.do) {
      case "place":
      case "replace": {
        const { side, ...rest } = resolveExpiry(this.parameters, step.request, step.at);
        return byPile(step.do, { charge: side === "charge", ...rest });
      }
      case "cancel":
      case "skipNonce":
        return byPile(step.do);
      case "withdraw":
        return byPile("withdraw", admin, step.amount);
      case "suspend":
      case "readmit":
        return byAdmin("setSuspended", signerOf(step.pile).address, step.do === "suspend");
      case "deposit":
        return byAdmin("deposit", signerOf(step.pile).address, step.tokenAmount);
      case "setMatchingFund":
        return byAdmin("setMatchingFund", step.amount);
      case "withdrawGrid":
        return byAdmin("withdrawGrid", admin, step.amount);
      case "collectClaim":
        return { ...onDelivery("collectClaim", this.address, admin), from: this.accountOf(step.holder) };
      case "depositGrid":
        return byAdmin("depositGrid", step.amount * this.parameters.unit);
      case "weather":
        return onDelivery("setWeatherFactor", this.address, step.pile, step.bps);
      case "attributes":
        return onDelivery("setAttributes", this.address, step.pile, step.attributes);
      case "register": {
        const { address } = signerOf(step.pile);
        const operator = step.operator === undefined ? address : operatorAddress(step.operator);
        return byAdmin("registerPile", address, operator, address, step.ratedW);
      }
      case "publish":
        return byAdmin("publish", step.frames.map(toFrameTariffs));
      case "pause":
        return byAdmin("setEntryPaused", step.paused);
      default:
        throw new RangeError(`${step.do} is no single call`);
    }
  }

  /** Books the effects of a successful step that the model does not keep. */
  private async afterSuccess(step: Step): Promise<void> {
    if (step.do === "deposit") this.dust += step.tokenAmount % this.parameters.unit;
    else if (step.do === "pause") this.paused = step.paused;
    else if (step.do === "place" || step.do === "replace" || step.do === "cancel" || step.do === "skipNonce") {
      this.nonces[step.pile] = this.nonces[step.pile]! + 1n;
    } else if (step.do === "register") {
      this.pileCount = step.pile;
      this.ratedW[step.pile] = step.ratedW;
      if (this.watches(step.pile)) this.watched.push(step.pile);
      this.nonces[step.pile] = 0n;
      await send("hardhat_impersonateAccount", signerOf(step.pile).address);
    }
  }

  // ---- The contract --------------------------------------------------------------------------------------------

  /** Sends a transaction at the step's time; what it is refused with must be `expected`. */
  private async transact(
    expected: string | undefined,
    data: string,
    { from, to = this.address }: { from?: string | undefined; to?: string } = {},
    needsReceipt = from === undefined,
  ): Promise<Receipt | undefined> {
    await send("evm_setNextBlockTimestamp", this.now);
    let refusal: string | undefined;
    let hash = "";
    try {
      hash = (await send("eth_sendTransaction", {
        from: from ?? this.deployed.admin.address,
        to,
        data,
        gas: GAS,
        gasPrice: "0x0",
      })) as string;
    } catch (error) {
      refusal = this.errorName((error as { data?: string }).data ?? "0x") ?? String(error);
    }
    if (refusal !== undefined) this.count(refusal);
    expectSame(refusal ?? "accepted", expected ?? "accepted", "refusal");
    return refusal === undefined && needsReceipt
      ? ((await send("eth_getTransactionReceipt", hash)) as Receipt)
      : undefined;
  }

  private async skipTo(at: number): Promise<void> {
    await send("evm_setNextBlockTimestamp", at);
    await send("hardhat_mine", "0x1");
  }

  private async read(name: string, args: unknown[]): Promise<bigint> {
    const data = this.interface.encodeFunctionData(name, args);
    return BigInt((await send("eth_call", { to: this.address, data }, "latest")) as string);
  }

  private async readDelivery(name: string, args: unknown[]): Promise<bigint> {
    const data = DELIVERY_INTERFACE.encodeFunctionData(name, args);
    return BigInt((await send("eth_call", { to: this.addresses.delivery, data }, "latest")) as string);
  }

  /** The account of a pile, or of the keeper. */
  private accountOf(holder: string): string {
    return holder === KEEPER ? this.deployed.admin.address : signerOf(Number(holder)).address;
  }

  /** Energy that a pile's rated power moves in a frame, Wh. */
  private reachOf(pile: number): bigint {
    return BigInt(Math.floor((this.ratedW[pile]! * this.parameters.frameSeconds) / 3600));
  }

  private snapshotCall(): { to: string; data: string } {
    const word = (value: string | number): string => BigInt(value).toString(16).padStart(64, "0");
    const { market, lens, token, snapshot } = this.addresses;
    const { length } = this.watched;
    const accounts = this.watched.map((pile) => signerOf(pile).address);
    const words = [market, lens, token, 0xa0, 0xc0 + 0x20 * length, length, ...this.watched, length, ...accounts];
    return { to: snapshot, data: SNAPSHOT_SELECTOR + words.map(word).join("") };
  }

  private errorName(data: BytesLike): string | undefined {
    return getBytes(data).length < 4
      ? undefined
      : [this.interface, DELIVERY_INTERFACE, this.deployed.rounds.interface]
          .map((one) => one.parseError(data)?.name)
          .find((name) => name !== undefined);
  }

  private refusalOf(act: () => void): string | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      if (!(error instanceof MarketRefusal)) throw error;
      return error.code;
    }
  }

  /** The words of the market's event of a name. */
  private loggedBy({ logs }: Receipt, name: string): bigint[] {
    const topic = this.interface.getEvent(name)!.topicHash;
    return wordsOf(logs.find(({ topics }) => topics[0] === topic)!.data);
  }

  private count(refusal: string): void {
    this.seen.refusals.set(refusal, (this.seen.refusals.get(refusal) ?? 0) + 1);
  }

  /** The lens shows the model's book. @returns what the lens thinks will be decided */
  private async expectSameBook(frame: number): Promise<{ fills: bigint[]; loadW: bigint }> {
    const { lens, market } = this.deployed;
    const [shown, preview] = await Promise.all([lens.book(market, frame), lens.preview(market, frame)]);
    const book = this.model.book(frame);
    const lowestFirst = (priority: number) => (this.parameters.matching === "credit" ? 40_000 - priority : priority);
    for (const side of ["bids", "asks"] as const) {
      expectSame(
        shown[side].map(({ pile, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, priority }) =>
          [pile, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, priority].map(String),
        ),
        book[side].map(({ pile, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, priority }) =>
          // Ranked by credit the contract counts from the highest sum down, so that the lowest comes first here, too.
          [pile, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, lowestFirst(priority)].map(String),
        ),
        side,
      );
    }
    return { fills: [...preview.fills], loadW: preview.loadW };
  }
}

/** The account that runs the piles of an operator. */
function operatorAddress(operator: string): string {
  return ethers.getAddress(ethers.dataSlice(ethers.id(operator), 12));
}

/** Plans that discharge some of what may flow to the grid in the first frame, and nothing else, or draw some. */
function exportPlans(book: FrozenBook): Plan[] {
  const publication = book.publications[0]!;
  const sum = (energies: bigint[]) => energies.reduce((total, wh) => total + wh, 0n);
  const sellable = sum(
    book.asks.filter(({ price }) => price <= publication.exportPricePerKwh).map(({ displayedWh }) => displayedWh),
  );
  const wanted = sum(
    book.bids.filter(({ price }) => price >= publication.importPricePerKwh).map(({ displayedWh }) => displayedWh),
  );
  const none = Array.from({ length: book.horizon - 1 }, () => 0n);
  if (book.allotment === "laxity") {
    // Frames of laxity up to which orders move.
    return [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].flatMap((sold) =>
      [0n, 1n, 4n].map((drawn) => ({
        drawLevel: [drawn * LEVELS_PER_FRAME, ...none],
        dischargeLevel: [(sold * LEVELS_PER_FRAME) / 2n, ...none],
      })),
    );
  }
  return [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].flatMap((eighths) =>
    [0n, 4n, 8n].map((drawn) => ({
      drawWh: [(wanted * drawn) / 8n, ...none],
      dischargeWh: [(sellable * eighths) / 8n, ...none],
    })),
  );
}
