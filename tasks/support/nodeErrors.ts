import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InsufficientEther } from "../../scripts/chain/fees";
import { NotMined, Replaced } from "../../scripts/chain/inclusion";
import { causes, isRefusedConnection } from "../../scripts/chain/nodeFailures";
import { TooFewTokens } from "../../scripts/chain/tooFewTokens";

/** Hardhat's numbers of failures to reach a node: not there, too slow, no JSON. */
const [NO_NODE, TOO_SLOW, NO_JSON] = [108, 109, 110];
const SHOWN_OF_AN_ANSWER = 80;

/** A failure between a command and its node, in words; undefined where it was something else. */
export function nodeErrorText(error: unknown, hre: HardhatRuntimeEnvironment): string | undefined {
  return ownErrorText(error, hre) ?? transportText(error, hre) ?? answerText(error);
}

function ownErrorText(error: unknown, hre: HardhatRuntimeEnvironment): string | undefined {
  if (error instanceof InsufficientEther) {
    const [has, costs] = [error.balance, error.cost].map((wei) => hre.ethers.formatEther(wei));
    return (
      `account ${error.address} has ${has} ETH and the transaction may cost ${costs} ETH; nothing was sent. ` +
      "Send it ether and give the command again; where gas is free, set ADBEV_GAS_PRICE to 0 (docs/operating.md)"
    );
  }
  if (error instanceof NotMined) {
    const { hash, nonce, seconds, lastFailure } = error;
    const what = hash === undefined ? `the transaction with nonce ${nonce}` : `transaction ${hash}`;
    const away = lastFailure === undefined ? "" : `; the node cannot be asked: ${firstLine(messageIn(lastFailure))}`;
    return (
      `${what} was sent and not mined within ${seconds} s${away}. It may still be: the same command looks for it ` +
      "before it sends anything. ADBEV_WAIT_SECONDS says how long to wait"
    );
  }
  if (error instanceof Replaced) {
    return `transaction ${error.hash ?? ""} did not happen: another one of the account took its nonce ${error.nonce}`;
  }
  if (error instanceof TooFewTokens) {
    return (
      `account ${error.address} holds ${error.held} smallest units of the market's token and needs ${error.needed}; ` +
      "the token has no faucet, so send it some, or name another account with --from"
    );
  }
  return undefined;
}

/** Reasons by the codes of Node, its HTTP client and Hardhat. */
function transportText(error: unknown, hre: HardhatRuntimeEnvironment): string | undefined {
  const { config } = hre.network;
  const url = "url" in config ? redacted(config.url) : "the network's URL";
  const found = [...causes(error)];
  const has = (...codes: string[]) => found.some(({ code }) => codes.includes(String(code)));
  const numbered = (wanted: number) => found.some(({ name, number }) => name === "HardhatError" && number === wanted);
  if (isRefusedConnection(error) || numbered(NO_NODE)) {
    return `no node answers at ${url}; start one with \`npx hardhat node\`, or set ADBEV_RPC_URL`;
  }
  if (has("ENOTFOUND", "EAI_AGAIN")) return `there is no host of that name: ${url}; set ADBEV_RPC_URL`;
  if (
    numbered(TOO_SLOW) ||
    has("UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT")
  ) {
    return `the node at ${url} took the request and did not answer in time`;
  }
  if (has("EPROTO") || found.some(({ code }) => String(code).startsWith("ERR_SSL"))) {
    return `${url} begins with https, and what listens there speaks plain http; set ADBEV_RPC_URL`;
  }
  if (has("UND_ERR_INVALID_ARG", "ERR_INVALID_URL")) {
    return `the network's URL must begin with http:// or https://, found ${url}; set ADBEV_RPC_URL`;
  }
  if (numbered(NO_JSON)) {
    const answer = /received: ([\s\S]*)$/.exec(messageIn(error))?.[1] ?? "";
    return `what answers at ${url} is no Ethereum node, or wants a key in the URL; it says "${shortened(answer)}"`;
  }
  if (has("ECONNRESET", "EPIPE", "UND_ERR_SOCKET")) return `the node at ${url} closed the connection`;
  return undefined;
}

/** The node's own refusal, and a possible reason. */
function answerText(error: unknown): string | undefined {
  const provider = [...causes(error)].find(({ name }) => name === "ProviderError");
  if (provider === undefined) return undefined;
  const message = firstLine(String(provider["message"]));
  if (/too many requests/i.test(message)) {
    return "the node has had too many requests (429); wait, or use a node of your own";
  }
  return `the node refused: ${message}`;
}

function messageIn(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > SHOWN_OF_AN_ANSWER ? `${line.slice(0, SHOWN_OF_AN_ANSWER)}…` : line;
}

/** A URL without what may be a key: its password, its path beyond the first letters, its query. */
function redacted(text: string): string {
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname.length > 1 ? `${pathname.slice(0, 4)}…` : ""}`;
  } catch {
    return text;
  }
}
