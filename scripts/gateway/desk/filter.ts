import { ERROR_INTERFACES, MARKET_INTERFACE } from "../../chain/interfaces";
import { type MarketClient } from "../../chain/marketClient";
import { type SignedOrder } from "../../chain/actions/signed";
import { isTransportFailure } from "../../chain/nodeFailures";
import type { RawProvider } from "../../chain/clock";
import { type SignedTerms, unpackSignedTerms } from "../../chain/packedWords";
import { refusalOf } from "../../chain/refusal";
import { StoreFailure } from "../store/database";
import { type DeskOrder, orderId, type OrderStore } from "./orderStore";
import type { Rates } from "./rates";
import type { Registry } from "./registry";
import type { OrderSignatures } from "./signature";

/** An order as it comes in. */
export interface Submission extends SignedOrder {
  /** Account of the pile that signed, so that most forgeries are known without a look at the signature. */
  account: string;
}

/** Why an order is not taken; its name is the contract's where the contract would refuse, too. */
interface DeskRefusal {
  error: string;
  message: string;
}

/** Answer to an order. */
export type DeskAnswer =
  { accepted: true; order: DeskOrder; again: boolean } | { accepted: false; refusal: DeskRefusal };

/** Parts of a {@link Filter}. */
interface FilterOptions {
  client: MarketClient;
  node: RawProvider;
  registry: Registry;
  signatures: OrderSignatures;
  orders: OrderStore;
  /** Orders a pile may have judged by the node; counted once its signature is found good. */
  pileRates: Rates;
  /** The chain's time as it was last known, s. */
  now: () => number;
  /** Least time between an order's arrival and its deadline, s. */
  deadlineMarginSeconds: number;
}

/** Most ticks of a price and most Wh that a pile's slot holds. */
const MOST_24_BITS = 2n ** 24n - 1n;

/** Judges orders before they cost anything: what is cheap to know first, the node last. */
export class Filter {
  constructor(private readonly options: FilterOptions) {}

  /** Judges one order, and keeps it where it is good. */
  async judge(submission: Submission): Promise<DeskAnswer> {
    const { client, orders, registry, signatures, pileRates } = this.options;
    const terms = unpackSignedTerms(submission.terms);
    if (terms === undefined) return refuse("MalformedTerms", "the word of the terms holds more than an order has");
    const problem = this.outOfBounds(terms);
    if (problem !== undefined) return { accepted: false, refusal: problem };
    const pile = registry.of(submission.account);
    if (pile === undefined) return refuse("NotRegistered", `${submission.account} is no pile of this market`);
    if (signatures.signer(terms, submission.r, submission.vs) !== pile.account.toLowerCase()) {
      return refuse(
        "InvalidSignature",
        "the signature is not the account's for this market on this chain; the domain is in GET /markets",
      );
    }
    const id = orderId(client.address, submission.account, submission.terms);
    const known = orders.get(id);
    if (known !== undefined) return { accepted: true, order: known, again: true };
    if (!pileRates.take(pile.account))
      return refuse("TooManyOrders", "this pile sends orders too often; wait a little");
    if (orders.isWaiting(pile.index)) {
      return refuse("OrderWaiting", "another order of this pile waits for its batch; one at a time is taken");
    }
    const refusal = await this.askContract(submission);
    if (refusal !== undefined) return { accepted: false, refusal };
    try {
      // Another one of this pile may have come while the node was asked.
      if (orders.isWaiting(pile.index)) {
        const twin = orders.get(id);
        if (twin !== undefined) return { accepted: true, order: twin, again: true };
        return refuse("OrderWaiting", "another order of this pile waits for its batch; one at a time is taken");
      }
      return { accepted: true, order: orders.accept(id, pile, submission, terms), again: false };
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      return refuse("StoreFull", "the gateway cannot keep the order now; it was not taken, so send it again later");
    }
  }

  private outOfBounds({ action, price, energyWh, expiryFrame, deadline }: SignedTerms): DeskRefusal | undefined {
    const { client, now, deadlineMarginSeconds } = this.options;
    const { tickSize, minEnergyWh, frameSeconds } = client.parameters;
    const said = (error: string, message: string): DeskRefusal => ({ error, message });
    const time = now();
    if (deadline < time + deadlineMarginSeconds) {
      return said("SignatureExpired", `deadline ${deadline} is less than ${deadlineMarginSeconds} s after ${time}`);
    }
    if (action === "cancel") return undefined;
    if (price === 0n || price > MOST_24_BITS * tickSize) {
      return said("PriceOutOfRange", `price ${price}; expected ${tickSize} to ${MOST_24_BITS * tickSize} per kWh`);
    }
    if (price % tickSize !== 0n) return said("PriceOffTick", `price ${price} is no multiple of ${tickSize}`);
    if (energyWh < minEnergyWh) return said("EnergyBelowMinimum", `${energyWh} Wh; at least ${minEnergyWh} Wh`);
    if (energyWh > MOST_24_BITS) return said("EnergyAboveMaximum", `${energyWh} Wh; at most ${MOST_24_BITS} Wh`);
    if (expiryFrame * frameSeconds <= time) {
      return said("ExpiryOutOfRange", `frame ${expiryFrame} has begun; the time is ${time}`);
    }
    return undefined;
  }

  /** The contract's answer now, about nonce, balance, gate and all that is left. */
  private async askContract({ terms, r, vs }: Submission): Promise<DeskRefusal | undefined> {
    const { client, node } = this.options;
    const data = MARKET_INTERFACE.encodeFunctionData("submit", [{ terms, r, vs }]);
    try {
      await node.send("eth_call", [{ to: client.address, data }, "pending"]);
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error, ERROR_INTERFACES);
      if (refusal !== undefined) return { error: refusal.error, message: refusal.message };
      if (isTransportFailure(error)) {
        return {
          error: "NodeAway",
          message: "the chain cannot be asked now; the order was not taken, so send it again",
        };
      }
      throw error;
    }
  }
}

function refuse(error: string, message: string): DeskAnswer {
  return { accepted: false, refusal: { error, message } };
}
