import type * as Ethers from "ethers";
import { vars } from "hardhat/config";

/** A setting that cannot be used; the command ends before a client library gets hold of it. */
class Unusable extends Error {}

/** The network of the settings: URL, accounts and price of gas. */
export interface NodeSettings {
  url: string;
  accounts: { mnemonic: string } | string[];
  /** Wei; or what the node asks. */
  gasPrice: number | "auto";
}

/** Settings by name, as `npx hardhat vars` has them. */
export interface SettingSource {
  has(name: string): boolean;
  get(name: string, usual?: string): string;
}

/**
 * Reads `ADBEV_RPC_URL`, `ADBEV_MNEMONIC` or `ADBEV_PRIVATE_KEY`, and `ADBEV_GAS_PRICE`. What is wrong with one is a line
 * on standard error and exit code 1: the configuration is read before any command could say it. Secrets are not repeated.
 */
export function nodeSettings(source: SettingSource = vars): NodeSettings {
  try {
    return readNodeSettings(source);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    console.error(`Error: ${error.message}`);
    process.exit(1);
  }
}

/** {@link nodeSettings}, which throws. */
export function readNodeSettings(source: SettingSource): NodeSettings {
  return {
    url: source.get("ADBEV_RPC_URL", "http://127.0.0.1:8545"),
    accounts: accountsOf(source),
    gasPrice: gasPriceOf(source.get("ADBEV_GAS_PRICE", "auto")),
  };
}

function accountsOf(source: SettingSource): NodeSettings["accounts"] {
  if (source.has("ADBEV_MNEMONIC")) {
    const mnemonic = source.get("ADBEV_MNEMONIC").trim().replaceAll(/\s+/g, " ");
    if (!isMnemonic(mnemonic)) {
      const words = mnemonic === "" ? 0 : mnemonic.split(" ").length;
      throw unusable(
        "ADBEV_MNEMONIC",
        `expected 12 to 24 English words that fit their checksum, found ${words} that do not`,
      );
    }
    return { mnemonic };
  }
  if (!source.has("ADBEV_PRIVATE_KEY")) return [];
  const key = source.get("ADBEV_PRIVATE_KEY").trim();
  if (!isPrivateKey(key)) {
    throw unusable(
      "ADBEV_PRIVATE_KEY",
      "expected a private key: 64 hexadecimal digits, with or without 0x before them",
    );
  }
  return [key];
}

function gasPriceOf(text: string): NodeSettings["gasPrice"] {
  if (text === "auto") return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw unusable("ADBEV_GAS_PRICE", `expected a whole number of wei, or auto, found "${text}"`);
}

function unusable(name: string, problem: string): Unusable {
  return new Unusable(`${name}: ${problem}; \`npx hardhat vars set ${name}\` sets it, unless HARDHAT_VAR_${name} does`);
}

// The client library is loaded where there is something to check, not by every command.
/* eslint-disable @typescript-eslint/no-require-imports */
function isMnemonic(text: string): boolean {
  const { Mnemonic } = require("ethers") as typeof Ethers;
  return Mnemonic.isValidMnemonic(text);
}

function isPrivateKey(text: string): boolean {
  const { SigningKey } = require("ethers") as typeof Ethers;
  try {
    return new SigningKey(text.startsWith("0x") ? text : `0x${text}`).publicKey !== "";
  } catch {
    return false;
  }
}
