import type { HardhatRuntimeEnvironment } from "hardhat/types";

/**
 * Name of the chain behind a network, for what is kept of it between commands: its id and the beginning of its first
 * block's hash. Every development node has chain id 31337; another first block is another chain.
 */
export async function networkId(hre: HardhatRuntimeEnvironment): Promise<string> {
  const { provider } = hre.network;
  const chainId = Number(await provider.send("eth_chainId", []));
  const genesis = (await provider.send("eth_getBlockByNumber", ["0x0", false]).catch(() => null)) as {
    hash?: string;
  } | null;
  // A node without its first block is no development node; the chain's id alone has to do.
  return `chain-${chainId}${genesis?.hash === undefined ? "" : `-${genesis.hash.slice(2, 10)}`}`;
}
