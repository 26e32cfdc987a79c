import { MARKET_INTERFACE } from "../chain/interfaces";
import type { MarketClient } from "../chain/marketClient";
import { simulatedMeterKey } from "../chain/pileKeys";
import { ORDER_TYPES, orderMessage, packSignedTerms, type SignedTerms } from "../chain/packedWords";
import { ContractRefusal } from "../chain/refusal";
import type { Transactor } from "../chain/transactor";
import { provideTokens } from "../chain/token";
import { InputError } from "../core/errors";
import { getAddress, isAddress, type Provider, Signature } from "ethers";
import type { MeterModes } from "./meterModes";
import type { PlayedClock } from "./playedClock";
import { requestOf } from "./prospect";
import type { Act, Draft, ToSign } from "./protocol";
import type { Timeline } from "./timeline";

/** How long a signed order stays valid, s. */
const SIGNATURE_SECONDS = 3_600;
/** A pile that joins from the page: rated power, W, and its deposit, money units. */
const JOINING = { ratedW: 7_000n, balance: 20_000_000n };

/** Means that the page's buttons work on. */
export interface ActOptions {
  client: MarketClient;
  provider: Provider;
  timeline: Timeline;
  /** Undefined on a chain whose time nobody sets. */
  clock: PlayedClock | undefined;
  meters: MeterModes;
  /** Registers, relays and pays; undefined where the network has no account here. */
  sender: Transactor | undefined;
  /** An account that a development chain's node signs for. */
  unlocked: (address: string) => Transactor | undefined;
  /** Why a contract refuses, by the error's name. */
  errorWords: (name: string) => string;
}

/** Does what people ask for on the page. */
export class Acts {
  constructor(private readonly options: ActOptions) {}

  /** @returns what the page shows or signs. @throws InputError in words for the page */
  async do(act: Act): Promise<{ said?: string; toSign?: ToSign }> {
    try {
      return await this.perform(act);
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      throw new InputError("the contract refused", `${error.message}. ${this.options.errorWords(error.error)}`);
    }
  }

  private async perform(act: Act): Promise<{ said?: string; toSign?: ToSign }> {
    switch (act.do) {
      case "play":
        this.clock().play(within(act.speed, 1, 60));
        return {};
      case "pause":
        this.clock().pause();
        return {};
      case "clear":
        return this.windTo(this.nextWindow(), "clearing");
      case "settle":
        return this.windTo(this.nextSettlement(), "settling");
      case "forward":
        return this.windTo(this.windingTo + this.options.client.parameters.frameSeconds, "one frame on");
      case "meter":
        this.clock();
        this.options.meters.set(this.knownPile(act.pile), act.mode);
        return { said: `The meter of pile ${act.pile}: ${act.mode === "over" ? "takes too much" : act.mode}` };
      case "order":
        await this.options.client[act.action](this.ofPile(act.draft.pile), requestOf(act.draft));
        return { said: `Pile ${act.draft.pile}: order ${act.action === "place" ? "placed" : "replaced"}` };
      case "cancel":
        await this.options.client.cancel(this.ofPile(act.pile));
        return { said: `Pile ${act.pile}: order cancelled` };
      case "typed":
        return { toSign: await this.toSign(act.action, act.draft) };
      case "submit":
        return this.submit(act);
      case "join":
        return this.join(act.account);
    }
  }

  private get time(): number {
    return this.options.timeline.head?.timestamp ?? 0;
  }

  /** The chain's time, or that to which it is being wound on, s. */
  private get windingTo(): number {
    return Math.max(this.time, this.clock().windsTo);
  }

  private nextWindow(): number {
    const { frameSeconds, auctionSeconds } = this.options.client.parameters;
    const opens = this.options.timeline.upcoming * frameSeconds - auctionSeconds;
    return Math.max(opens, this.time);
  }

  /** When the first frame is over that awaits its settlement. @throws InputError where there is none */
  private nextSettlement(): number {
    const [frame] = [...this.options.timeline.now.ledger.open.keys()].sort((a, b) => a - b);
    if (frame === undefined) throw new InputError("settle", "no cleared frame with fills awaits its settlement");
    return Math.max((frame + 1) * this.options.client.parameters.frameSeconds, this.time);
  }

  private windTo(seconds: number, what: string): { said: string } {
    this.clock().skipTo(seconds);
    return { said: `Winding on: ${what}` };
  }

  private clock(): PlayedClock {
    const { clock } = this.options;
    if (clock === undefined)
      throw new InputError("this chain", "its time goes by itself: only a development chain can be set");
    return clock;
  }

  private knownPile(pile: number): number {
    if (!this.options.timeline.now.piles.has(pile)) throw new InputError(`pile ${pile}`, "there is no such pile");
    return pile;
  }

  private ofPile(pile: number): Transactor {
    const account = this.options.timeline.now.piles.get(this.knownPile(pile))!.account;
    const transactor = this.options.unlocked(account);
    if (transactor === undefined) throw new InputError(`pile ${pile}`, "the node does not sign for its account");
    return transactor;
  }

  private terms(action: SignedTerms["action"], draft: Draft, deadline: number): SignedTerms {
    const pile = this.options.timeline.now.piles.get(this.knownPile(draft.pile))!;
    const { nonce } = pile.slot;
    if (action === "cancel") {
      const nothing = { charge: false, price: 0n, energyWh: 0n, peakWh: 0n, expiryFrame: 0 };
      return { action, ...nothing, nonce, deadline };
    }
    const { side, price, energyWh, peakWh, expiryFrame } = requestOf(draft);
    return { action, charge: side === "charge", price, energyWh, peakWh, expiryFrame, nonce, deadline };
  }

  private async toSign(action: SignedTerms["action"], draft: Draft): Promise<ToSign> {
    const { client } = this.options;
    const deadline = this.time + SIGNATURE_SECONDS;
    const terms = this.terms(action, draft, deadline);
    const domain = await client.orderDomain();
    const message = Object.fromEntries(
      Object.entries(orderMessage(terms)).map(([name, value]) => [
        name,
        typeof value === "boolean" ? value : String(value),
      ]),
    );
    const { side, ...request } = requestOf(draft);
    const args = action === "cancel" ? [] : [{ charge: side === "charge", ...request }];
    return {
      deadline,
      typedData: {
        types: { EIP712Domain: DOMAIN_TYPE, ...ORDER_TYPES },
        ...{ primaryType: "Order", domain: { ...domain, chainId: Number(domain.chainId) }, message },
      },
      call: { to: client.address, data: MARKET_INTERFACE.encodeFunctionData(action, args) },
    };
  }

  private async submit({ action, draft, deadline, signature }: Act & { do: "submit" }): Promise<{ said: string }> {
    const { client } = this.options;
    const { r, yParityAndS } = Signature.from(signature);
    const terms = packSignedTerms(this.terms(action, draft, deadline));
    await client.submit(this.sender(), { terms, r, vs: yParityAndS });
    return { said: `Pile ${draft.pile}: signed order submitted` };
  }

  private async join(text: string): Promise<{ said: string }> {
    const { client, provider } = this.options;
    this.clock();
    if (!isAddress(text)) throw new InputError("account", `expected an address, found "${String(text).slice(0, 60)}"`);
    const account = getAddress(text);
    const meterKey = simulatedMeterKey(account).address;
    const sender = this.sender();
    const receipt = await client.register(sender, { account, operator: account, meterKey, ratedW: JOINING.ratedW });
    await provideTokens(client, provider, sender, JOINING.balance);
    await client.deposit(sender, account, JOINING.balance);
    return { said: `${account} is pile ${client.registeredIndex(receipt)} now` };
  }

  private sender(): Transactor {
    const { sender } = this.options;
    if (sender === undefined) throw new InputError("this network", "has no account here that could send");
    return sender;
  }
}

const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

function within(value: unknown, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new InputError("speed", `expected ${least} to ${most}, found ${JSON.stringify(value)}`);
}
