import { readFile } from "node:fs/promises";

import { type BaseWallet, Wallet } from "ethers";

import { InputError } from "../core/errors";

/** Where a key comes from: an encrypted keystore file, its password in a variable of the environment; or a variable. */
type KeySource = { keystore: string; passwordEnv: string } | { env: string };

/** Loads a key. No message of it holds the key or the password. @throws InputError naming file or variable */
export async function loadKey(source: KeySource, environment: NodeJS.ProcessEnv = process.env): Promise<BaseWallet> {
  if ("env" in source) {
    const text = environment[source.env];
    if (text === undefined)
      throw new InputError(source.env, "this variable of the environment must hold a private key");
    try {
      return new Wallet(text.trim());
    } catch {
      throw new InputError(source.env, "expected a private key, 0x and 64 hexadecimal digits; what it holds is none");
    }
  }
  const { keystore, passwordEnv } = source;
  const password = environment[passwordEnv];
  if (password === undefined) throw new InputError(passwordEnv, `this variable must hold the password of ${keystore}`);
  const json = await readFile(keystore, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InputError(keystore, `cannot be read: ${error.code ?? "failed"}`);
  });
  try {
    return new Wallet((await Wallet.fromEncryptedJson(json, password)).privateKey);
  } catch (error) {
    const isWrong = /incorrect password/i.test(error instanceof Error ? error.message : "");
    throw new InputError(keystore, isWrong ? `the password in ${passwordEnv} is not its own` : "is no keystore file");
  }
}
