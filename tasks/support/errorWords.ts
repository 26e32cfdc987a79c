import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { explainError } from "../../scripts/chain/errorCatalogue";

/** Why a contract refuses and what to do, by the error's name, from docs/errors.md. @param root folder of the project */
export async function errorWords(root: string): Promise<(name: string) => string> {
  const catalogue = await readFile(join(root, "docs", "errors.md"), "utf8").catch(() => "");
  return (name) => {
    const entry = explainError(catalogue, name);
    return entry === undefined ? "docs/errors.md says more." : `${entry.why} ${entry.whatToDo}`;
  };
}
