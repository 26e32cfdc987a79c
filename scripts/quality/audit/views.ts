import { type Provider, ZeroAddress, ZeroHash } from "ethers";

// By their own files: the generated index would load every contract's bytecode at each start.
import { IBenefitRounds__factory } from "../../../typechain-types/factories/contracts/interfaces/IBenefitRounds__factory";
import { Delivery__factory } from "../../../typechain-types/factories/contracts/delivery/Delivery__factory";
import { Market__factory } from "../../../typechain-types/factories/contracts/market/Market__factory";
import { TestToken__factory } from "../../../typechain-types/factories/contracts/test/TestToken__factory";
import {
  decodeBookHead,
  decodeMarketTotals,
  decodeFrameRecord,
  decodePileState,
  field,
  REMEMBERED_FRAMES,
} from "../../chain/packedWords";
import { isLiveState } from "../../chain/marketClient";
import { inBatches } from "./inBatches";
import type { AuditedContracts } from "./marketLogs";
import type { RebuiltMeter } from "./meterBook";
import type { RebuiltMarket } from "./rebuiltMarket";

/** Figures compared of one thing: each with its name and unit, as rebuilt and as the contract has it. */
export interface Subject {
  subject: string;
  fields: [name: string, rebuilt: unknown, contract: unknown][];
}

/** Later than any frame: asks for a meter after every change on record. */
const LAST_FRAME = 2n ** 32n - 1n;
/** Storage slot of the live bitmap's words after the head, which no view shows; a test holds it to the compiler's layout. */
export const MORE_LIVE_SLOT = 4n;
const SENTINEL = 1n << 255n;

/** The delivery contract's answer for a pile that it does not know. */
const NO_METER: RebuiltMeter = {
  ...{ key: ZeroAddress, energyPerFrameWh: 0n, weatherBps: 0n, operatorTag: 0n },
  attributes: { capacity: 0, renewable: 0, position: 0, stability: 0 },
};
/** Frames ahead that may be published. */
const MAX_FRAMES_AHEAD = 96;

/** A block whose state is compared. */
export interface ComparedBlock {
  number: number;
  /** s */
  timestamp: number;
}

/** The contracts' views at a block, each beside what it must be. */
export class Views {
  private readonly market;
  private readonly delivery;
  private readonly token;
  private readonly at;

  constructor(
    private readonly rebuilt: RebuiltMarket,
    private readonly provider: Provider,
    private readonly contracts: AuditedContracts,
    private readonly block: ComparedBlock,
  ) {
    this.market = Market__factory.connect(contracts.market, provider);
    this.delivery = Delivery__factory.connect(contracts.delivery, provider);
    this.token = TestToken__factory.connect(contracts.token, provider);
    this.at = { blockTag: block.number };
  }

  /** MarketTotals and head: totals, sequence, pause, live bits. */
  async totals(): Promise<Subject> {
    const { rebuilt } = this;
    const headWord = await this.market.bookHead(this.at);
    const head = decodeBookHead(headWord);
    const marketTotals = decodeMarketTotals(await this.market.marketTotals(this.at));
    const { last, pflW } = rebuilt.loads;
    const fields: Subject["fields"] = [
      ["pileCount", BigInt(rebuilt.piles.size), await this.market.pileCount(this.at)],
      ["sequence", BigInt.asUintN(40, rebuilt.sequence), field(headWord, 208, 40)],
      ["paused", rebuilt.paused, head.paused],
      ["moreWords", rebuilt.moreWords, head.moreWords],
      ["live bits of the first 208 piles", rebuilt.liveBits(0), head.live],
      ["lastFrame", last?.frame ?? 0, marketTotals.lastFrame],
      ["lastLoadW", last?.loadW ?? 0n, marketTotals.lastLoadW],
      ["lastKnown", last?.known ?? false, marketTotals.lastKnown],
      ["pflW", pflW, marketTotals.pflW],
      ["gridBalance (money units)", rebuilt.gridBalance, marketTotals.gridBalance],
      ["matchingFund (money units)", rebuilt.matchingFund, await this.market.matchingFund(this.at)],
      ["roundOpen", rebuilt.roundOpen, marketTotals.roundOpen],
      ["openFrames", rebuilt.ledger.open.size, marketTotals.openFrames],
    ];
    for (let word = 1; word <= rebuilt.moreWords; word++) {
      const stored = await this.storage(MORE_LIVE_SLOT + BigInt(word - 1));
      if (stored === undefined) break;
      fields.push([`live bits, word ${word} after the head`, rebuilt.liveBits(word) | SENTINEL, stored]);
    }
    return { subject: "market", fields };
  }

  /** All claims are what came in less what went out, and the market holds tokens for them. */
  async money(): Promise<Subject> {
    const { claims, moved, parameters } = this.rebuilt;
    const held = await this.token.balanceOf(this.contracts.market, this.at);
    return {
      subject: "market",
      fields: [
        ["money of everybody (money units)", claims, moved.deposited - moved.withdrawn],
        [
          "claims on the operator's account (money units)",
          [...this.rebuilt.claimOf.values()].reduce((sum, claim) => sum + claim, 0n),
          await this.delivery.claimedOf(this.contracts.market, this.at),
        ],
        ["whether the tokens held cover all claims", true, held >= claims * parameters.unit],
      ],
    };
  }

  async pile(number: number): Promise<Subject> {
    const { account, operator, ratedW, slot } = this.rebuilt.piles.get(number)!;
    const { market, at } = this;
    const [word, record, index, claim, freeOf, lockedOf, payout] = await Promise.all([
      market.pileState(number, at),
      market.pileRecord(number, at),
      market.pileOf(account, at),
      this.delivery.claimOf(this.contracts.market, account, at),
      market.freeBalanceOf(account, at),
      market.lockedBalanceOf(account, at),
      market.payoutOf(account, at),
    ]);
    const contract = decodePileState(word);
    const { free, locked } = this.rebuilt.balances(slot, this.block.timestamp);
    const names = Object.keys(slot) as (keyof typeof slot)[];
    return {
      subject: `pile ${number}`,
      fields: [
        ["account", account, record.account],
        ["operator", operator, record.operator],
        ["ratedW", ratedW, record.ratedW],
        ["number of its account", BigInt(number), index],
        ["payout address", this.rebuilt.payoutOf.get(number) ?? ZeroAddress, payout],
        ["registered", true, word >> 255n === 1n],
        ...names.map((name): [string, unknown, unknown] => [withUnit(name), slot[name], contract[name]]),
        ["claim on the operator's account (money units)", this.rebuilt.claimOf.get(account) ?? 0n, claim],
        ["free balance now (money units)", free, freeOf],
        ["locked balance now (money units)", locked, lockedOf],
      ],
    };
  }

  /** The book: which piles have an order that can still be filled. */
  async liveOrders(): Promise<Subject> {
    const marketTotals = decodeMarketTotals(await this.market.marketTotals(this.at));
    const { frameSeconds } = this.rebuilt.parameters;
    const numbers = [...this.rebuilt.piles.keys()];
    const states = await inBatches(numbers, async (pile) =>
      decodePileState(await this.market.pileState(pile, this.at)),
    );
    const live = new Set(
      numbers.filter((_, i) => isLiveState(states[i]!, marketTotals, frameSeconds, this.block.timestamp)),
    );
    const rebuilt = [...this.rebuilt.piles].filter(([, { slot }]) => this.rebuilt.isLive(slot, this.block.timestamp));
    const mine = new Set(rebuilt.map(([pile]) => pile));
    const all = [...new Set([...live, ...mine])].sort((a, b) => a - b);
    return {
      subject: "market",
      fields: all.map((pile) => [`live order of pile ${pile}`, mine.has(pile), live.has(pile)]),
    };
  }

  /** Frames that something is known of, and those that a market can hold a publication of that nothing is known of. */
  frames(): number[] {
    const last = Math.floor(this.block.timestamp / this.rebuilt.parameters.frameSeconds) + MAX_FRAMES_AHEAD;
    const held = Array.from({ length: REMEMBERED_FRAMES }, (_, i) => last - i);
    return [...new Set([...this.rebuilt.ledger.frames, ...held])].sort((a, b) => a - b);
  }

  async frame(frame: number): Promise<Subject> {
    const { ledger } = this.rebuilt;
    const word = await this.market.frameRecord(frame, this.at);
    const [mine, theirs] = [decodeFrameRecord(ledger.record(frame)), decodeFrameRecord(word)];
    return {
      subject: `frame ${frame}`,
      fields: [
        ["publication", ledger.publication(frame), await this.market.publication(frame, this.at)],
        ["recorded", mine !== undefined, theirs !== undefined],
        ["recorded loadW", mine?.loadW, theirs?.loadW],
        ["whether fills await settlement", mine?.open, theirs?.open],
        ["hash of its fills", ledger.record(frame), word],
      ],
    };
  }

  async meter(pile: number): Promise<Subject> {
    const { key, energyPerFrameWh, weatherBps, operatorTag, attributes } =
      this.rebuilt.meters.meters.get(pile) ?? NO_METER;
    const { market } = this.contracts;
    const [view, given] = await Promise.all([
      this.delivery.meterOf(market, pile, LAST_FRAME, this.at),
      this.delivery.attributesOf(market, pile, this.at),
    ]);
    const names = Object.keys(attributes) as (keyof typeof attributes)[];
    return {
      subject: `meter of pile ${pile}`,
      fields: [
        ["key", key, view.key],
        ["energyPerFrameWh", energyPerFrameWh, view.energyPerFrameWh],
        ["weatherBps", weatherBps, view.weatherBps],
        ["operatorTag", operatorTag, view.operatorTag],
        ...names.map((name): [string, unknown, unknown] => [name, BigInt(attributes[name]), given[name]]),
      ],
    };
  }

  /** Readings of a frame that awaits settlement: those that are there and those that are not. */
  async readings(frame: number): Promise<Subject> {
    const stored = this.rebuilt.meters.readings.get(frame);
    const { fills } = this.rebuilt.ledger.open.get(frame)!;
    const parties = fills.flatMap(({ sell, buy }) => [sell, buy]).filter((pile) => pile !== 0);
    const piles = [...new Set([...parties, ...(stored?.keys() ?? [])])].sort((a, b) => a - b);
    const fields = await inBatches(piles, async (pile): Promise<Subject["fields"]> => {
      const view = await this.delivery.readingOf(this.contracts.market, pile, frame, this.at);
      const mine = stored?.get(pile);
      return [
        [`reading of pile ${pile}`, mine !== undefined, view.stored],
        [`consumedWh of pile ${pile}`, mine?.consumedWh ?? 0n, view.stored ? view.consumedWh : 0n],
        [`producedWh of pile ${pile}`, mine?.producedWh ?? 0n, view.stored ? view.producedWh : 0n],
      ];
    });
    return { subject: `readings of frame ${frame}`, fields: fields.flat() };
  }

  /** Whether everybody who ever held any role, the first holders included, holds this one. */
  async role(role: string): Promise<Subject> {
    const { roles, formerHolders, roleAdmins } = this.rebuilt;
    const { admin: first, gridOperator, registrar, guardian } = await this.market.parameters(this.at);
    const known = [...formerHolders.values()].flatMap((holders) => [...holders]);
    const accounts = [...new Set([first, gridOperator, registrar, guardian, ...known])];
    const held = await inBatches(accounts, async (account) => this.market.hasRole(role, account, this.at));
    const admin = await this.market.getRoleAdmin(role, this.at);
    return {
      subject: `role ${role}`,
      fields: [
        ["its admin", roleAdmins.get(role) ?? ZeroHash, admin],
        ...accounts.map((account, i): [string, unknown, unknown] => [
          `held by ${account}`,
          roles.get(role)?.has(account) ?? false,
          held[i],
        ]),
      ],
    };
  }

  async round(): Promise<Subject> {
    const view = await IBenefitRounds__factory.connect(this.contracts.rounds!, this.provider).roundOf(
      this.contracts.market,
      this.at,
    );
    const mine = this.rebuilt.rounds.latest;
    const of = (value: number | undefined) => BigInt(value ?? 0);
    return {
      subject: "round",
      fields: [
        ["frame", of(mine?.frame), view.frame],
        ["commitUntil (s)", of(mine?.commitUntil), view.commitUntil],
        ["revealUntil (s)", of(mine?.revealUntil), view.revealUntil],
        ["winnerUntil (s)", of(mine?.winnerUntil), view.winnerUntil],
        ["begins (s)", of(mine?.begins), view.begins],
        ["executed", mine?.executed ?? false, view.executed],
        ["hash of the frozen book", mine?.bookHash ?? ZeroHash, view.bookHash],
        ["winner", mine?.winner ?? ZeroHash, view.winner],
        ["unservedWh of the best", mine?.best?.unservedWh ?? 0n, view.unservedWh],
        ["squares of the best (W^2)", mine?.best?.squaredStepsW2 ?? 0n, view.squaredStepsW2],
        ["plans that share the best score", of(mine?.tiedPlans), view.tiedProposers],
      ],
    };
  }

  async rewards(): Promise<Subject> {
    const { perFrame, pot, claimable, sharedClaims } = this.rebuilt.rounds;
    const rounds = IBenefitRounds__factory.connect(this.contracts.rounds!, this.provider);
    const reward = await rounds.rewardOf(this.contracts.market, this.at);
    const own = [...claimable].filter(([proposer]) => !sharedClaims.has(proposer));
    const claims = await inBatches(own, async ([proposer]) =>
      rounds.claimableOf(this.contracts.token, proposer, this.at),
    );
    return {
      subject: "rewards",
      fields: [
        ["per frame (smallest token units)", perFrame, reward.perFrame],
        ["pot (smallest token units)", pot, reward.pot],
        ...own.map(([proposer, amount], i): [string, unknown, unknown] => [
          `claimable by ${proposer} (smallest token units)`,
          amount,
          claims[i],
        ]),
      ],
    };
  }

  /** A raw storage word; undefined where the node does not give it. */
  private async storage(slot: bigint): Promise<bigint | undefined> {
    try {
      return BigInt(await this.provider.getStorage(this.contracts.market, slot, this.block.number));
    } catch {
      return undefined;
    }
  }
}

const UNITS: Readonly<Record<string, string>> = { balance: "money units", credit: "1/100 point" };

function withUnit(name: string): string {
  return UNITS[name] === undefined ? name : `${name} (${UNITS[name]})`;
}
