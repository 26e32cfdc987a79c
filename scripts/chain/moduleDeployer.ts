import {
  type Future,
  FutureType,
  type IgnitionModule,
  type NamedArtifactContractDeploymentFuture,
  type ContractCallFuture,
  type ReadEventArgumentFuture,
  RuntimeValueType,
} from "@nomicfoundation/ignition-core";
import { ContractFactory, getAddress, Interface, type InterfaceAbi, keccak256 } from "ethers";

import { ContractRefusal } from "./refusal";
import type { Receipt, Transactor } from "./transactor";

/** A contract that stands on the chain. */
export interface DeployedContract {
  address: string;
  /** Hash of what created it; another build of the same contract has another. */
  creation: string;
}

/** Parts of a module deployer. */
export interface ModuleDeployerOptions {
  sender: Transactor;
  /** ABI and creation code of a contract of the build. */
  artifactOf: (name: string) => Promise<{ abi: InterfaceAbi; bytecode: string }>;
  /** Whether a contract stands at an address. */
  hasCode: (address: string) => Promise<boolean>;
  /** Contracts deployed before, by future; added to. */
  contracts: Record<string, DeployedContract>;
  /** Keeps `contracts`; called after each deployment. */
  save: () => Promise<void>;
  say: (text: string) => void;
}

type Value = unknown;

/**
 * Carries out an Ignition module through a {@link Transactor}, so that a deployment has the nonces, time-outs and
 * repeats of everything else that is sent. Contracts that stand already are taken; a call is made only where what it
 * makes is not there. Knows the parts that the modules of `deploy/` use.
 */
export class ModuleDeployer {
  private readonly values = new Map<string, Promise<Value>>();

  /** @param parameters values of the module's parameters by name; others have their defaults */
  constructor(
    private readonly options: ModuleDeployerOptions,
    private readonly parameters: Readonly<Record<string, Value>> = {},
  ) {}

  /** Addresses of a module's results by name. */
  async deploy(module: IgnitionModule): Promise<Record<string, string>> {
    const addresses: Record<string, string> = {};
    // One after another: a transaction may build on what another one made.
    for (const [name, future] of Object.entries(module.results)) addresses[name] = (await this.value(future)) as string;
    return addresses;
  }

  private async value(future: Future): Promise<Value> {
    let known = this.values.get(future.id);
    if (known === undefined) this.values.set(future.id, (known = this.carryOut(future)));
    return known;
  }

  private async carryOut(future: Future): Promise<Value> {
    switch (future.type) {
      case FutureType.NAMED_ARTIFACT_CONTRACT_DEPLOYMENT:
        return this.create(future);
      case FutureType.NAMED_ARTIFACT_CONTRACT_AT:
        return this.resolve(future.address);
      case FutureType.READ_EVENT_ARGUMENT:
        return this.readEvent(future);
      case FutureType.CONTRACT_CALL:
        return this.call(future);
      default:
        throw new RangeError(`a module's part of type ${FutureType[future.type]} is not known here`);
    }
  }

  private async create(future: NamedArtifactContractDeploymentFuture<string>): Promise<string> {
    const { contracts, artifactOf, hasCode, sender, say, save } = this.options;
    const { abi, bytecode } = await artifactOf(future.contractName);
    const args = (await this.resolve(future.constructorArgs)) as unknown[];
    const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(...args);
    const creation = keccak256(data);
    const known = contracts[future.id];
    if (known?.creation === creation && (await hasCode(known.address))) return known.address;
    const { created, hash } = await sender.send({ data });
    if (created === undefined) throw new Error(`transaction ${hash} created no contract`);
    const address = getAddress(created);
    say(`${future.id.split("#").at(-1)} is at ${address} (transaction ${hash})`);
    contracts[future.id] = { address, creation };
    await save();
    return address;
  }

  private async call(future: ContractCallFuture<string, string>): Promise<Receipt> {
    const to = (await this.value(future.contract)) as string;
    const abi = await this.interfaceOf(future.contract);
    const args = (await this.resolve(future.args)) as unknown[];
    return this.options.sender.send({ to, data: abi.encodeFunctionData(future.functionName, args) });
  }

  /** An event's value about a contract that a call made; taken from the record where it stands already. */
  private async readEvent({
    id,
    futureToReadFrom,
    emitter,
    eventName,
    nameOrIndex,
    eventIndex,
  }: ReadEventArgumentFuture) {
    const { contracts, hasCode, save, say } = this.options;
    const known = contracts[id];
    if (known !== undefined && (await hasCode(known.address))) return known.address;
    const abi = await this.interfaceOf(emitter);
    let address: string;
    try {
      const { logs, hash } = (await this.value(futureToReadFrom)) as Receipt;
      const events = logs.map((log) => abi.parseLog({ topics: [...log.topics], data: log.data }));
      const event = events.filter((one) => one?.name === eventName)[eventIndex];
      if (event === undefined || event === null) throw new Error(`transaction ${hash} carries no ${eventName}`);
      address = (
        typeof nameOrIndex === "number" ? event.args[nameOrIndex] : event.args.getValue(nameOrIndex)
      ) as string;
      say(`Market is at ${address} (transaction ${hash})`);
    } catch (error) {
      // Made by a command that ended before it could note it.
      if (!(error instanceof ContractRefusal) || error.error !== "FeederTaken") throw error;
      address = error.details["market"] as string;
    }
    contracts[id] = { address, creation: "" };
    await save();
    return address;
  }

  private async interfaceOf(future: Future): Promise<Interface> {
    const { contractName } = future as NamedArtifactContractDeploymentFuture<string>;
    return new Interface((await this.options.artifactOf(contractName)).abi);
  }

  /** An argument with its futures and runtime values in place. */
  private async resolve(argument: unknown): Promise<Value> {
    if (Array.isArray(argument)) {
      const values: Value[] = [];
      for (const one of argument) values.push(await this.resolve(one));
      return values;
    }
    if (typeof argument !== "object" || argument === null) return argument;
    const { id, type, name, defaultValue } = argument as Record<string, unknown>;
    if (type === RuntimeValueType.ACCOUNT) return this.options.sender.address;
    if (type === RuntimeValueType.MODULE_PARAMETER) {
      return this.parameters[name as string] ?? (await this.resolve(defaultValue));
    }
    if (typeof id === "string" && type !== undefined) return this.value(argument as Future);
    const fields: Record<string, Value> = {};
    for (const [field, inner] of Object.entries(argument)) fields[field] = await this.resolve(inner);
    return fields;
  }
}
