import { writeSync } from "node:fs";

import type { ActionType, HardhatRuntimeEnvironment, TaskArguments } from "hardhat/types";
import pc from "picocolors";

import { ContractRefusal } from "../../scripts/chain/refusal";
import { ROLE_IDS } from "../../scripts/chain/roleIds";
import { InputError } from "../../scripts/core/errors";
import { MarketRefusal } from "../../scripts/model/refusal";
import { errorWords } from "./errorWords";
import { checkArguments } from "./givenArguments";
import { installationText } from "./installation";
import { nodeErrorText } from "./nodeErrors";
import { toJsonText } from "./output";
import { withTimes } from "./refusalTimes";

const GUARDED = new WeakSet<object>();

/**
 * A task's action that says what was wrong with its input, or why a contract refused and what to do, in one message on
 * standard error and exit code 1; whatever else is thrown is a defect and goes on to Hardhat. All that was printed has
 * reached its reader before the action ends, since Hardhat then ends the process. A reader that stops reading (`| head`)
 * ends the task without a word.
 */
export function guarded<A extends TaskArguments>(action: ActionType<A>): ActionType<A> {
  const guard: ActionType<A> = async (args, hre, runSuper) => {
    if (!process.stdout.listeners("error").includes(endOnClosedPipe)) process.stdout.on("error", endOnClosedPipe);
    process.on("exit", tellOfEarlyEnd);
    try {
      const own = Object.values(hre.tasks).find((task) => task.action === (guard as ActionType<TaskArguments>));
      await checkArguments(own, args);
      return (await action(args, hre, runSuper)) as unknown;
    } catch (error) {
      const said = await messageOf(error, hre);
      if (said === undefined) throw error;
      if ((args as { json?: unknown }).json === true) console.log(errorAsJson(error, said));
      console.error(`${pc.red("Error:")} ${said}`);
      process.exitCode = 1;
      return undefined;
    } finally {
      await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
      process.off("exit", tellOfEarlyEnd);
    }
  };
  GUARDED.add(guard);
  return guard;
}

/** Whether a task's action was made by {@link guarded}. */
export function isGuarded(action: object): boolean {
  return GUARDED.has(action);
}

/** Resolves once all that was written to a stream has been handed on; a pipe takes 64 KiB at a time. */
async function flushed(stream: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
}

/** A contract's error, its reason, and the remedy, from docs/errors.md. @param root folder of the project */
export async function refusalText(
  { error, message }: Pick<ContractRefusal, "error" | "message">,
  root: string,
): Promise<string> {
  return `${withRoles(message)}. ${(await errorWords(root))(error)}`;
}

/** A role's name where a refusal has its hash. */
function withRoles(message: string): string {
  return message.replace(/\b((?:neededRole|role) )(0x[0-9a-f]{64})\b/g, (all, before: string, hash: string) => {
    const role = Object.entries(ROLE_IDS).find(([, id]) => id === hash)?.[0];
    return role === undefined ? all : before + role;
  });
}

async function messageOf(error: unknown, hre: HardhatRuntimeEnvironment): Promise<string | undefined> {
  if (error instanceof InputError) return error.message;
  if (error instanceof ContractRefusal) {
    const timed = { error: error.error, message: withTimes(error.message, hre) };
    return `the contract refused: ${await refusalText(timed, hre.config.paths.root)}`;
  }
  if (error instanceof MarketRefusal) {
    return `the market refused: ${await refusalText({ error: error.code, message: error.message }, hre.config.paths.root)}`;
  }
  return nodeErrorText(error, hre) ?? installationText(error);
}

/** A failure as `--json` prints it: its message, and a contract's error with its arguments. */
function errorAsJson(error: unknown, message: string): string {
  const refusal = error instanceof ContractRefusal ? { refusal: { name: error.error, ...error.details } } : {};
  return toJsonText({ error: message, ...refusal });
}

function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.off("exit", tellOfEarlyEnd);
  process.exit(0);
}

/** A process that ends within a task, by a file of one's own or for want of anything to wait for, is no success. */
function tellOfEarlyEnd(code: number): void {
  if (code !== 0) return;
  writeSync(
    process.stderr.fd,
    "Error: the process ended before the command had a result; an agent or a planner may have ended it\n",
  );
  process.exitCode = 1;
}
