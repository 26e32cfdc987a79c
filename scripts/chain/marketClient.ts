import {
  type BaseWallet,
  type BlockTag,
  id,
  Interface,
  type Provider,
  Signature,
  type Signer,
  type TypedDataDomain,
  ZeroAddress,
  ZeroHash,
} from "ethers";

// By their own files: the generated index would load every contract's bytecode at each start.
import { IERC20Errors__factory } from "../../typechain-types/factories/@openzeppelin/contracts/interfaces/draft-IERC6093.sol/IERC20Errors__factory";
import { BenefitRounds__factory } from "../../typechain-types/factories/contracts/rounds/BenefitRounds__factory";
import { Delivery__factory } from "../../typechain-types/factories/contracts/delivery/Delivery__factory";
import { IMarketFactory__factory } from "../../typechain-types/factories/contracts/interfaces/IMarketFactory__factory";
import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { TestToken__factory } from "../../typechain-types/factories/contracts/test/TestToken__factory";
import type { DeploymentParameters } from "../market/defaults";
import type { PileAttributes } from "../market/model/creditRanking";
import type { FrameOutcome, GridFill, Order, OrderRequest, Publication, Trade } from "../market/types";
import {
  type FrameRecord,
  type MarketTotals,
  decodeChronicle,
  decodeFill,
  decodeFrameRecord,
  decodePileState,
  GRID,
  decodePosting,
  type MeterReading,
  ORDER_TYPES,
  orderMessage,
  packMeterReading,
  packSignedTerms,
  type PackedFill,
  type PileState,
  READING_TYPES,
  type SignedTerms,
} from "./packedWords";
import { ContractRefusal, decodeRefusal } from "./refusal";
import { type Role, ROLE_IDS } from "./roles";
import { RoundsClient } from "./roundsClient";
import type { Call, Receipt, Transactor } from "./transactor";

/** The market's own interface; decodes events and errors. */
export const MARKET_INTERFACE: Interface = Market__factory.createInterface();
/** Interface of the contract that meters and settles a market's frames. */
export const DELIVERY_INTERFACE: Interface = Delivery__factory.createInterface();
/** Interfaces whose custom errors a transaction to a market can end in. */
export const ERROR_INTERFACES: readonly Interface[] = [
  MARKET_INTERFACE,
  DELIVERY_INTERFACE,
  BenefitRounds__factory.createInterface(),
  new Interface(IMarketFactory__factory.abi),
  new Interface(IERC20Errors__factory.abi),
];
/** What an account needs to propose plans. */
export const PROPOSER_ROLE = id("PROPOSER_ROLE");
const TOKEN_INTERFACE = TestToken__factory.createInterface();

/** A signed order as the contract takes it. */
export interface SignedOrder {
  terms: bigint;
  r: string;
  vs: string;
}

/** A signed reading as the contract takes it. */
export interface SignedReading {
  reading: bigint;
  r: string;
  vs: string;
}

/** A refusal of one order of a batch. */
export interface BatchRefusal {
  /** Its place in the batch, from 0. */
  position: number;
  refusal: ContractRefusal;
}

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

/** Everything about one cleared frame; piles by their numbers. */
export interface ClearedFrame {
  frame: number;
  fills: PackedFill[];
  loadW: bigint;
  pflW: bigint;
  /** The fills as the contract wants them back at settlement. */
  packed: readonly bigint[];
  /** How many of them the match made; a benefit round made the others. */
  matched: number;
}

/**
 * One feeder's market on a chain, in the project's own terms. Reads through a provider, writes through whatever
 * {@link Transactor} each call names; a refusal of the contract is thrown as {@link ContractRefusal}.
 */
export class MarketClient {
  private readonly market;
  private readonly delivery;
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
    /** Who held the roles first. */
    readonly firstHolders: Readonly<FirstHolders>,
  ) {
    this.market = Market__factory.connect(address, provider);
    this.delivery = Delivery__factory.connect(deliveryAddress, provider);
  }

  /** Connects to a deployed market and reads its parameters. */
  static async connect(address: string, provider: Provider): Promise<MarketClient> {
    const p = await Market__factory.connect(address, provider).parameters();
    const parameters: DeploymentParameters = {
      frameSeconds: Number(p.frameSeconds),
      auctionSeconds: Number(p.auctionSeconds),
      leadFrames: Number(p.leadFrames),
      alpha: Number(p.alpha),
      beta: Number(p.beta),
      icebergThresholdWh: p.icebergThresholdWh,
      icebergPeakWh: p.icebergPeakWh,
      minEnergyWh: p.minEnergyWh,
      maxWaitFrames: Number(p.maxWaitFrames),
      capacityW: p.capacityW,
      lossAllowanceW: p.lossAllowanceW,
      tickSize: p.tickSize,
      bondPrice: p.bondPrice,
      wheelingCap: p.wheelingCap,
      unit: p.unit,
      pileCap: Number(p.pileCap),
      settlement: p.rounds === ZeroAddress ? "adbev" : "benefit",
      roundSeconds: Number(p.roundSeconds),
      finaliseSeconds: Number(p.finaliseSeconds),
      maxHorizon: Number(p.maxHorizon),
      allotment: p.allotBySlack ? "slack" : "expiry",
      chargeEfficiencyBps: p.chargeEfficiencyBps,
      dischargeEfficiencyBps: p.dischargeEfficiencyBps,
      readingSeconds: Number(p.readingSeconds),
      breach: p.defaulterPays ? "defaulter" : "counterparty",
      overBps: p.overBps,
      initialCredit: p.initialCredit,
      creditPriorWh: p.creditPriorWh,
      minCredit: p.minCredit,
      ranking: p.rankByCredit ? "credit" : "priority",
      importCap: p.importCap,
      cancelPrice: p.cancelPrice,
      keeperReward: p.keeperReward,
    };
    const rounds = p.rounds === ZeroAddress ? undefined : p.rounds;
    const { admin, gridOperator, registrar, guardian } = p;
    const holders = { admin, gridOperator, registrar, guardian };
    return new MarketClient(address, provider, parameters, p.token, p.delivery, rounds, holders);
  }

  /** Registers a pile; {@link registeredIndex} of the receipt is its number. */
  async register(registrar: Transactor, pile: Omit<PileRecord, "index">): Promise<Receipt> {
    return registrar.send(this.registration(pile));
  }

  /** What {@link register} sends. */
  registration({ account, operator, meterKey, ratedW }: Omit<PileRecord, "index">): Call {
    return this.callOf("registerPile", [account, operator, meterKey, ratedW]);
  }

  /** Number of the pile that a receipt of {@link register} tells of. */
  registeredIndex(receipt: Receipt): number {
    return Number(this.event(receipt, "PileRegistered")["pile"]);
  }

  /** Suspends or re-admits a pile. */
  async setSuspended(registrar: Transactor, account: string, suspended: boolean): Promise<Receipt> {
    return this.write(registrar, "setSuspended", [account, suspended]);
  }

  /** Mints test tokens for the sender and lets the market take them. Only where the token has a faucet. */
  async drawFromFaucet(sender: Transactor, amount: bigint): Promise<void> {
    const tokens = amount * this.parameters.unit;
    await sender.send({
      to: this.tokenAddress,
      data: TOKEN_INTERFACE.encodeFunctionData("faucet", [sender.address, tokens]),
    });
    await this.approve(sender, amount);
  }

  /** Lets the market take `amount` money units of the sender's tokens. */
  async approve(sender: Transactor, amount: bigint): Promise<Receipt> {
    const data = TOKEN_INTERFACE.encodeFunctionData("approve", [this.address, amount * this.parameters.unit]);
    return sender.send({ to: this.tokenAddress, data });
  }

  /** Deposits `amount` money units of the sender's tokens for a pile. */
  async deposit(sender: Transactor, account: string, amount: bigint): Promise<Receipt> {
    return sender.send(this.depositCall(account, amount));
  }

  /** What {@link deposit} sends. */
  depositCall(account: string, amount: bigint): Call {
    return this.callOf("deposit", [account, amount * this.parameters.unit]);
  }

  /** Takes `amount` money units out of the sender's free balance. */
  async withdraw(pile: Transactor, to: string, amount: bigint): Promise<Receipt> {
    return this.write(pile, "withdraw", [to, amount]);
  }

  /** Publishes base load and tariffs of the frames from `firstFrame` on. */
  async publish(operator: Transactor, firstFrame: number, publications: readonly Publication[]): Promise<Receipt> {
    return this.write(operator, "publish", [publications.map((p, index) => ({ frame: firstFrame + index, ...p }))]);
  }

  /** Publishes base load and tariffs of frames, in any order. */
  async publishFrames(
    operator: Transactor,
    publications: readonly ({ frame: number } & Publication)[],
  ): Promise<Receipt> {
    return this.write(operator, "publish", [publications]);
  }

  /** Places an order of the sending pile. */
  async place(pile: Transactor, order: OrderRequest): Promise<Receipt> {
    return this.write(pile, "place", [requestArgument(order)]);
  }

  /** Replaces the sending pile's live order. */
  async replace(pile: Transactor, order: OrderRequest): Promise<Receipt> {
    return this.write(pile, "replace", [requestArgument(order)]);
  }

  /** Cancels the sending pile's live order. */
  async cancel(pile: Transactor): Promise<Receipt> {
    return this.write(pile, "cancel", []);
  }

  /** Signs terms with a pile's key (EIP-712). */
  async sign(wallet: BaseWallet, terms: SignedTerms): Promise<SignedOrder> {
    const packed = packSignedTerms(terms);
    const domain = await this.signingDomain();
    const { r, yParityAndS } = Signature.from(await wallet.signTypedData(domain, ORDER_TYPES, orderMessage(terms)));
    return { terms: packed, r, vs: yParityAndS };
  }

  /** Submits one signed order. */
  async submit(gateway: Transactor, order: SignedOrder): Promise<Receipt> {
    return this.write(gateway, "submit", [order]);
  }

  /** Submits signed orders in one transaction. @returns The refused ones; all others stand. */
  async submitBatch(
    gateway: Transactor,
    orders: readonly SignedOrder[],
  ): Promise<{ receipt: Receipt; refused: BatchRefusal[] }> {
    const receipt = await this.write(gateway, "submitBatch", [orders]);
    const refused = this.events(receipt, "OrderRefused").map(({ position, refusal }) => ({
      position: Number(position),
      refusal:
        decodeRefusal(refusal as string, ERROR_INTERFACES) ?? new ContractRefusal("UnknownError", { data: refusal }),
    }));
    return { receipt, refused };
  }

  /** The market's benefit rounds. @throws RangeError where it has none */
  rounds(): RoundsClient {
    if (this.roundsAddress === undefined) throw new RangeError("this market has no benefit rounds");
    return new RoundsClient(this.roundsAddress, this.address, this.provider);
  }

  /** Gives an account a role. */
  async grantRole(admin: Transactor, role: Role, account: string): Promise<Receipt> {
    return this.write(admin, "grantRole", [ROLE_IDS[role], account]);
  }

  /** Takes a role from an account. */
  async revokeRole(admin: Transactor, role: Role, account: string): Promise<Receipt> {
    return this.write(admin, "revokeRole", [ROLE_IDS[role], account]);
  }

  /** Gives up the sender's own role. */
  async renounceRole(holder: Transactor, role: Role): Promise<Receipt> {
    return this.write(holder, "renounceRole", [ROLE_IDS[role], holder.address]);
  }

  /** Whether an account holds a role. */
  async hasRole(role: Role, account: string): Promise<boolean> {
    return this.market.hasRole(ROLE_IDS[role], account);
  }

  /** Pauses or reopens entry: deposits and new orders. */
  async setEntryPaused(guardian: Transactor, paused: boolean): Promise<Receipt> {
    return this.write(guardian, "setEntryPaused", [paused]);
  }

  /** Takes `amount` money units out of the grid operator's account. */
  async withdrawGrid(operator: Transactor, to: string, amount: bigint): Promise<Receipt> {
    return this.write(operator, "withdrawGrid", [to, amount]);
  }

  /** Gives a pile's meter another key, from the frame on that the contract says. */
  async setMeterKey(registrar: Transactor, pile: number, key: string): Promise<Receipt> {
    return this.toDelivery(registrar, "setMeterKey", [this.address, pile, key]);
  }

  /** Grants an account the market's role of proposing plans. */
  async admitProposer(registrar: Transactor, proposer: string): Promise<Receipt> {
    return this.write(registrar, "grantRole", [PROPOSER_ROLE, proposer]);
  }

  /** Clears a frame. */
  async clear(sender: Transactor, frame: number): Promise<{ receipt: Receipt; cleared: ClearedFrame }> {
    const receipt = await this.write(sender, "clear", [frame]);
    const { loadW, pflW, fills } = this.event(receipt, "FrameCleared") as {
      loadW: bigint;
      pflW: bigint;
      fills: readonly bigint[];
    };
    const packed = [...fills];
    return { receipt, cleared: { frame, loadW, pflW, packed, matched: packed.length, fills: packed.map(decodeFill) } };
  }

  /** Adds `amount` money units of the sender's tokens to the grid operator's account. */
  async depositGrid(sender: Transactor, amount: bigint): Promise<Receipt> {
    return this.write(sender, "depositGrid", [amount * this.parameters.unit]);
  }

  /** Sets a pile's weather factor for the frames after the one that is running. @param bps 1/10 000 */
  async setWeather(registrar: Transactor, pile: number, bps: bigint): Promise<Receipt> {
    return this.toDelivery(registrar, "setWeatherFactor", [this.address, pile, bps]);
  }

  /** Rates a pile for ranking by credit. */
  async setAttributes(registrar: Transactor, pile: number, attributes: PileAttributes): Promise<Receipt> {
    return this.toDelivery(registrar, "setAttributes", [this.address, pile, attributes]);
  }

  /** Signs a reading with a meter's key (EIP-712): a wallet, or an account that a node signs for. */
  async signReading(meter: Pick<Signer, "signTypedData">, reading: MeterReading): Promise<SignedReading> {
    this.readingDomain ??= domainOf(await this.delivery.eip712Domain());
    const message = { market: this.address, ...reading };
    const { r, yParityAndS } = Signature.from(await meter.signTypedData(this.readingDomain, READING_TYPES, message));
    return { reading: packMeterReading(reading), r, vs: yParityAndS };
  }

  /**
   * Stores signed readings for a later settlement.
   * @throws ContractRefusal the first of them that the contract refused; the others are stored all the same
   */
  async submitReadings(sender: Transactor, readings: readonly SignedReading[]): Promise<Receipt> {
    const receipt = await this.toDelivery(sender, "submit", [this.address, readings]);
    for (const { topics, data } of receipt.logs) {
      const parsed = DELIVERY_INTERFACE.parseLog({ topics: [...topics], data });
      if (parsed?.name !== "ReadingRefused") continue;
      const refusal = decodeRefusal(parsed.args.getValue("refusal") as string, ERROR_INTERFACES);
      if (refusal !== undefined) throw refusal;
    }
    return receipt;
  }

  /** Settles a frame by what its clearing and its round decided. @param readings those that are not stored yet */
  async settle(
    sender: Transactor,
    cleared: Pick<ClearedFrame, "frame" | "packed" | "matched">,
    publication: bigint,
    readings: readonly SignedReading[] = [],
  ): Promise<Receipt> {
    const { frame, packed, matched } = cleared;
    return this.toDelivery(sender, "settle", [this.address, frame, publication, packed, matched, readings]);
  }

  /** Whether a settlement left nothing of its frame, and what it added to the accounts of piles, money units, by number. */
  settled(receipt: Receipt): { complete: boolean; moved: Map<number, bigint> } {
    const event = this.event(receipt, "FrameSettled") as { rest: string; postings: readonly bigint[] };
    const moved = new Map(event.postings.map(decodePosting).map(({ pile, money }) => [pile, money]));
    return { complete: event.rest === ZeroHash, moved };
  }

  /** What the market holds of its token, money units, rounded down. */
  async tokensHeld(): Promise<bigint> {
    const held = await TestToken__factory.connect(this.tokenAddress, this.provider).balanceOf(this.address);
    return held / this.parameters.unit;
  }

  /** What of the operator's account can pay for surplus now, money units. */
  async availableGrid(): Promise<bigint> {
    return this.delivery.availableOf(this.address);
  }

  /** What an account may claim from the operator, money units. */
  async claimOf(account: string): Promise<bigint> {
    return this.delivery.claimOf(this.address, account);
  }

  /** Pays the sender's claim in tokens, as far as the operator's account lasts. */
  async collectClaim(claimant: Transactor, to: string): Promise<Receipt> {
    return this.toDelivery(claimant, "collectClaim", [this.address, to]);
  }

  /** What counts of a pile's meter in a frame: weather factor, 1/10 000, and a number of its operator; 0 of none. */
  async meter(pile: number, frame: number): Promise<{ weatherBps: bigint; operatorTag: bigint }> {
    const { weatherBps, operatorTag } = await this.delivery.meterOf(this.address, pile, frame);
    return { weatherBps, operatorTag };
  }

  /** What is published for a frame, packed; 0 where nothing is. */
  async publication(frame: number): Promise<bigint> {
    return this.market.publication(frame);
  }

  /** What the market remembers of a cleared frame; undefined where nobody cleared it, or it is long ago. */
  async frameRecord(frame: number): Promise<FrameRecord | undefined> {
    const record = decodeFrameRecord(await this.market.frameRecord(frame));
    return record?.frame === frame ? record : undefined;
  }

  /** Whether a pile's reading of a frame is stored. */
  async hasReading(pile: number, frame: number): Promise<boolean> {
    return (await this.delivery.readingOf(this.address, pile, frame)).stored;
  }

  /** What of an account's balance nothing locks, money units. */
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
  async chronicle(): Promise<ReturnType<typeof decodeChronicle>> {
    return decodeChronicle(await this.market.chronicle());
  }

  /** Slots of the piles with a live order. @param at the block whose time decides what is live; the latest */
  async liveStates(at: { blockTag?: BlockTag } = {}): Promise<{ pile: number; state: PileState }[]> {
    const [count, chronicle, block] = await Promise.all([
      this.market.pileCount(at),
      this.market.chronicle(at).then(decodeChronicle),
      this.provider.getBlock(at.blockTag ?? "latest"),
    ]);
    const words = await Promise.all(
      Array.from({ length: Number(count) }, async (_, i) => this.market.pileState(i + 1, at)),
    );
    return words
      .map((word, index) => ({ pile: index + 1, state: decodePileState(word) }))
      .filter(({ state }) => isLiveState(state, chronicle, this.parameters.frameSeconds, block!.timestamp));
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

  /** The events of a name in a receipt, each as its arguments by name. */
  events(receipt: Receipt, name: string): Record<string, unknown>[] {
    const topic = MARKET_INTERFACE.getEvent(name)?.topicHash;
    return receipt.logs
      .filter((log) => log.topics[0] === topic && log.address.toLowerCase() === this.address.toLowerCase())
      .map((log) => MARKET_INTERFACE.parseLog({ topics: [...log.topics], data: log.data })!.args.toObject());
  }

  /** The EIP-712 domain of signed orders. */
  async signingDomain(): Promise<TypedDataDomain> {
    this.domain ??= domainOf(await this.market.eip712Domain());
    return this.domain;
  }

  private event(receipt: Receipt, name: string): Record<string, unknown> {
    const [event] = this.events(receipt, name);
    if (event === undefined) throw new Error(`transaction ${receipt.hash} carries no ${name}`);
    return event;
  }

  private async write(sender: Transactor, method: string, args: readonly unknown[]): Promise<Receipt> {
    return sender.send(this.callOf(method, args));
  }

  private callOf(method: string, args: readonly unknown[]): Call {
    return { to: this.address, data: MARKET_INTERFACE.encodeFunctionData(method, args) };
  }

  private async toDelivery(sender: Transactor, method: string, args: readonly unknown[]): Promise<Receipt> {
    const data = DELIVERY_INTERFACE.encodeFunctionData(method, args);
    return sender.send({ to: this.deliveryAddress, data });
  }

}

/** What a contract tells of its EIP-712 domain, less what signatures do not use. */
function domainOf({
  name,
  version,
  chainId,
  verifyingContract,
}: Record<"name" | "version" | "verifyingContract", string> & { chainId: bigint }): TypedDataDomain {
  return { name, version, chainId, verifyingContract };
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
  for (const { sell, buy, price, energyWh } of cleared.fills) {
    if (sell === GRID) grid.push({ pile: nameOf(buy), side: "charge", price, energyWh });
    else if (buy === GRID) grid.push({ pile: nameOf(sell), side: "discharge", price, energyWh });
    else trades.push({ sell: nameOf(sell), buy: nameOf(buy), price, energyWh });
  }
  return { frame: cleared.frame, trades, grid, loadW: cleared.loadW, pflW: cleared.pflW };
}

function requestArgument(order: OrderRequest): Record<string, unknown> {
  const { side, price, energyWh, peakWh, expiryFrame } = order;
  return { charge: side === "charge", price, energyWh, peakWh, expiryFrame };
}
