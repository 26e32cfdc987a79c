import {
  type BaseWallet,
  type BlockTag,
  type Provider,
  Signature,
  type Signer,
  type TypedDataDomain,
  ZeroAddress,
} from "ethers";

import type { Delivery } from "../../typechain-types/contracts/delivery/Delivery";
import type { Market } from "../../typechain-types/contracts/market/Market";
import type { TestToken } from "../../typechain-types/contracts/test/TestToken";
// By their own files: the generated index would load every contract's bytecode at each start.
import { Delivery__factory } from "../../typechain-types/factories/contracts/delivery/Delivery__factory";
import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { TestToken__factory } from "../../typechain-types/factories/contracts/test/TestToken__factory";
import type { FrameProof } from "../metering/recordMeter";
import { InputError } from "../core/errors";
import type { DeploymentParameters } from "../core/parameters";
import type { PileAttributes } from "../model/creditRanking";
import type { FrameOutcome, GridFill, Order, OrderRequest, Publication, Trade } from "../core/types";
import * as actions from "./actions";
import type { BatchRefusal, MarketContracts, SignedOrder, SignedReading } from "./actions";
import type { ClearedFrame } from "./clearedFrame";
import { deployedParameters } from "./contractParameters";
import { ContractCalls } from "./contractCalls";
import { DELIVERY_INTERFACE, MARKET_INTERFACE } from "./interfaces";
import { matchingOf } from "./mechanisms";
import {
  type BookHead,
  type MarketTotals,
  decodeBookHead,
  decodeMarketTotals,
  decodeFrameRecord,
  decodePileState,
  type FrameRecord,
  GRID,
  type MeterReading,
  ORDER_TYPES,
  orderMessage,
  packMeterReading,
  packSignedTerms,
  PILES_IN_HEAD,
  type PileState,
  READING_TYPES,
  type SignedTerms,
} from "./packedWords";
import { readPileStates } from "./pileStatesReader";
import { type Role, ROLE_IDS } from "./roleIds";
import { RoundsClient } from "./roundsClient";
import type { Call, Receipt, Transactor } from "./transactor";

const TOKEN_INTERFACE = TestToken__factory.createInterface();

export type { BatchRefusal, SignedOrder, SignedReading } from "./actions";
export type { ClearedFrame } from "./clearedFrame";

/** Later than any frame: asks for a meter after every change on record. */
const LAST_FRAME = 2n ** 32n - 1n;

/** The accounts that a market was deployed with. */
export interface FirstHolders {
  admin: string;
  gridOperator: string;
  registrar: string;
  guardian: string;
}

/** A pile as the registry knows it. */
export interface PileRecord {
  index: number;
  account: string;
  operator: string;
  meterKey: string;
  ratedW: bigint;
}

/**
 * One feeder's market on a chain, in the project's own terms. Reads through a provider, writes through whatever
 * {@link Transactor} each call names; a refusal of the contract is thrown as `ContractRefusal`.
 * The actions on a market are in `actions`, one a file; these methods are the same with the market filled
 * in.
 */
export class MarketClient implements MarketContracts {
  private readonly market: Market;
  private readonly delivery: Delivery;
  readonly toMarket: ContractCalls<Market>;
  readonly toDelivery: ContractCalls<Delivery>;
  readonly toToken: ContractCalls<TestToken>;
  private domain: TypedDataDomain | undefined;
  private readingDomain: TypedDataDomain | undefined;

  constructor(
    readonly address: string,
    private readonly provider: Provider,
    readonly parameters: Readonly<DeploymentParameters>,
    readonly tokenAddress: string,
    /** The contract that meters and settles the market's frames. */
    readonly deliveryAddress: string,
    /** The contract that runs the market's benefit rounds; undefined where it has none. */
    readonly roundsAddress: string | undefined,
    /** The contract that proposes who trades with whom. */
    readonly mechanismAddress: string,
    /** Who held the roles first. */
    readonly firstHolders: Readonly<FirstHolders>,
  ) {
    this.market = Market__factory.connect(address, provider);
    this.delivery = Delivery__factory.connect(deliveryAddress, provider);
    this.toMarket = new ContractCalls(address, MARKET_INTERFACE);
    this.toDelivery = new ContractCalls(deliveryAddress, DELIVERY_INTERFACE);
    this.toToken = new ContractCalls(tokenAddress, TOKEN_INTERFACE);
  }

  /** Connects to a deployed market and reads its parameters. */
  static async connect(address: string, provider: Provider): Promise<MarketClient> {
    const p = await Market__factory.connect(address, provider).parameters();
    const parameters = deployedParameters(p, ZeroAddress, await matchingOf(p.mechanism, provider));
    const rounds = p.rounds === ZeroAddress ? undefined : p.rounds;
    const { admin, gridOperator, registrar, guardian } = p;
    const holders = { admin, gridOperator, registrar, guardian };
    return new MarketClient(address, provider, parameters, p.token, p.delivery, rounds, p.mechanism, holders);
  }

  /** Signs terms with a pile's key (EIP-712). */
  async sign(wallet: BaseWallet, terms: SignedTerms): Promise<SignedOrder> {
    const packed = packSignedTerms(terms);
    const domain = await this.orderDomain();
    const { r, yParityAndS } = Signature.from(await wallet.signTypedData(domain, ORDER_TYPES, orderMessage(terms)));
    return { terms: packed, r, vs: yParityAndS };
  }

  /** EIP-712 domain of signed orders. */
  async orderDomain(): Promise<TypedDataDomain> {
    this.domain ??= domainOf(await this.market.eip712Domain());
    return this.domain;
  }

  /** Signs a reading with a meter's key (EIP-712): a wallet, or an account that a node signs for. */
  async signReading(meter: Pick<Signer, "signTypedData">, reading: MeterReading): Promise<SignedReading> {
    this.readingDomain ??= domainOf(await this.delivery.eip712Domain());
    const message = { market: this.address, ...reading };
    const { r, yParityAndS } = Signature.from(await meter.signTypedData(this.readingDomain, READING_TYPES, message));
    return { reading: packMeterReading(reading), r, vs: yParityAndS };
  }

  /** The market's benefit rounds. @throws InputError where it has none */
  rounds(): RoundsClient {
    if (this.roundsAddress === undefined) {
      throw new InputError(
        `market ${this.address}`,
        "settles without benefit rounds; `market:deploy --settlement benefit` deploys one with them",
      );
    }
    return new RoundsClient(this.roundsAddress, this.address, this.provider);
  }

  /** Whether an account holds a role. */
  async hasRole(role: Role, account: string): Promise<boolean> {
    return this.market.hasRole(ROLE_IDS[role], account);
  }

  /** The market's tokens, money units, rounded down. */
  async tokensHeld(): Promise<bigint> {
    const held = await TestToken__factory.connect(this.tokenAddress, this.provider).balanceOf(this.address);
    return held / this.parameters.unit;
  }

  /** Part of the operator's account that can pay for surplus now, money units. */
  async availableGrid(): Promise<bigint> {
    return this.delivery.availableOf(this.address);
  }

  /** Matching fund, out of which sellers get more than buyers pay, money units. */
  async matchingFund(): Promise<bigint> {
    return this.market.matchingFund();
  }

  /** Claim of an account on the operator, money units. */
  async claimOf(account: string): Promise<bigint> {
    return this.delivery.claimOf(this.address, account);
  }

  /** A pile's meter in a frame: its key, weather factor, 1/10 000, and a number of its operator; 0 of none. */
  async meter(pile: number, frame: number): Promise<{ key: string; weatherBps: bigint; operatorTag: bigint }> {
    const { key, weatherBps, operatorTag } = await this.delivery.meterOf(this.address, pile, frame);
    return { key, weatherBps, operatorTag };
  }

  /** Publication of a frame, packed; 0 where there is none. */
  async publication(frame: number): Promise<bigint> {
    return this.market.publication(frame);
  }

  /** Record of a cleared frame; undefined where nobody cleared it, or it is long ago. */
  async frameRecord(frame: number): Promise<FrameRecord | undefined> {
    const record = decodeFrameRecord(await this.market.frameRecord(frame));
    return record?.frame === frame ? record : undefined;
  }

  /** Whether a pile's reading of a frame is stored. */
  async hasReading(pile: number, frame: number): Promise<boolean> {
    return (await this.delivery.readingOf(this.address, pile, frame)).stored;
  }

  /** Free part of an account's balance, money units. */
  async freeBalance(account: string): Promise<bigint> {
    return this.market.freeBalanceOf(account);
  }

  /** Number of registered piles. */
  async pileCount(): Promise<number> {
    return Number(await this.market.pileCount());
  }

  /** A registered pile by its number, without its meter's key. */
  async pileRecord(index: number): Promise<Omit<PileRecord, "meterKey">> {
    const { account, operator, ratedW } = await this.market.pileRecord(index);
    return { index, account, operator, ratedW };
  }

  /** Number of an account's pile; 0 where it has none. */
  async pileOf(account: string): Promise<number> {
    return Number(await this.market.pileOf(account));
  }

  /** Last cleared frame, PFL, grid balance. */
  async marketTotals(): Promise<ReturnType<typeof decodeMarketTotals>> {
    return decodeMarketTotals(await this.market.marketTotals());
  }

  /**
   * Slots of the piles with a live order.
   *
   * @param at the block that is asked; the latest
   * @param now time that decides what is live, s; the latest block's. Of a block to come nodes tell no number, and
   * ethers reads no block without one.
   */
  async liveStates(at: { blockTag?: BlockTag } = {}, now?: number): Promise<{ pile: number; state: PileState }[]> {
    const [head, marketTotals, seconds] = await Promise.all([
      this.market.bookHead(at).then(decodeBookHead),
      this.market.marketTotals(at).then(decodeMarketTotals),
      now ?? this.provider.getBlock("latest").then((block) => block!.timestamp),
    ]);
    const piles = await this.perhapsLive(head, marketTotals.roundOpen, at);
    return (await readPileStates(this.provider, this.address, piles, at))
      .map((word, index) => ({ pile: piles[index]!, state: decodePileState(word) }))
      .filter(({ state }) => isLiveState(state, marketTotals, this.parameters.frameSeconds, seconds));
  }

  /**
   * Piles that may have a live order: those of the bitmap's first word by their bits, and all of its other words. A
   * clearing clears the bit of an order that ends with its frame, which lives on while a round is open.
   */
  private async perhapsLive(
    { live, moreWords }: BookHead,
    roundOpen: boolean,
    at: { blockTag?: BlockTag },
  ): Promise<number[]> {
    if (!roundOpen && moreWords === 0) return pilesUpTo(PILES_IN_HEAD).filter((pile) => isSet(live, pile));
    const piles = pilesUpTo(Number(await this.market.pileCount(at)));
    return roundOpen ? piles : piles.filter((pile) => pile > PILES_IN_HEAD || isSet(live, pile));
  }

  /** First frame in which an order placed at the time of the latest block takes part. */
  async nextFirstFrame(): Promise<number> {
    const block = await this.provider.getBlock("latest");
    return Math.floor((block!.timestamp + this.parameters.auctionSeconds) / this.parameters.frameSeconds) + 1;
  }

  /** A pile's slot. */
  async pileState(pile: number): Promise<PileState> {
    return decodePileState(await this.market.pileState(pile));
  }

  /** Slots of all piles, pile 1 first, in a call for every 512. */
  async pileStates(): Promise<PileState[]> {
    const count = Number(await this.market.pileCount());
    return (await readPileStates(this.provider, this.address, pilesUpTo(count))).map(decodePileState);
  }

  /** Every registered pile. */
  async piles(): Promise<PileRecord[]> {
    const count = Number(await this.market.pileCount());
    return Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const { account, operator, ratedW } = await this.market.pileRecord(i + 1);
        const { key: meterKey } = await this.delivery.meterOf(this.address, i + 1, LAST_FRAME);
        return { index: i + 1, account, operator, meterKey, ratedW };
      }),
    );
  }

  /** Suspends or re-admits a pile. */
  async setSuspended(registrar: Transactor, account: string, suspended: boolean): Promise<Receipt> {
    return actions.setSuspended(this, registrar, account, suspended);
  }

  /** Lets the market take tokens of the sender's. @param amount money units */
  async approve(sender: Transactor, amount: bigint): Promise<Receipt> {
    return actions.approve(this, sender, amount);
  }

  /** Takes money out of the sender's free balance. @param amount money units */
  async withdraw(pile: Transactor, to: string, amount: bigint): Promise<Receipt> {
    return actions.withdraw(this, pile, to, amount);
  }

  /** Places an order of the sending pile. */
  async place(pile: Transactor, order: OrderRequest): Promise<Receipt> {
    return actions.place(this, pile, order);
  }

  /** Replaces the sending pile's live order. */
  async replace(pile: Transactor, order: OrderRequest): Promise<Receipt> {
    return actions.replace(this, pile, order);
  }

  /** Cancels the sending pile's live order. */
  async cancel(pile: Transactor): Promise<Receipt> {
    return actions.cancel(this, pile);
  }

  /** Submits one signed order. */
  async submit(gateway: Transactor, order: SignedOrder): Promise<Receipt> {
    return actions.submit(this, gateway, order);
  }

  /** Gives an account a role. */
  async grantRole(admin: Transactor, role: Role, account: string): Promise<Receipt> {
    return actions.grantRole(this, admin, role, account);
  }

  /** Takes a role from an account. */
  async revokeRole(admin: Transactor, role: Role, account: string): Promise<Receipt> {
    return actions.revokeRole(this, admin, role, account);
  }

  /** Gives up the sender's own role. */
  async renounceRole(holder: Transactor, role: Role): Promise<Receipt> {
    return actions.renounceRole(this, holder, role);
  }

  /** Pauses or reopens entry: deposits and new orders. */
  async setEntryPaused(guardian: Transactor, paused: boolean): Promise<Receipt> {
    return actions.setEntryPaused(this, guardian, paused);
  }

  /** Adds the sender's tokens to the grid operator's account. @param amount money units */
  async depositGrid(sender: Transactor, amount: bigint): Promise<Receipt> {
    return actions.depositGrid(this, sender, amount);
  }

  /** Takes money out of the grid operator's account. @param amount money units */
  async withdrawGrid(operator: Transactor, to: string, amount: bigint): Promise<Receipt> {
    return actions.withdrawGrid(this, operator, to, amount);
  }

  /** Sets aside, out of the grid operator's account, what sellers may get beyond what buyers pay. */
  async setMatchingFund(operator: Transactor, amount: bigint): Promise<Receipt> {
    return actions.setMatchingFund(this, operator, amount);
  }

  /** Gives a pile's meter another key, from the frame on that the contract says. */
  async setMeterKey(registrar: Transactor, pile: number, key: string): Promise<Receipt> {
    return actions.setMeterKey(this, registrar, pile, key);
  }

  /** Sets a pile's weather factor for the frames after the one that is running. @param bps 1/10 000 */
  async setWeather(registrar: Transactor, pile: number, bps: bigint): Promise<Receipt> {
    return actions.setWeather(this, registrar, pile, bps);
  }

  /** Rates a pile for ranking by credit. */
  async setAttributes(registrar: Transactor, pile: number, attributes: PileAttributes): Promise<Receipt> {
    return actions.setAttributes(this, registrar, pile, attributes);
  }

  /** Pays the sender's claim in tokens, as far as the operator's account lasts. */
  async collectClaim(claimant: Transactor, to: string): Promise<Receipt> {
    return actions.collectClaim(this, claimant, to);
  }

  /** Registers a pile; {@link registeredIndex} of the receipt is its number. */
  async register(registrar: Transactor, pile: actions.NewPile): Promise<Receipt> {
    return actions.registerPile(this, registrar, pile);
  }

  /** The call that {@link register} sends. */
  registration(pile: actions.NewPile): Call {
    return actions.registration(this, pile);
  }

  /** Number of the pile that a receipt of {@link register} tells of. */
  registeredIndex(receipt: Receipt): number {
    return actions.registeredIndex(this, receipt);
  }

  /** Mints test tokens for the sender and lets the market take them. @param amount money units */
  async drawFromFaucet(sender: Transactor, amount: bigint): Promise<void> {
    return actions.drawFromFaucet(this, sender, amount);
  }

  /** Deposits the sender's tokens for a pile. @param amount money units */
  async deposit(sender: Transactor, account: string, amount: bigint): Promise<Receipt> {
    return actions.deposit(this, sender, account, amount);
  }

  /** The call that {@link deposit} sends. */
  depositCall(account: string, amount: bigint): Call {
    return actions.depositCall(this, account, amount);
  }

  /** Publishes base load and tariffs of the frames from `firstFrame` on. */
  async publish(operator: Transactor, firstFrame: number, publications: readonly Publication[]): Promise<Receipt> {
    const frames = publications.map((publication, index) => ({ frame: firstFrame + index, ...publication }));
    return actions.publish(this, operator, frames);
  }

  /** Publishes base load and tariffs of frames, in any order. */
  async publishFrames(
    operator: Transactor,
    publications: readonly ({ frame: number } & Publication)[],
  ): Promise<Receipt> {
    return actions.publish(this, operator, publications);
  }

  /** Submits signed orders in one transaction. @returns the refused ones; all others stand */
  async submitBatch(
    gateway: Transactor,
    orders: readonly SignedOrder[],
  ): Promise<{ receipt: Receipt; refused: BatchRefusal[] }> {
    return actions.submitBatch(this, gateway, orders);
  }

  /** Grants an account the market's role of proposing plans. */
  async admitProposer(registrar: Transactor, proposer: string): Promise<Receipt> {
    return actions.grantRole(this, registrar, "proposer", proposer);
  }

  /** Clears a frame. */
  async clear(sender: Transactor, frame: number): Promise<{ receipt: Receipt; cleared: ClearedFrame }> {
    return actions.clear(this, sender, frame);
  }

  /** Stores signed readings for a later settlement. @throws ContractRefusal the first that the contract refused */
  async submitReadings(sender: Transactor, readings: readonly SignedReading[]): Promise<Receipt> {
    return actions.submitReadings(this, sender, readings);
  }

  /** Stores readings that follow from meters' signed records. @returns the refused ones */
  async submitRecords(
    sender: Transactor,
    proofs: readonly FrameProof[],
  ): Promise<{ receipt: Receipt; refused: actions.ProofRefusal[] }> {
    return actions.submitRecords(this, sender, proofs);
  }

  /** Settles a frame by what its clearing and its round decided. @param readings those that are not stored yet */
  async settle(
    sender: Transactor,
    cleared: Pick<ClearedFrame, "frame" | "packed" | "matched">,
    publication: bigint,
    readings: readonly SignedReading[] = [],
  ): Promise<Receipt> {
    return actions.settle(this, sender, cleared, publication, readings);
  }

  /** Whether a settlement left nothing of its frame, and what it added to the accounts of piles, money units, by number. */
  settled(receipt: Receipt): { complete: boolean; moved: Map<number, bigint> } {
    return actions.settled(this, receipt);
  }
}

/** A contract's EIP-712 domain, without the fields that signatures do not use. */
function domainOf({
  name,
  version,
  chainId,
  verifyingContract,
}: Record<"name" | "version" | "verifyingContract", string> & { chainId: bigint }): TypedDataDomain {
  return { name, version, chainId, verifyingContract };
}

function isSet(live: bigint, pile: number): boolean {
  return (live >> BigInt(pile - 1)) % 2n === 1n;
}

function pilesUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Whether a slot holds an order that can still be filled at a time. SPEC 2. */
export function isLiveState(
  { remainingWh, expiryFrame }: PileState,
  { lastFrame, roundOpen }: Pick<MarketTotals, "lastFrame" | "roundOpen">,
  frameSeconds: number,
  nowSeconds: number,
): boolean {
  if (remainingWh === 0n || nowSeconds >= expiryFrame * frameSeconds) return false;
  return lastFrame < expiryFrame || roundOpen;
}

/** An order in the book, from its slot. */
export function orderOf(state: PileState, tickSize: bigint): Order {
  return {
    side: state.charge ? "charge" : "discharge",
    price: state.priceTicks * tickSize,
    remainingWh: state.remainingWh,
    iceberg: state.iceberg,
    peakWh: state.peakWh,
    firstFrame: state.firstFrame,
    expiryFrame: state.expiryFrame,
    sequence: state.sequence,
  };
}

/** A cleared frame in the market's own words. @param nameOf a pile's name by its number */
export function outcomeOf(cleared: ClearedFrame, nameOf: (pile: number) => string): FrameOutcome {
  const trades: Trade[] = [];
  const grid: GridFill[] = [];
  for (const { sell, buy, price, energyWh, ...gap } of cleared.fills) {
    if (sell === GRID) grid.push({ pile: nameOf(buy), side: "charge", price, energyWh, ...gap });
    else if (buy === GRID) grid.push({ pile: nameOf(sell), side: "discharge", price, energyWh });
    else trades.push({ sell: nameOf(sell), buy: nameOf(buy), price, energyWh, ...gap });
  }
  return { frame: cleared.frame, trades, grid, loadW: cleared.loadW, pflW: cleared.pflW };
}
