import { task } from "hardhat/config";
import type { ConfigurableTaskDefinition } from "hardhat/types";

/** What a task about a deployed feeder is given. */
export interface FeederArguments {
  feeder: string;
}

/** What a task that sends a transaction is given besides. */
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

/** What a task of a pile is given. */
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
