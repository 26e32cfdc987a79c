import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { InputError } from "../../core/errors";

/** Folders that a clean clone does not have. */
const MADE = ["artifacts", "cache", "typechain-types"];

/** A copy of the project in a folder of its own, with the packages that are installed here. */
export interface Tree {
  name: string;
  folder: string;
}

/** Copies what a commit holds. @throws InputError where there is no such commit */
export function treeOf(root: string, commit: string): Tree {
  let hash: string;
  try {
    const args = ["rev-parse", "--verify", "--quiet", `${commit}^{commit}`];
    hash = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  } catch {
    throw new InputError("--against", `git knows no commit "${commit}"`);
  }
  const tree = emptyTree(root, hash.slice(0, 8));
  const archive = execFileSync("git", ["archive", hash], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", tree.folder], { input: archive });
  return tree;
}

/** Copies the files as they are now, committed or not. */
export function treeNow(root: string): Tree {
  const tree = emptyTree(root, "now");
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }).split("\0");
  for (const file of files) {
    if (file !== "" && existsSync(join(root, file))) cpSync(join(root, file), join(tree.folder, file));
  }
  return tree;
}

/** Makes a tree as clean as after a clone. */
export function clean(tree: Tree): void {
  for (const folder of MADE) rmSync(join(tree.folder, folder), { recursive: true, force: true });
}

/** Deletes a tree. */
export function remove(tree: Tree): void {
  rmSync(tree.folder, { recursive: true, force: true });
}

function emptyTree(root: string, name: string): Tree {
  const folder = mkdtempSync(join(tmpdir(), `adbev-times-${name}-`));
  symlinkSync(realpathSync(join(root, "node_modules")), join(folder, "node_modules"));
  return { name, folder };
}
