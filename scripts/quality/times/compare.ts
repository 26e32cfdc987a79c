import { measure, type Taken } from "./measure";
import { clean, type Tree } from "./tree";

/** A measured command, from a clean clone or after it has run once. */
export interface Timed {
  name: string;
  command: readonly string[];
  from: "clean" | "warm";
}

/**
 * Commands that a newcomer who has cloned the project waits for, in the order of measurement: clean before
 * warm.
 */
export const TIMED: readonly Timed[] = [
  { name: "npm start, clean", command: ["npx", "hardhat", "simulate:day"], from: "clean" },
  { name: "npm start, warm", command: ["npx", "hardhat", "simulate:day"], from: "warm" },
];

/** Commands that take minutes, measured only where asked for. */
export const TIMED_TESTS: readonly Timed[] = [
  { name: "npm test, clean", command: ["npm", "test", "--silent"], from: "clean" },
  { name: "npm test, warm", command: ["npm", "test", "--silent"], from: "warm" },
];

/** A command in two trees. */
export interface Pair {
  name: string;
  now: Taken;
  then: Taken;
}

/**
 * Measures each command in both trees, one right after the other, so that a busy machine slows both alike.
 * @param onTaken is told each measurement as it comes
 */
export async function compareTimes(
  timed: readonly Timed[],
  now: Tree,
  then: Tree,
  onTaken: (name: string, tree: Tree, taken: Taken) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const { name, command, from } of timed) {
    const take = async (tree: Tree) => {
      if (from === "clean") clean(tree);
      const taken = await measure(command, tree.folder);
      onTaken(name, tree, taken);
      return taken;
    };
    pairs.push({ name, then: await take(then), now: await take(now) });
  }
  return pairs;
}
