import type { FunctionFragment, Interface } from "ethers";

import type { TypedContractEvent, TypedContractMethod } from "../../typechain-types/common";
import type { Call, Receipt, Transactor } from "./transactor";

/* eslint-disable @typescript-eslint/no-unused-vars -- type parameters that are inferred to be passed over */
/** Names of the functions of a generated contract class that change state. */
export type WriteName<Contract> = {
  [Name in keyof Contract]: Contract[Name] extends TypedContractMethod<
    infer _Arguments,
    infer _Result,
    infer Mutability
  >
    ? Mutability extends "view"
      ? never
      : Name
    : never;
}[keyof Contract] &
  string;

/** A generated argument that callers may hold read-only. */
type Given<Argument> = Argument extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : Argument extends Record<string, unknown>
    ? { readonly [Field in keyof Argument]: Given<Argument[Field]> }
    : Argument;

/** Arguments of a function of a generated contract class, in its order. */
export type WriteArguments<Contract, Name extends keyof Contract> =
  Contract[Name] extends TypedContractMethod<infer Arguments, infer _Result, infer _Mutability>
    ? { readonly [Index in keyof Arguments]: Given<Arguments[Index]> }
    : never;

/** Names of the events of a generated contract class. */
export type EventName<Contract extends { filters: object }> = keyof Contract["filters"] & string;

/** Arguments of an event by name, as the generated class has them. */
export type EventArguments<Contract extends { filters: object }, Name extends EventName<Contract>> =
  Contract["filters"][Name] extends TypedContractEvent<infer _Input, infer _Tuple, infer Output> ? Output : never;

/* eslint-enable @typescript-eslint/no-unused-vars */

/**
 * State-changing calls of one deployed contract; names and arguments are those of its generated class.
 *
 * @example
 * const token = new ContractCalls<TestToken>(address, TestToken__factory.createInterface());
 * await token.send(sender, "approve", [market, 1_000n]);
 */
export class ContractCalls<Contract> {
  /** Functions that were called: ethers goes through all of them for each name. */
  private readonly known = new Map<string, FunctionFragment>();

  constructor(
    readonly address: string,
    private readonly abi: Interface,
  ) {}

  /** Encodes a call without sending it. */
  call<Name extends WriteName<Contract>>(name: Name, args: WriteArguments<Contract, Name>): Call {
    const fragment = this.known.get(name) ?? this.abi.getFunction(name)!;
    this.known.set(name, fragment);
    return { to: this.address, data: this.abi.encodeFunctionData(fragment, args as readonly unknown[]) };
  }

  /** Sends a call. @throws ContractRefusal where the contract refuses with a custom error */
  async send<Name extends WriteName<Contract>>(
    sender: Transactor,
    name: Name,
    args: WriteArguments<Contract, Name>,
  ): Promise<Receipt> {
    return sender.send(this.call(name, args));
  }
}
