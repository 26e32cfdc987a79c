import type { ActionType, TaskArguments } from "hardhat/types";
import pc from "picocolors";

import { ContractRefusal } from "../../scripts/chain/refusal";
import { InputError } from "../../scripts/scenario/inputError";

/**
 * A task's action that says what was wrong with its input, or why a contract refused, in one message on standard error
 * and exit code 1; whatever else is thrown is a defect and goes on to Hardhat.
 */
export function guarded<A extends TaskArguments>(action: ActionType<A>): ActionType<A> {
  return async (args, hre, runSuper) => {
    try {
      return (await action(args, hre, runSuper)) as unknown;
    } catch (error) {
      const said = messageOf(error);
      if (said === undefined) throw error;
      console.error(`${pc.red("Error:")} ${said}`);
      process.exitCode = 1;
      return undefined;
    }
  };
}

function messageOf(error: unknown): string | undefined {
  if (error instanceof InputError) return error.message;
  if (error instanceof ContractRefusal) {
    return `the contract refused: ${error.message}. docs/errors.md says why and what to do.`;
  }
  if (typeof error === "object" && error !== null && (error as { code?: unknown }).code === "ECONNREFUSED") {
    return "no node answers at the network's URL; start one with `npx hardhat node`, or set ADBEV_RPC_URL";
  }
  return undefined;
}
