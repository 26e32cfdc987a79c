import { BrowserProvider, type Signer } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

/** An account on an in-process chain of its own without the precompile for P-256, as before Osaka. */
export async function chainWithoutPrecompile(hre: HardhatRuntimeEnvironment): Promise<Signer> {
  const { createProvider } = await import("hardhat/internal/core/providers/construction");
  const { hardhat } = hre.config.networks;
  const networks = { ...hre.config.networks, hardhat: { ...hardhat, hardfork: "cancun" } };
  const provider = await createProvider({ ...hre.config, networks }, "hardhat", hre.artifacts);
  return new BrowserProvider(provider).getSigner();
}
