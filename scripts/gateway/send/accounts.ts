import type { BaseWallet, Interface } from "ethers";

import type { RawProvider } from "../../chain/clock";
import { NotMined, type Patience } from "../../chain/inclusion";
import { NodeTransactor } from "../../chain/nodeTransactor";
import { isTransportFailure } from "../../chain/nodeFailures";
import type { Call, Receipt, Transactor } from "../../chain/transactor";
import type { Database } from "../store/database";
import { StoredJournal } from "../store/journal";
import { SigningProvider } from "./signingProvider";

/** Parts of {@link Accounts}. */
interface AccountsOptions {
  node: RawProvider;
  chainId: bigint;
  store: Database;
  interfaces: readonly Interface[];
  patience: Patience;
  /** Price of gas, wei; what the node asks where there is none. */
  gasPrice?: bigint | undefined;
  say: (text: string) => void;
}

/** A transactor whose transactions happen once, whatever happens to the process. */
export interface DurableTransactor extends Transactor {
  /** {@link send}, unless the very same call was mined before: then what became of that. */
  sendOnce(call: Call): Promise<Receipt>;
}

/** The accounts that the gateway sends from, each with its key, its nonces and its journal. */
export class Accounts {
  private readonly journals = new Map<string, StoredJournal>();

  constructor(private readonly options: AccountsOptions) {}

  /** Sends from the account of a key. */
  of(wallet: BaseWallet): DurableTransactor {
    const { node, chainId, store, interfaces, patience, gasPrice, say } = this.options;
    const { address } = wallet;
    const journal = this.journals.get(address) ?? new StoredJournal(store, address);
    this.journals.set(address, journal);
    const provider = new SigningProvider({
      ...{ node, wallet, chainId },
      onSigned: (signed) => journal.noteSigned(signed),
    });
    const inner = new NodeTransactor({ provider, address, interfaces, journal, patience, gasPrice, say });
    return new Durable(inner, journal, node);
  }

  /** Hands a node what was signed and it does not know: it restarted, or a reorganisation dropped it. @returns how many */
  async resume(): Promise<number> {
    let handed = 0;
    for (const [address, journal] of this.journals) {
      const { node } = this.options;
      const mined = Number(await node.send("eth_getTransactionCount", [address, "latest"]));
      for (const { nonce, hashes, raws } of journal.unfinished()) {
        const raw = raws.at(-1);
        if (nonce < mined || raw === undefined) continue;
        const known = await Promise.all(hashes.map(async (hash) => node.send("eth_getTransactionByHash", [hash])));
        if (known.some((one) => one !== null)) continue;
        // Refused where its nonce is used or its fee too low by now; sending the call again tells.
        handed += await node.send("eth_sendRawTransaction", [raw]).then(
          () => 1,
          (error: unknown) => {
            if (isTransportFailure(error)) throw error;
            return 0;
          },
        );
      }
    }
    return handed;
  }

  /** Transactions that were sent and are not known to be in a block. */
  unfinished(): number {
    return [...this.journals.values()].reduce((sum, journal) => sum + journal.unfinished().length, 0);
  }
}

class Durable implements DurableTransactor {
  constructor(
    private readonly inner: NodeTransactor,
    private readonly journal: StoredJournal,
    private readonly node: RawProvider,
  ) {}

  get address(): string {
    return this.inner.address;
  }

  async send(call: Call): Promise<Receipt> {
    try {
      return await this.inner.send(call);
    } catch (error) {
      // Given up on for now: whoever sends the same again looks for it first.
      if (error instanceof NotMined) this.journal.release(error.nonce);
      throw error;
    }
  }

  async sendOnce(call: Call): Promise<Receipt> {
    for (const hash of this.journal.endedHashes(call)) {
      const found = (await this.node.send("eth_getTransactionReceipt", [hash])) as RawReceipt | null;
      if (found !== null && Number(found.status) === 1) {
        return { hash, gasUsed: BigInt(found.gasUsed), logs: found.logs };
      }
    }
    // Mined once and gone, a reorganisation dropped it: the very same is sent again.
    const raw = this.journal.revive(call);
    if (raw !== undefined) await this.node.send("eth_sendRawTransaction", [raw]).catch(unlessRefused);
    return this.send(call);
  }
}

/** Passes on that a node could not be asked; what it refused, sending the call again tells. */
function unlessRefused(error: unknown): void {
  if (isTransportFailure(error)) throw error;
}

interface RawReceipt {
  gasUsed: string;
  status: string;
  logs: Receipt["logs"];
}
