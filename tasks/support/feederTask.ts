import { task } from "hardhat/config";
import type { ConfigurableTaskDefinition } from "hardhat/types";

/** Arguments of a task about a deployed feeder. */
export interface FeederArguments {
  feeder: string;
}

/** Further arguments of a task that sends a transaction. */
export interface SenderArguments extends FeederArguments {
  account: string;
}

/** And may be asked for JSON. */
export interface SendingArguments extends SenderArguments {
  json: boolean;
}

/** A task about a deployed feeder. */
export function feederTask(name: string, description: string): ConfigurableTaskDefinition {
  return task(name, description).addOptionalParam("feeder", "name of the feeder", "main");
}

/** Arguments of a task of a pile. */
export interface PileArguments extends FeederArguments {
  account?: string;
  json: boolean;
}

/** A task of a pile. */
export function pileTask(name: string, description: string): ConfigurableTaskDefinition {
  return feederTask(name, description).addOptionalParam(
    "account",
    "the pile's account, by number or address (default: 1, or 0 where the network has no other)",
  );
}
