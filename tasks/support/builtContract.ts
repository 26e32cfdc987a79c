import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { BuiltContract } from "../../scripts/quality/audit/deployedCode";

interface AstNode {
  id?: number;
  name?: string;
  nodes?: AstNode[];
}

/** A contract of the build with the places of its immutables. @param fullName `contracts/market/Market.sol:Market` */
export async function builtContract(hre: HardhatRuntimeEnvironment, fullName: string): Promise<BuiltContract> {
  const { abi, bytecode, deployedBytecode, sourceName, contractName } = await hre.artifacts.readArtifact(fullName);
  const info = await hre.artifacts.getBuildInfo(fullName);
  if (info === undefined) throw new Error(`the build info of ${fullName} is missing; compile again`);
  const output = info.output.contracts[sourceName]![contractName]!;
  const references = output.evm.deployedBytecode.immutableReferences ?? {};
  const names = new Map<number, string>();
  for (const { ast } of Object.values(info.output.sources)) collectNames(ast as AstNode, names);
  const immutables = Object.entries(references).map(
    ([id, spans]) => [names.get(Number(id)) ?? `#${id}`, spans] as const,
  );
  return { name: contractName, abi, bytecode, deployedBytecode, immutables: Object.fromEntries(immutables) };
}

/** State variables of contracts: immutables are among them. */
function collectNames({ id, name, nodes = [] }: AstNode, names: Map<number, string>): void {
  if (id !== undefined && name !== undefined) names.set(id, name);
  for (const node of nodes) collectNames(node, names);
}
