import { inspect } from "node:util";

import { HardhatError } from "hardhat/internal/core/errors";

import { ownCommand } from "./startup";

/** Numbers of Hardhat's errors about what was typed. */
const [FIRST, LAST] = [300, 399];
/** Those of them about a command that there is not. */
const NO_COMMAND = [303, 313, 314];

/**
 * Where Hardhat would print the stack of a mistyped flag or command, as it does on a machine without a display, it prints
 * what to do instead; what was wrong stands above it.
 */
export function hintInsteadOfStacks(): void {
  const inherited = (Object.getPrototypeOf(HardhatError.prototype) as { [inspect.custom]: () => string })[
    inspect.custom
  ];
  Object.defineProperty(HardhatError.prototype, inspect.custom, {
    configurable: true,
    value(this: HardhatError) {
      // An error's stack is what inspecting it gives, so it cannot be asked for here.
      if (this.number < FIRST || this.number > LAST) return inherited.call(this);
      return hint(NO_COMMAND.includes(this.number) ? [] : process.argv.slice(2));
    },
  });
}

/** Which help has what could have been typed. @param words of the command line */
export function hint(words: readonly string[]): string {
  const command = ownCommand(words);
  return command === undefined
    ? "`npx hardhat help` lists the commands, `npx hardhat help COMMAND` the flags of one"
    : `\`npx hardhat help ${command}\` lists its flags, \`npx hardhat help\` the commands`;
}
