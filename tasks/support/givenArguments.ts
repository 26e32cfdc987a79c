import type { TaskArguments, TaskDefinition } from "hardhat/types";

import { InputError } from "../../scripts/core/errors";
import { checkWritable } from "./files";
import { flagNamed } from "./flags";

/** Flags that name files to write. */
const WRITTEN = ["csv", "html"];

/**
 * Looks at what every task takes alike before it does anything: a value that is an empty text, as a variable that is not
 * set leaves behind, and a file that could not be written when all is done.
 *
 * @throws InputError naming the flag
 */
export async function checkArguments(definition: TaskDefinition | undefined, args: TaskArguments): Promise<void> {
  const positional = definition?.positionalParamDefinitions ?? [];
  for (const [name, value] of Object.entries(args as Record<string, unknown>)) {
    const isDefault = definition?.paramDefinitions[name]?.defaultValue === value;
    if (value !== "" || isDefault) continue;
    const shown = positional.some((one) => one.name === name) ? name : flagNamed(name);
    throw new InputError(shown, "expected a value, found an empty text");
  }
  for (const flag of WRITTEN) {
    const file = (args as Record<string, unknown>)[flag];
    if (typeof file === "string") await checkWritable(flag, file);
  }
}
