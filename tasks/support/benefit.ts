import { MARKET_BOUNDS, MOST_ROUND_SIZE } from "../../scripts/core/bounds";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { BookPlanner } from "../../scripts/planners/book/planners";
import { InputError } from "../../scripts/core/errors";
import { flagNamed, oneOf, wholeNumber } from "./flags";
import { loadPlanner } from "./ownFiles";

/** The flags of a market in which plans compete, as given. */
export interface BenefitArguments {
  settlement: string;
  proposers?: string;
  plannerFile?: string;
  horizon?: string;
  allotment?: string;
}

/** Flags of a market in which plans compete. */
export interface BenefitChoice {
  market: Partial<DeploymentParameters>;
  /** In the order of the reveals. */
  proposers: BookPlanner[];
}

const DEFAULT_PROPOSERS = "epob,pob,asap";
const DEFAULT_HORIZON = "24";
/** So large a tranche is every pile's whole rate: by laxity an order gives in a frame what its pile can move. */
const WHOLE_RATE_WH = 2n ** 20n - 1n;

/**
 * Reads the flags of a market in which plans compete; undefined where the clearing itself decides.
 *
 * @throws InputError naming the flag and what it takes
 */
export async function readBenefit(args: BenefitArguments): Promise<BenefitChoice | undefined> {
  if (oneOf("settlement", args.settlement, ["adbev", "benefit"]) === "adbev") {
    const stray = (["proposers", "plannerFile", "horizon", "allotment"] as const).find(
      (flag) => args[flag] !== undefined,
    );
    if (stray !== undefined) {
      throw new InputError(flagNamed(stray), "only goes with --settlement benefit");
    }
    return undefined;
  }
  const own = args.plannerFile === undefined ? [] : [await loadPlanner(args.plannerFile)];
  const maxHorizon = wholeNumber("horizon", args.horizon ?? DEFAULT_HORIZON, 1, 48);
  const allotment = oneOf("allotment", args.allotment ?? "expiry", ["expiry", "laxity"]);
  const proposers = [...(await readProposers(args.proposers ?? DEFAULT_PROPOSERS)), ...own];
  const twice = proposers.find(({ name }, index) => proposers.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) {
    throw new InputError(
      "--planner-file",
      `"${twice.name}" is the name of another proposer; give yours one of its own`,
    );
  }
  return {
    proposers,
    market: {
      ...{ settlement: "benefit", maxHorizon, allotment },
      pileCap: Math.min(Number(MARKET_BOUNDS.pileCap.most), Math.floor(MOST_ROUND_SIZE / maxHorizon)),
      ...(allotment === "laxity" ? { icebergPeakWh: WHOLE_RATE_WH } : {}),
    },
  };
}

async function readProposers(text: string): Promise<BookPlanner[]> {
  const { asapPlanner, epob, pob } = await import("../../scripts/planners/book/planners");
  const planners = { epob: () => epob(), pob, asap: asapPlanner };
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(planners, name));
  if (unknown !== undefined || new Set(names).size !== names.length) {
    const known = Object.keys(planners).join(", ");
    throw new InputError("--proposers", `expected some of ${known} with commas between, each once, found "${text}"`);
  }
  return (names as (keyof typeof planners)[]).map((name) => planners[name]());
}
