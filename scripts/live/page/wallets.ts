import type { MarketFacts, ToSign } from "../protocol";

/** Interface of a wallet in the browser (EIP-1193). */
interface Eip1193 {
  request(asked: { method: string; params?: unknown[] }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): void;
}

/** A wallet that has announced itself (EIP-6963). */
export interface Wallet {
  id: string;
  name: string;
  provider: Eip1193;
}

interface Announcement {
  info: { uuid: string; name: string; rdns: string };
  provider: Eip1193;
}

/** Asks wallets to announce themselves. @param onWallet Told of each, once. */
export function findWallets(onWallet: (wallet: Wallet) => void): void {
  const known = new Set<string>();
  addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as CustomEvent<Announcement>).detail;
    if (known.has(info.uuid)) return;
    known.add(info.uuid);
    onWallet({ id: info.uuid, name: String(info.name).slice(0, 40), provider });
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
}

/** A wallet's account. @throws Error in words where it gives none, or is on another chain */
export async function accountOf({ name, provider }: Wallet, { chainId }: MarketFacts): Promise<string> {
  const accounts = (await asking(name, provider, "eth_requestAccounts")) as string[];
  const account = accounts[0];
  if (account === undefined) throw new Error(`${name} gave no account`);
  const chain = Number(await asking(name, provider, "eth_chainId"));
  if (chain !== chainId) throw new Error(`${name} is on chain ${chain}, the market on ${chainId}: switch it there`);
  return account;
}

/** Lets a wallet sign an order. @throws Error in words where it refuses */
export async function signed({ name, provider }: Wallet, account: string, { typedData }: ToSign): Promise<string> {
  return (await asking(name, provider, "eth_signTypedData_v4", [account, JSON.stringify(typedData)])) as string;
}

/** Lets a wallet send an order itself. @throws Error in words where it refuses */
export async function sent({ name, provider }: Wallet, account: string, { call }: ToSign): Promise<string> {
  return (await asking(name, provider, "eth_sendTransaction", [{ from: account, ...call }])) as string;
}

/** EIP-1193's code of a person who said no. */
const USER_REJECTED = 4001;

async function asking(name: string, provider: Eip1193, method: string, params: unknown[] = []): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    const { code, message } = error as { code?: number; message?: string };
    if (code === USER_REJECTED) throw new Error(`${name} refused: nothing was signed, the order is as it was`);
    throw new Error(`${name}: ${message ?? "does not answer"}`);
  }
}
